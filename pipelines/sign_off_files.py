"""The released files as bytes: which there are, their digests, and whether they are the ones of the manifest."""

from __future__ import annotations

import hashlib
import json
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from schemas.errors import SignOffError

MANIFEST = "manifest.json"
_NAME = re.compile(r"(tables/)?[a-z0-9_]{1,64}\.(parquet|duckdb|html|json)")
"""Released files have names of our own making; any other name in a manifest was put there by somebody else."""


def file_digest(path: Path) -> str:
    """SHA-256 of the file's bytes, 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def files_under(folder: Path) -> dict[str, str]:
    """SHA-256 of every file under `folder` by relative path.

    Raises SignOffError for a link or anything else that is neither file nor folder: its bytes can change from outside.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        kind = path.lstat().st_mode
        if stat.S_ISREG(kind):
            found[path.relative_to(folder).as_posix()] = file_digest(path)
        elif not stat.S_ISDIR(kind):
            raise SignOffError(
                "the release holds a link or a special file. Only plain files can be signed: run the job again."
            )
    return found


def read_manifest(raw: bytes) -> dict[str, Any]:
    """The manifest in `raw`. Raises SignOffError where it is none, or names files that no release of ours has."""
    try:
        manifest = json.loads(raw)
        files = manifest["files"]
        right = all(isinstance(manifest[name], str) and manifest[name] for name in ("release", "run_key"))
        right = right and bool(files) and MANIFEST not in files
        right = right and all(_NAME.fullmatch(name) and isinstance(files[name], str) for name in files)
    except (ValueError, KeyError, TypeError):
        right = False
    if not right:
        raise SignOffError("manifest.json is damaged or not a release's manifest. Run the job again.")
    return dict(manifest)


def differences(expected: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """What `found` has otherwise than `expected`, a phrase each. Files that are not expected are counted, not named."""
    out = [f"{name} is missing" for name in sorted(set(expected) - set(found))]
    out += [f"{name} changed" for name in sorted(set(expected) & set(found)) if expected[name] != found[name]]
    extra = len(set(found) - set(expected))
    return out + ([f"{extra} file(s) that do not belong to it"] if extra else [])


def check_released(folder: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """(manifest, SHA-256 of every released file with manifest.json) of a whole, unchanged released folder.

    Raises SignOffError where there is no manifest, or a file is missing, changed or not listed; it says which.
    """
    try:
        raw = (folder / MANIFEST).read_bytes()
    except OSError:
        raise SignOffError(
            "there is no released/manifest.json in this folder. Name the output folder of a finished `welfare run`."
        ) from None
    manifest = read_manifest(raw)
    expected = {**manifest["files"], MANIFEST: hashlib.sha256(raw).hexdigest()}
    wrong = differences(expected, files_under(folder))
    if wrong:
        raise SignOffError(
            f"the released files are not the ones that manifest.json names: {'; '.join(wrong)}. Run the job again."
        )
    return manifest, expected
