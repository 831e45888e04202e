"""Where releases lie in an output folder, and how a new one takes its place: `released/` is the last that was made.

The release of another name that it replaces moves to `releases/NAME/`, whole, and its sign-offs with it. That folder is
laid out as an output folder, so that every command that takes one takes it. A release is never in both places.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from schemas.errors import UsageError
from schemas.release import EARLIER, RELEASE_NAME
from schemas.sign_off import SIGN_OFFS

MANIFEST = "manifest.json"


def released_in(folder: Path) -> Path:
    """The folder of a release's own files: of an output folder its released/, else `folder`, a published release."""
    return folder / "released" if (folder / "released").is_dir() else folder


def name_in(folder: Path) -> str | None:
    """The name of the release whose files are in `folder`; None where nothing there says it."""
    try:
        name = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["release"]
        return name if RELEASE_NAME.fullmatch(name) and name not in {".", ".."} else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def standing(root: Path, release: str) -> Path:
    """The folder in which the files of `release` stand, or would stand, in the output folder `root`."""
    kept = root / EARLIER / release / "released"
    return kept if name_in(root / "released") != release and kept.is_dir() else root / "released"


def release_folders(root: Path) -> list[Path]:
    """Every folder with a release's files that `root` stands for, sorted; UsageError where there is none.

    `root` is such a folder itself, or the output folder of a run, or holds several of these, one level down.
    """
    found = _of(root)
    if not found and root.is_dir():
        found = [folder for child in _children(root) for folder in _of(child)]
    if not found:
        raise UsageError(
            "there is no release with its manifest.json in this folder. Name the output folder of a run, a published"
            " release, or a folder that holds several of these."
        )
    return found


def _of(root: Path) -> list[Path]:
    """The release folders of one output folder, or the one of a published release."""
    if (root / MANIFEST).is_file():
        return [root]
    earlier = _children(root / EARLIER) if (root / EARLIER).is_dir() else []
    return [folder / "released" for folder in (*earlier, root) if (folder / "released" / MANIFEST).is_file()]


def _children(root: Path) -> list[Path]:
    """Its folders, but for drafts of a run under way, whose names begin with a dot."""
    return [path for path in sorted(root.iterdir()) if path.is_dir() and not path.name.startswith(".")]


def find_baseline(named: Path | None, out: Path, release: str) -> Path | None:
    """The folder of the baseline that was named. OUT/releases/NAME may still be, or be again, OUT's released/.

    Raises UsageError where it names the output folder itself, in which the run's own release will stand, or that
    release.
    """
    if named is None:
        return None
    if named.resolve() in (out.resolve(), out.resolve() / "released"):
        raise UsageError(
            "--baseline names the folder that this run writes to. Name the release in it, as OUT/releases/NAME."
        )
    root = named.resolve().parent.parent
    if named.resolve().parent.name != EARLIER or name_in(root / "released") != named.name:
        root = named
    if named.resolve() == out.resolve() / EARLIER / release:
        raise UsageError("--baseline names the release that this run makes. Name an earlier one.")
    return root


def put_in_place(root: Path, draft: Path) -> None:
    """Makes `draft` the released/ of `root`. Between the two renames there is no release there, never half of one."""
    if (root / "released").exists():
        os.replace(root / "released", root / f".replaced-{os.getpid()}")
    os.replace(draft, root / "released")
    settle(root)


def settle(root: Path) -> None:
    """Ends what put_in_place began, and what a killed run left: each release whole, in one place; no drafts.

    Only the lock's holder may call it.
    """
    for old in root.glob(".replaced-*"):
        name = name_in(old)
        if not (root / "released").exists():
            os.replace(old, root / "released")
        elif name is None or name == name_in(root / "released"):
            shutil.rmtree(old, ignore_errors=True)
        else:
            _keep(root, old, name)
    now = name_in(root / "released")
    if now is not None:
        shutil.rmtree(root / EARLIER / now, ignore_errors=True)
    for draft in root.glob(".released-*"):
        shutil.rmtree(draft, ignore_errors=True)


def _keep(root: Path, old: Path, name: str) -> None:
    """Moves `old`, which had been released/, to releases/`name`, after its sign-offs: they would refuse its successor.

    A kill between the moves is mended by the same moves.
    """
    kept = root / EARLIER / name
    if (kept / "released").exists():
        shutil.rmtree(kept)
    kept.mkdir(parents=True, exist_ok=True)
    if (root / SIGN_OFFS).exists() and not (kept / SIGN_OFFS).exists():
        os.replace(root / SIGN_OFFS, kept / SIGN_OFFS)
    os.replace(old, kept / "released")
