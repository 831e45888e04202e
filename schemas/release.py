"""A release's name and the manifest that goes with its released files."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from schemas.errors import UsageError

RELEASE_NAME = re.compile(r"[a-z0-9._-]{1,64}")
EXPRESSION_NOTE = "An expression is not an experience: these figures say what texts show, not what a model feels."
EARLIER = "releases"
"""Folder of an output folder in which earlier releases stand, each as `releases/NAME/released`."""


def output_root(folder: Path) -> Path:
    """The output folder that `folder` belongs to: of an earlier release, DIR/releases/NAME, DIR; else `folder` itself.

    Restricted side and audit trail are one for a whole output folder.
    """
    root = folder.absolute().parent.parent
    earlier = folder.absolute().parent.name == EARLIER and not (folder / "restricted").exists()
    return root if earlier and (root / "released").is_dir() else folder


def check_release_name(name: str) -> str:
    """`name` if it may name a release, else UsageError."""
    if not RELEASE_NAME.fullmatch(name) or name in {".", ".."}:
        raise UsageError("a release name has 1 to 64 characters out of a-z, 0-9, '.', '_' and '-'. Choose such a name.")
    return name


@dataclass(frozen=True)
class ReleaseManifest:
    """What is released beside the tables. Only gated counts and keyed digests: safe to leave.

    run_key: keyed digest of (inputs, policies, models, code); the same run again has the same key.
    unit: `user`, or `conversation` where the input has no user ids.
    counts: gated (rounded, floored) counts by name; null where suppressed.
    policies: the resolved policies. failed_gates: names of the gates that failed; sign-off goes by them. privacy: the
    policy by which figures leave; under `dp` what it promises and what was spent. files: SHA-256 of every other
    released file, by relative path.
    """

    release: str
    baseline: str | None
    run_key: str
    code_version: str
    policy_fingerprint: str
    unit: str
    policies: dict[str, dict[str, Any]]
    models: dict[str, str]
    counts: dict[str, int | None]
    gates_passed: bool
    failed_gates: tuple[str, ...] = ()
    candidate: bool = True
    privacy: dict[str, Any] = field(default_factory=lambda: {"policy": "floors"})
    files: dict[str, str] = field(default_factory=dict)
    note: str = EXPRESSION_NOTE
    format: int = 1

    def plain(self) -> dict[str, Any]:
        """The manifest as JSON-able values."""
        return asdict(self)
