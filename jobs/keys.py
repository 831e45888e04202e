"""Keys of one output root and release: the same in every rerun and added day, destroyed to close the trial.

By default they are made once and lie on the restricted side. With a master key from a file or the environment they are
derived from it (HKDF, RFC 5869) with a salt that lies there instead: then neither opens a table without the other, and
destroying the salt closes the trial.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from schemas.errors import UsageError

KEY_FILE, KEY = "WELFARE_KEY_FILE", "WELFARE_KEY"
"""Environment variables: a file that holds the master key, or the key itself."""
_NAMES = ("pseudonym", "table")
_LENGTH = 32
_SALT, _CHECK = "salt", "check"
_HEX = re.compile(rb"[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class Keys:
    """pseudonym: HMAC key of user and conversation ids. table: Parquet encryption key. 32 bytes each, never shown."""

    pseudonym: bytes = field(repr=False)
    table: bytes = field(repr=False)


def has_keys(folder: Path) -> bool:
    """True where `folder` still holds what the keys are made of."""
    return (folder / _SALT).exists() or all((folder / f"{name}.key").exists() for name in _NAMES)


def find_keys(folder: Path) -> Keys | None:
    """The keys of `folder` as they are, None where they are not there whole: nothing is made or written.

    Raises UsageError as `open_keys` does.
    """
    whole = has_keys(folder) and ((folder / _CHECK).exists() or not (folder / _SALT).exists())
    return open_keys(folder) if whole else None


def open_keys(folder: Path) -> Keys:
    """The keys of `folder`, made where they are missing.

    Raises UsageError for a damaged key, and where the master key is not the one of before, or missing.
    """
    master = master_key()
    stored = [name for name in _NAMES if (folder / f"{name}.key").exists()]
    if master is not None and stored:
        raise UsageError(
            f"the keys of this release lie in its own folder, so {KEY_FILE} and {KEY} do not fit. Unset them, or start"
            " in a new --out folder."
        )
    if master is None and (folder / _SALT).exists():
        raise UsageError(
            f"the keys of this release come from a master key. Set {KEY_FILE} to the file that holds it, or {KEY} to"
            " the key, as in the run that made it."
        )
    return _derived(folder, master) if master is not None else _stored(folder)


def master_key() -> bytes | None:
    """The master key (32 bytes) that the environment names, None where it names none. Raises UsageError where it is no
    key, or where it is named twice."""
    path, said = os.environ.get(KEY_FILE, ""), os.environ.get(KEY, "")
    if not path and not said:
        return None
    if path and said:
        raise UsageError(f"{KEY_FILE} and {KEY} are both set. Set one of them.")
    try:
        held = Path(path).read_bytes() if path else said.encode()
    except OSError:
        raise UsageError(
            f"the file that {KEY_FILE} names cannot be read. Name a file that this user may read."
        ) from None
    if _HEX.fullmatch(held.strip()):
        return bytes.fromhex(held.strip().decode())
    if path and len(held) == _LENGTH:
        return held
    raise UsageError(
        "the master key is no key: it has 64 hexadecimal digits, or, in a file, 32 bytes. Make one, for example with"
        " `openssl rand -hex 32`."
    )


def _derived(folder: Path, master: bytes) -> Keys:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    salt = _read_or_make(folder, _SALT)
    pseudonym, table, check = (
        HKDF(SHA256(), _LENGTH, salt, f"welfare {name}".encode()).derive(master) for name in (*_NAMES, _CHECK)
    )
    if not (folder / _CHECK).exists():
        _write(folder / _CHECK, check)
    if not hmac.compare_digest((folder / _CHECK).read_bytes(), check):
        raise UsageError("the master key is another one than that of the run that made this release. Name that one.")
    return Keys(pseudonym, table)


def _stored(folder: Path) -> Keys:
    return Keys(*(_read_or_make(folder, f"{name}.key") for name in _NAMES))


def _read_or_make(folder: Path, name: str) -> bytes:
    path = folder / name
    if not path.exists():
        _write(path, secrets.token_bytes(_LENGTH))
    value = path.read_bytes()
    if len(value) != _LENGTH:
        raise UsageError(
            f"the {path.stem} key of this release is damaged. Restore it from a backup, or start in a new --out folder."
        )
    return value


def _write(path: Path, value: bytes) -> None:
    """`value` at `path`, whole or not at all. Only the lock's holder may call it."""
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(value)
        out.flush()
        os.fsync(handle)
    os.replace(draft, path)
