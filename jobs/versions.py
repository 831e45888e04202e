"""The version of the code, as part of a run's identity: a release names the exact code that made it."""

from __future__ import annotations

import functools
import hashlib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("schemas", "classifiers", "pipelines", "jobs")
_KINDS = (".py", ".html", ".css", ".toml")


@functools.cache
def code_version() -> str:
    """Package version and a digest (12 hex digits) of the source files of the four packages."""
    root = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*")):
            if path.suffix in _KINDS:
                digest.update(str(path.relative_to(root)).encode())
                digest.update(path.read_bytes())
    try:
        number = version("welfare-expression-miner")
    except PackageNotFoundError:
        number = "0"
    return f"{number}+{digest.hexdigest()[:12]}"
