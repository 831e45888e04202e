"""The disclosure gate for what leaves beside the tables: the manifest's counts and names, and the files themselves.

Like `disclosure.release` it trusts nobody: whoever computed a count, and whatever wrote a file.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from pipelines.disclosure import rounded
from schemas.errors import DisclosureError
from schemas.policy import DisclosurePolicy
from schemas.release import RELEASE_NAME, ReleaseManifest
from schemas.released import RELEASED

COUNTS = (
    "conversations", "conversations_with_user", "malformed_records", "duplicate_records", "superseded_records",
    "records_of_other_releases",
)  # fmt: skip
"""Names of the manifest's counts."""
COUNTS_UNDER_DP = ("users", "users_with_id", "users_not_scored")
"""Those that are known under `dp`, with noise; all others are null there."""
PRIVACY = (
    "policy", "unit", "neighbours", "rho", "epsilon", "delta", "rho_spent", "epsilon_spent", "rho_cap", "user_cells",
    "user_terms", "noise", "accountant", "frame",
)  # fmt: skip
"""Names of the manifest's facts of privacy; behind floors the policy alone."""
FILES = ("report.html", "report.json", "summary.duckdb", *(f"tables/{table.name}.parquet" for table in RELEASED))
"""The files of a release, beside its manifest."""
_KEY = re.compile(r"[0-9a-f]{32}")
_DIGEST = re.compile(r"[0-9a-f]{8,64}")
_MODELS = ("scorer", "scrubber", "multilingual_scorer", "cluster_frame")


def check_manifest(manifest: ReleaseManifest, policy: DisclosurePolicy) -> None:
    """Raises DisclosureError where the manifest tells more than it may: a count that is exact or under its floor or of
    another name, a release name that is none, a run key or model digest that is free text."""
    dp = policy.policy == "dp"
    least = rounded(policy.min_users if dp else policy.min_conversations, policy)
    shown = {name: count for name, count in manifest.counts.items() if count is not None}
    listed = {*COUNTS, *(COUNTS_UNDER_DP if dp else ())}
    _refuse("counts have a name that is not listed", len(set(manifest.counts) - listed))
    _check_privacy(manifest, policy)
    exact = sum(type(count) is not int or count < least or count % policy.round_to != 0 for count in shown.values())
    _refuse(f"counts are under {least} or no multiple of {policy.round_to}", exact)
    names = [manifest.release, *([] if manifest.baseline is None else [manifest.baseline])]
    _refuse("release names are none", sum(not RELEASE_NAME.fullmatch(n) or not n.strip(".") for n in names))
    _refuse("the run key is no keyed digest", int(not _KEY.fullmatch(manifest.run_key)))
    models = manifest.models.items()
    _refuse("models are none of ours or have no digest", sum(not _is_model(name, digest) for name, digest in models))
    _refuse("the unit is none", int(manifest.unit not in ("user", "conversation")))


def _check_privacy(manifest: ReleaseManifest, policy: DisclosurePolicy) -> None:
    """Refuses facts of privacy that are another policy's, and under `dp` every count without noise."""
    dp, said = policy.policy == "dp", manifest.privacy
    exact = [name for name in COUNTS if manifest.counts.get(name) is not None]
    _refuse("counts may not leave under dp", len(exact) if dp else 0)
    _refuse("facts of privacy are not those of the policy", len(set(said) ^ {*(PRIVACY if dp else PRIVACY[:1])}))
    _refuse("the privacy is another policy's", int(said["policy"] != policy.policy))
    _refuse("the frame's release has no name", int(dp and not RELEASE_NAME.fullmatch(said["frame"])))


def check_folder(folder: Path, manifest: ReleaseManifest) -> None:
    """Raises DisclosureError where `folder`, about to become the release, holds anything but the listed files as they
    were written and the manifest: a file too many, a link, an empty folder, a changed byte."""
    there = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    wanted = {*FILES, "manifest.json"}
    _refuse("files are not those of a release", len(set(there) ^ {*wanted, "tables"}))
    links = sum(path.is_symlink() or (name in wanted) != path.is_file() for name, path in there.items())
    _refuse("files are no plain files", links)
    _refuse("the manifest lists other files", len(set(manifest.files) ^ set(FILES)))
    changed = sum(_digest(folder / name) != digest for name, digest in manifest.files.items())
    _refuse("files are not as they were written", changed)


def _refuse(rule: str, number: int) -> None:
    if number:
        raise DisclosureError(
            f"the candidate: {rule} ({number} of them). Nothing was released; what made them must be mended."
        )


def _is_model(name: str, digest: str) -> bool:
    return name in _MODELS and bool(_DIGEST.fullmatch(digest))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
