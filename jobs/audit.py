"""Searches an output folder for planted values (canaries), and first proves on a copy that it would find them.

What it shows: none of these values, in any of these spellings, stands in these bytes. It does not show that nothing
else got out.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jobs.audit_contents import Inside, Look, search_file
from jobs.audit_match import Matcher
from jobs.audit_variants import LEAST_AMID_CHANCE, LEAST_CHARACTERS, patterns
from schemas.errors import UsageError


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A planted value in a file. ordinal: its line in the canaries file, from 1. variant: how it was spelt. decrypted:
    it stands there encrypted, and not in the clear."""

    file: str
    ordinal: int
    variant: str
    decrypted: bool = False


@dataclass(frozen=True, slots=True)
class Canaries:
    """values: (line number, value) of those that are searched for; skipped: how many are too short."""

    values: tuple[tuple[int, str], ...] = field(repr=False)
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search saw. unopened: file and reason, for what could only be searched as it lies. decrypted: how many
    encrypted files were searched inside."""

    files: int
    size: int
    findings: tuple[Finding, ...]
    unopened: tuple[tuple[str, str], ...]
    decrypted: int = 0


KeyOf = Callable[[Path], bytes | None]
"""The key of an encrypted file, None where nobody has it."""


def _no_key(path: Path) -> bytes | None:
    return None


class Searcher:
    """Finds any of the canaries in any spelling. Building it takes seconds for ten thousand; searching needs numpy."""

    def __init__(self, canaries: Canaries) -> None:
        found = [(line, pattern) for line, value in canaries.values for pattern in patterns(value)]
        self._folded = [entry for entry in found if entry[1].folded]
        self._exact = [entry for entry in found if not entry[1].folded]
        self._matchers = tuple(
            Matcher([p.data for _, p in group], {i for i, (_, p) in enumerate(group) if p.stands_alone})
            for group in (self._folded, self._exact)
        )

    def search(self, data: bytes, least: int = 0) -> set[tuple[int, str]]:
        """(line, variant) of every canary in a stretch of bytes, of patterns of at least `least` bytes."""
        folded, exact = self._matchers
        hits = [self._folded[i] for i in folded.search(data.lower())] + [self._exact[i] for i in exact.search(data)]
        return {(line, pattern.variant) for line, pattern in hits if len(pattern.data) >= least}


def read_canaries(path: Path) -> Canaries:
    """One value a line, UTF-8; empty lines are passed over. UsageError where there is nothing to search for."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, ValueError):
        raise UsageError("the canaries file cannot be read. Name a UTF-8 text file, one value a line.") from None
    values = [(number, line.strip()) for number, line in enumerate(lines, start=1) if line.strip()]
    long = tuple((number, value) for number, value in values if len(value) >= LEAST_CHARACTERS)
    if not long:
        raise UsageError(f"the canaries file holds no value of at least {LEAST_CHARACTERS} characters.")
    return Canaries(long, len(values) - len(long))


def plain_files(folder: Path, but: Path | None = None, without: str = "") -> list[Path]:
    """Every file under `folder`, in order; `but`, the canaries file itself, is left out, and so is the folder of the
    name `without` at its top. Links are not followed.

    Raises UsageError where a folder may not be read: what is not seen cannot be vouched for.
    """

    def refuse(error: OSError) -> None:
        raise UsageError("a folder there may not be read. Run the audit as the user who ran the job.") from None

    out = []
    for base, folders, names in os.walk(folder, onerror=refuse):
        if without in folders and Path(base) == folder:
            folders.remove(without)
        for name in names:
            path = Path(base) / name
            if stat.S_ISREG(path.lstat().st_mode) and not (but is not None and path.samefile(but)):
                out.append(path)
    return sorted(out)


def search_files(root: Path, files: Sequence[Path], searcher: Searcher, key_of: KeyOf = _no_key) -> Searched:
    """Searches the files under `root`, and their names. key_of: the key of an encrypted Parquet file, None where there
    is none: its bytes are then searched as they lie."""
    findings: set[Finding] = set()
    unopened, size, decrypted = [], 0, 0
    for number, path in enumerate(files, start=1):
        name = path.relative_to(root).as_posix()
        in_name = searcher.search(name.encode("utf-8", "surrogateescape"))
        side = "restricted/" if name.startswith("restricted/") else ""
        shown = f"{side}file number {number} (its name holds a planted value)" if in_name else name
        hits, hidden, key = set(in_name), set[tuple[int, str]](), key_of(path)
        inside = Inside(key, _adder(searcher, hidden)) if key else None
        try:
            problems = search_file(path, _adder(searcher, hits), inside, _adder(searcher, hits, LEAST_AMID_CHANCE))
            size += path.stat().st_size
        except OSError:
            problems = ["a file that may not be read, or went away"]
        findings |= {Finding(shown, line, variant) for line, variant in hits}
        findings |= {Finding(shown, line, variant, decrypted=True) for line, variant in hidden - hits}
        decrypted += inside is not None and inside.opened
        unopened += [(shown, problem) for problem in sorted(set(problems))]
    return Searched(len(files), size, tuple(sorted(findings)), tuple(unopened), decrypted)


def _adder(searcher: Searcher, hits: set[tuple[int, str]], least: int = 0) -> Look:
    def look(data: bytes) -> None:
        hits.update(searcher.search(data, least))

    return look
