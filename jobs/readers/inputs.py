"""From the inputs that a person names to the files that are read, in an order that does not change."""

from __future__ import annotations

import glob
import hashlib
import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from schemas.errors import ContractError, UsageError

_NOT_DATA = frozenset({"_SUCCESS", "_metadata", "_common_metadata", "_temporary", "_index"})
"""Names that Spark and Parquet writers leave beside data, and the folder of a Scout database's index."""


def list_inputs(inputs: Sequence[str]) -> list[Path]:
    """The files of `inputs` (files, folders, globs), each once: inputs as given, a folder's files by name.

    Folders are read with everything below them. Skipped there: hidden entries and the marker files of Spark.
    Raises UsageError for an input that names nothing, ContractError for files that cannot be read as such.
    """
    if not inputs:
        raise UsageError("no input: name at least one file, folder or glob of transcripts.")
    files: dict[str, Path] = {}
    for ordinal, given in enumerate(inputs, start=1):
        called = f"input {ordinal} of {len(inputs)} ({given!r})"
        for path in _expand(given, called):
            files.setdefault(os.path.realpath(path), path)
    return list(files.values())


def name_inputs(inputs: Sequence[str], files: Sequence[Path]) -> list[str]:
    """How errors call each of `files`: by ordinal, and by name only where a person typed that very name."""
    typed = {str(Path(given)) for given in inputs}
    names = []
    for ordinal, file in enumerate(files, start=1):
        called = f" ({str(file)!r})" if str(file) in typed else ""
        names.append(f"input file {ordinal} of {len(files)}{called}")
    return names


def content_digest(path: Path) -> str:
    """SHA-256 of the file's bytes, in hex. Raises ContractError where the file cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        raise ContractError(
            "an input file cannot be read. Check that it is still there and that this account may read it."
        ) from None


def _expand(given: str, called: str) -> list[Path]:
    if "://" in given:
        raise UsageError(f"{called} is an address: only paths are read. Mount or copy the data first.")
    if "\0" in given or not given:
        raise UsageError(f"{called} is not a path: name a file, a folder or a glob.")
    if os.path.lexists(given):
        path = Path(given)
        if path.is_dir():
            return _sound(list(_walk(path, called)), path, called)
        return _sound([path], None, called)
    if not glob.has_magic(given):
        raise UsageError(f"{called} does not exist: check the path; it is taken from the current folder.")
    found = (Path(match) for match in glob.glob(given, recursive=True))
    matches = sorted((match for match in found if match.name not in _NOT_DATA), key=os.fsencode)
    if not matches:
        raise UsageError(f"{called} matches nothing: check the pattern; it is taken from the current folder.")
    files = [f for match in matches for f in (_walk(match, called) if match.is_dir() else [match])]
    return _sound(files, _fixed_part(given), called)


def _fixed_part(pattern: str) -> Path:
    parts = Path(pattern).parts
    fixed = next(index for index, part in enumerate(parts) if glob.has_magic(part))
    return Path(*parts[:fixed])


def _walk(folder: Path, called: str) -> Iterator[Path]:
    """The entries below `folder` that are to be files, and links to folders, for `_sound` to judge."""

    def refuse(_: OSError) -> None:
        raise ContractError(f"{called} holds a folder that this account cannot list: allow that, and retry.")

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted((f for f in folders if _is_data(f)), key=os.fsencode)
        links = [f for f in folders if os.path.islink(os.path.join(parent, f))]
        for name in sorted([*filter(_is_data, names), *links], key=os.fsencode):
            yield Path(parent, name)


def _is_data(name: str) -> bool:
    return not name.startswith(".") and name not in _NOT_DATA


def _sound(paths: list[Path], root: Path | None, called: str) -> list[Path]:
    """`paths` without links to folders inside `root` (their files are listed there). Raises ContractError."""
    faults: Counter[str] = Counter()
    files: list[Path] = []
    for path in paths:
        fault = _fault(path, root)
        if fault:
            faults[fault] += 1
        elif not path.is_dir():
            files.append(path)
    if faults:
        found = "; ".join(f"{count} {fault}" for fault, count in sorted(faults.items()))
        raise ContractError(f"{called} cannot be read as it is: {found}. Remove or repair them, and retry.")
    if not files:
        raise UsageError(f"{called} holds no file to read (hidden ones are skipped): name another.")
    return files


def _fault(path: Path, root: Path | None) -> str:
    if root is not None and not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root)):
        return "symbolic link(s) that point out of the named folder (`find DIR -type l`)"
    try:
        status = path.stat()
    except OSError:
        return "symbolic link(s) to nothing, or vanished file(s) (`find DIR -xtype l`)"
    if stat.S_ISDIR(status.st_mode):
        return ""
    if not stat.S_ISREG(status.st_mode):
        return "special file(s) such as a pipe, socket or device (`find DIR ! -type f ! -type d`)"
    if status.st_size == 0:
        return "empty file(s) (`find DIR -type f -empty`)"
    try:
        path.open("rb").close()
    except OSError:
        return "file(s) that this account may not read (`find DIR ! -readable`)"
    return ""
