"""The ledger of an output folder: what its differentially private releases have spent, and the answers that they gave.

Append-only JSON lines in restricted/, each with the hash of the line before. What a draw costs is on disk before noise
is drawn: a run that dies in between has spent it all the same. Only the holder of the output folder's lock may use it.
`welfare purge` leaves it: what has left cannot be called back.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from jobs.releases import MANIFEST, release_folders
from jobs.workspace import Workspace
from pipelines.sign_off_trail import Trail, open_trail
from schemas.errors import DisclosureError, SignOffError, UsageError

LEDGER, ANSWERS = "dp_ledger.jsonl", "dp_answers"
Answer = dict[str, dict[str, int]]
"""Counts with noise by query and cell."""


@dataclass(frozen=True)
class Spent:
    """rho: of this release's draw. total: of all draws so far, interrupted ones included."""

    answer: Answer
    rho: float
    total: float


def drawn(space: Workspace, draw: str, rho: float, cap: float, make: Callable[[], Answer]) -> Spent:
    """The answer to `draw`: the stored one where it was given before, else what `make` draws, entered beforehand.

    draw: keyed digest of everything that the answer depends on but chance. rho: what a draw costs; cap: most that all
    may. Raises DisclosureError where the cap would be passed, or the ledger is broken or lost; nothing is drawn then.
    """
    with _open(space) as ledger:
        _check_whole(space, ledger)
        stored = _stored(space, ledger, draw)
        if stored is None:
            left = Decimal(str(cap)) - _total(ledger)
            if Decimal(str(rho)) > left:
                raise DisclosureError(
                    f"the ledger of this output folder has rho {max(left, Decimal(0))} left under [dp] rho_cap, and"
                    f" this release asks for {rho}. Nothing was drawn. Keep the release that is there, ask for less"
                    " ([dp] rho), or decide to raise the cap: what was spent stays spent."
                )
            ledger.append("drawn", _now(), release=space.release, draw=draw, rho=str(rho))
            stored = make()
            text = json.dumps(stored, sort_keys=True)
            _store(space, draw, text)
            ledger.append("answered", _now(), draw=draw, answer=_digest(text))
        return Spent(stored, rho, float(_total(ledger)))


@contextlib.contextmanager
def _open(space: Workspace) -> Iterator[Trail]:
    path = space.root / "restricted" / LEDGER
    try:
        with open_trail(path) as ledger:
            path.chmod(0o600)
            yield ledger
    except SignOffError:
        raise DisclosureError(
            f"the ledger restricted/{LEDGER} is broken or cannot be opened: a line was changed, removed or put in."
            " Restore it from a backup; nothing is drawn on a broken ledger."
        ) from None


def _total(ledger: Trail) -> Decimal:
    return sum((Decimal(entry["rho"]) for entry in ledger.entries if entry["event"] == "drawn"), Decimal(0))


def _check_whole(space: Workspace, ledger: Trail) -> None:
    """DisclosureError where a release in the folder says that more was spent than the ledger knows of."""
    known = 0.0
    for folder in _released(space.root):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            known = max(known, float(manifest["privacy"]["rho_spent"]))
    if known > float(_total(ledger)):
        raise DisclosureError(
            f"a release in this folder says that rho {known} was spent, and restricted/{LEDGER} knows of less: its end"
            " is lost, or it is an old copy. Restore the ledger; nothing is drawn without it."
        )


def _released(root: Path) -> list[Path]:
    try:
        return release_folders(root)
    except UsageError:
        return []


def _stored(space: Workspace, ledger: Trail, draw: str) -> Answer | None:
    """The stored answer; None where none was given, or it is not there as it was given."""
    digests = [entry["answer"] for entry in ledger.entries if entry["event"] == "answered" and entry["draw"] == draw]
    try:
        text = _path(space, draw).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    if not digests or _digest(text) != digests[-1]:
        return None
    found: Any = json.loads(text)
    return {query: {cell: int(count) for cell, count in cells.items()} for query, cells in found.items()}


def _store(space: Workspace, draw: str, text: str) -> None:
    """Writes the answer, whole and on disk, for its owner alone."""
    path = _path(space, draw)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(handle)
    os.replace(draft, path)


def _path(space: Workspace, draw: str) -> Path:
    return space.root / "restricted" / ANSWERS / f"{draw}.json"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _now() -> datetime:
    return datetime.now(UTC)
