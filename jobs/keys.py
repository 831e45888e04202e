"""Keys of one output root and release: made once, reused by every rerun and added day, destroyed to close the trial."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from schemas.errors import UsageError

_NAMES = ("pseudonym", "table")
_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Keys:
    """pseudonym: HMAC key of user and conversation ids. table: Parquet encryption key. 32 bytes each, never shown."""

    pseudonym: bytes = field(repr=False)
    table: bytes = field(repr=False)


def open_keys(folder: Path) -> Keys:
    """The keys in `folder`, made where they are missing. Raises UsageError for a damaged key file."""
    values = {}
    for name in _NAMES:
        path = folder / f"{name}.key"
        if not path.exists():
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as out:
                out.write(secrets.token_bytes(_LENGTH))
        key = path.read_bytes()
        if len(key) != _LENGTH:
            raise UsageError(
                f"the {name} key of this release is damaged. Restore it from a backup, or start in a new --out folder."
            )
        values[name] = key
    return Keys(**values)
