"""The trust file: who may decide, under which key, in which role, until when.

[[reviewer]]
person = "ada"
role = "reviewer"            # or "operator": may run jobs, cannot decide
public_key = "<64 hex digits, as welfare keygen prints them>"
valid_until = 2026-12-31     # optional
may_waive = true             # optional, reviewers only: an approval may waive failed gates
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from schemas.errors import SignOffError, UsageError
from schemas.sign_off import Role, Trust, Trusted, check_person

_FIELDS = {"person", "role", "public_key", "valid_until", "may_waive"}
_OPTIONAL = {"valid_until", "may_waive"}


def load_trust(path: Path) -> Trust:
    """The people of the trust file.

    Raises UsageError where the file is missing, no TOML, or an entry is incomplete; SignOffError where two entries
    share a key or a person: either would let one reviewer count twice.
    """
    try:
        raw = path.read_bytes()
        data = tomllib.loads(raw.decode("utf-8"))
    except OSError:
        raise UsageError("the trust file cannot be read. Name an existing file with --trust.") from None
    except ValueError:
        raise UsageError("the trust file is not TOML. Check its syntax.") from None
    entries = data.get("reviewer")
    if set(data) != {"reviewer"} or not isinstance(entries, list) or not entries:
        raise UsageError("the trust file holds [[reviewer]] entries and nothing else. `welfare keygen` prints one.")
    people = [_entry(number, entry) for number, entry in enumerate(entries, start=1)]
    _refuse_doubles(people)
    return Trust({trusted.person: trusted for trusted in people}, hashlib.sha256(raw).hexdigest())


def _entry(number: int, entry: Any) -> Trusted:
    if not isinstance(entry, dict) or not _FIELDS - _OPTIONAL <= set(entry) <= _FIELDS:
        raise UsageError(
            f"trust file, entry {number}: must have person, role and public_key, and may have valid_until"
            " and may_waive."
        )
    try:
        person, role = check_person(str(entry["person"])), Role(str(entry["role"]))
        key = bytes.fromhex(str(entry["public_key"]))
    except UsageError as error:
        raise UsageError(f"trust file, entry {number}: {error}") from None
    except ValueError:
        raise UsageError(
            f"trust file, entry {number}: role is `reviewer` or `operator`, and public_key is 64 hex digits."
        ) from None
    if len(key) != 32:
        raise UsageError(f"trust file, entry {number}: public_key has 64 hex digits, as `welfare keygen` prints it.")
    waives = entry.get("may_waive", False)
    if not isinstance(waives, bool) or (waives and role is not Role.REVIEWER):
        raise UsageError(f"trust file, entry {number}: may_waive is true or false, and true for a reviewer only.")
    return Trusted(person, role, key, _end(number, entry.get("valid_until")), waives)


def _end(number: int, value: Any) -> datetime | None:
    """The last moment of validity; a bare day counts to its end (UTC)."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(23, 59, 59), tzinfo=UTC)
    raise UsageError(f"trust file, entry {number}: valid_until is a date, such as 2026-12-31, without quotes.")


def _refuse_doubles(people: Iterable[Trusted]) -> None:
    names: set[str] = set()
    holders: dict[bytes, str] = {}
    for trusted in people:
        if trusted.person in names:
            raise SignOffError(
                f"trust file: {trusted.person} stands there twice. One person has one key: remove the old entry."
            )
        if trusted.public_key in holders:
            raise SignOffError(
                f"trust file: {trusted.person} and {holders[trusted.public_key]} have the same key, so one reviewer"
                " would count as two. Give each their own key (`welfare keygen`)."
            )
        names.add(trusted.person)
        holders[trusted.public_key] = trusted.person
