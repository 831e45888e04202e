"""Faults of a whole file, and how one is named to the person who meets it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jobs.readers.inputs import content_digest
from schemas.errors import ContractError

_PREFIX = 12


class FileFault(Exception):
    """A file cannot be read. Its text is ours alone: what is wrong, and what to do. Never a value."""


@contextmanager
def named(path: Path, name: str) -> Iterator[None]:
    """Turn a `FileFault` or an OSError into a ContractError that names the file.

    name: how the caller calls the file (`name_inputs`). The file's own path is left out, since it may hold
    data; the start of its digest lets its owner find it.
    """
    try:
        yield
    except FileFault as fault:
        raise ContractError(f"{_name(path, name)}: {fault}") from None
    except OSError as error:
        code = errno.errorcode.get(error.errno or 0, "I/O error")
        raise ContractError(
            f"{_name(path, name)}: cannot be read ({code}). Check that it is still there, that this account"
            " may read it and that its disk is sound, then run again."
        ) from None


def _name(path: Path, name: str) -> str:
    try:
        return f"{name} (sha256 {content_digest(path)[:_PREFIX]}…)"
    except ContractError:
        return name
