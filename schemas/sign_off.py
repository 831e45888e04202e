"""Who may decide on a release, what a decision says, and why one is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from schemas.errors import UsageError
from schemas.policy_gate import GATE_NAMES

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
PREDICATE_TYPE = "urn:welfare:sign-off:v1"

SIGN_OFFS = "sign-offs"
"""Folder of the envelopes, beside `released/` in a run's output folder and inside a published release."""
ENVELOPE_SUFFIX = ".dsse.json"
TRAIL = "audit-trail.jsonl"
PUBLICATION = "publication.json"

REVIEWERS_NEEDED = 2
MAX_VALID_DAYS = 365
CLOCK_TOLERANCE = timedelta(minutes=10)
"""How far the clocks of a reviewer's machine and of the publishing machine may be apart."""

PERSON = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
"""Lower case and ASCII on purpose: two spellings of one name must not pass for two people."""


class Decision(StrEnum):
    """What a reviewer decides."""

    APPROVE = "approve"
    CONDITIONS = "approve-with-conditions"
    REJECT = "reject"


class Reason(StrEnum):
    """Why a reviewer rejects: a closed list, as every released string."""

    DISTRESS_RATE = "distress_rate"
    DISTRESS_RISE = "distress_rise"
    NEW_TRIGGER = "new_trigger"
    SCORER_QUALITY = "scorer_quality"
    COVERAGE = "coverage"
    PRIVACY = "privacy"
    STALE = "stale"
    OTHER = "other"


class Role(StrEnum):
    """What a person of the trust file may do. An operator runs jobs and cannot decide."""

    REVIEWER = "reviewer"
    OPERATOR = "operator"


class Refusal(StrEnum):
    """Why a sign-off, or all of them together, do not hold."""

    MALFORMED = "malformed"
    UNKNOWN_PERSON = "unknown_person"
    NOT_REVIEWER = "not_reviewer"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    KEY_EXPIRED = "key_expired"
    OTHER_RUN = "other_run"
    CHANGED = "changed"
    CLOCK = "clock"
    EXPIRED = "expired"
    RAN_IT = "ran_it"
    OPERATOR_UNKNOWN = "operator_unknown"
    OPERATOR_DIFFERS = "operator_differs"
    REJECTED = "rejected"
    REMOVED = "removed"
    TOO_FEW = "too_few"
    FAILED_GATES = "failed_gates"
    MAY_NOT_WAIVE = "may_not_waive"
    WAIVED_NOTHING = "waived_nothing"


def check_person(name: str) -> str:
    """`name` if it may name a person, else UsageError."""
    if not PERSON.fullmatch(name):
        raise UsageError(
            "a person's name has 1 to 64 characters out of a-z, 0-9, '.', '_' and '-', and begins with a letter or"
            " digit. Use the spelling of the trust file."
        )
    return name


def time_text(moment: datetime) -> str:
    """UTC, to the second: `2025-09-01T12:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_time(text: str) -> datetime:
    """The inverse of `time_text`; ValueError for any other spelling."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Trusted:
    """One person of the trust file. public_key: 32 bytes of ed25519. valid_until: last moment, None for no end.

    may_waive: whether an approval of this reviewer may waive failed gates.
    """

    person: str
    role: Role
    public_key: bytes
    valid_until: datetime | None = None
    may_waive: bool = False


@dataclass(frozen=True, slots=True)
class Trust:
    """The trust file. digest: SHA-256 of its bytes."""

    people: dict[str, Trusted]
    digest: str


def _one_line(text: str) -> bool:
    return bool(text.strip()) and len(text) <= 500 and text.isprintable()


@dataclass(frozen=True)
class SignOff:
    """One reviewer's decision on exact bytes.

    subjects: SHA-256 of every released file, manifest.json among them, by relative path. ran_by: who ran the job, as
    far as the reviewer's machine could tell. conditions: the reviewer's own words, published as they are. waivers: the
    reviewer's reason by failed gate, published in the same way.
    Raises UsageError where the parts do not fit together.
    """

    person: str
    decision: Decision
    release: str
    run_key: str
    signed_at: datetime
    expires_at: datetime
    subjects: dict[str, str]
    ran_by: str | None = None
    conditions: tuple[str, ...] = ()
    reason: Reason | None = None
    waivers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_person(self.person)
        if (self.decision is Decision.CONDITIONS) != bool(self.conditions):
            raise UsageError("conditions go with approve-with-conditions and nothing else. Give --condition there.")
        if (self.decision is Decision.REJECT) != (self.reason is not None):
            raise UsageError("a reason goes with reject, and with nothing else. Give --reason there.")
        if self.decision is Decision.REJECT and self.waivers:
            raise UsageError("a rejection waives nothing. Leave out --waive, or approve.")
        if not set(self.waivers) <= set(GATE_NAMES):
            raise UsageError("there is no gate of that name to waive. The report names the gates that failed.")
        if not all(map(_one_line, (*self.conditions, *self.waivers.values()))):
            raise UsageError("a condition or the reason of a waiver is one line of 1 to 500 printable characters.")
        if not self.signed_at < self.expires_at <= self.signed_at + timedelta(days=MAX_VALID_DAYS):
            raise UsageError(f"a sign-off is valid for 1 to {MAX_VALID_DAYS} days. Give such a number as --valid-days.")
        if not self.subjects or not self.run_key:
            raise UsageError("a sign-off names the run and at least one file.")

    def statement(self) -> dict[str, Any]:
        """The decision as an in-toto Statement v1."""
        subjects = [{"name": name, "digest": {"sha256": digest}} for name, digest in sorted(self.subjects.items())]
        predicate: dict[str, Any] = {
            "person": self.person,
            "decision": self.decision.value,
            "release": self.release,
            "run_key": self.run_key,
            "ran_by": self.ran_by,
            "signed_at": time_text(self.signed_at),
            "expires_at": time_text(self.expires_at),
            "conditions": list(self.conditions),
            "reason": None if self.reason is None else self.reason.value,
        }
        if self.waivers:
            predicate["waivers"] = dict(self.waivers)
        return {
            "_type": STATEMENT_TYPE,
            "subject": subjects,
            "predicateType": PREDICATE_TYPE,
            "predicate": predicate,
        }

    @classmethod
    def from_statement(cls, statement: Any) -> SignOff:
        """The decision that `statement` holds; ValueError where it is anything but what `statement()` makes."""
        try:
            said = statement["predicate"]
            found = cls(
                person=said["person"],
                decision=Decision(said["decision"]),
                release=said["release"],
                run_key=said["run_key"],
                signed_at=parse_time(said["signed_at"]),
                expires_at=parse_time(said["expires_at"]),
                subjects={entry["name"]: entry["digest"]["sha256"] for entry in statement["subject"]},
                ran_by=said["ran_by"],
                conditions=tuple(said["conditions"]),
                reason=None if said["reason"] is None else Reason(said["reason"]),
                waivers=dict(said.get("waivers", {})),
            )
        except (KeyError, TypeError, AttributeError, UsageError) as error:
            raise ValueError(type(error).__name__) from None
        if found.statement() != statement:
            raise ValueError("unknown fields")
        return found


@dataclass(frozen=True, slots=True)
class Refused:
    """One refusal: its code, and a sentence for the person who meets it."""

    code: Refusal
    text: str
    person: str = field(default="")

    def line(self) -> str:
        """The refusal on one line."""
        return f"[{self.code}] {self.person + ': ' if self.person else ''}{self.text}"
