"""Whether a release may be published, or was rightly published: every rule, each refusal with its own reason.

All rules are checked and all refusals are told, so that one round of mending is enough. What cannot be judged is
refused: a sign-off that does not hold is never passed over in silence, for it may have been a rejection.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.sign_off_envelope import unseal
from pipelines.sign_off_files import differences
from pipelines.sign_off_waivers import check_waivers, failed_gates, unwaived
from schemas.errors import SignOffError
from schemas.sign_off import (
    CLOCK_TOLERANCE,
    ENVELOPE_SUFFIX,
    PERSON,
    REVIEWERS_NEEDED,
    SIGN_OFFS,
    Decision,
    Refusal,
    Refused,
    Role,
    SignOff,
    Trust,
    time_text,
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A release that may be published. votes: the sign-offs by person; ran_by: who ran the job."""

    votes: dict[str, SignOff]
    ran_by: str


def read_envelopes(folder: Path) -> dict[str, bytes]:
    """The envelopes in `folder` by person (from the file's name); none where there is no folder.

    Raises SignOffError where something else lies there.
    """
    if not folder.is_dir():
        return {}
    found = {}
    for path in sorted(folder.iterdir()):
        person = path.name.removesuffix(ENVELOPE_SUFFIX)
        if path.is_symlink() or not path.is_file() or path.name == person or not PERSON.fullmatch(person):
            raise SignOffError(
                f"the {SIGN_OFFS} folder holds something that is no sign-off (PERSON{ENVELOPE_SUFFIX}). Remove it."
            )
        found[person] = path.read_bytes()
    return found


def judge(
    manifest: Mapping[str, Any], digests: Mapping[str, str], envelopes: Mapping[str, bytes], trust: Trust,
    ran_by: str | None, at: datetime, recorded: Mapping[str, str] | None = None,
) -> Judged:  # fmt: skip
    """The votes on exactly these bytes, at moment `at`.

    digests: of every released file, manifest.json among them. ran_by: None where only the sign-offs can tell.
    recorded: SHA-256 of the last sign-off on these bytes that the audit trail has, by person: it may be neither
    missing nor replaced by an earlier one.
    Raises SignOffError with every refusal.
    """
    refused: list[Refused] = []
    votes: dict[str, SignOff] = {}
    failed = failed_gates(manifest)
    for person, raw in sorted(envelopes.items()):
        vote = unseal(raw, person, trust)
        if isinstance(vote, Refused):
            refused.append(vote)
            continue
        wrong = _check(vote, manifest, digests, trust, at)
        # A vote on another run is told as that alone: its waivers are about other gates.
        wrong += [] if wrong else check_waivers(vote, failed, trust)
        refused += wrong
        if not wrong:
            votes[person] = vote
    operator, doubts = _operator(ran_by, votes.values())
    refused += doubts
    if operator in votes:
        refused.append(Refused(Refusal.RAN_IT, "ran the job, so cannot decide on it.", operator))
    for person, digest in sorted((recorded or {}).items()):
        if hashlib.sha256(envelopes.get(person, b"")).hexdigest() != digest:
            text = "the last sign-off of the audit trail is gone or replaced. Put it back, or sign again."
            refused.append(Refused(Refusal.REMOVED, text, person))
    refused += _too_few(votes.values(), trust, operator)
    refused += unwaived(manifest, failed, [vote for vote in votes.values() if vote.person != operator])
    if refused:
        raise SignOffError("refused:\n" + "\n".join("  " + one.line() for one in refused))
    return Judged(votes, operator)


def _check(
    vote: SignOff, manifest: Mapping[str, Any], digests: Mapping[str, str], trust: Trust, at: datetime
) -> list[Refused]:
    """Why a sign-off whose signature fits does not hold all the same."""
    trusted = trust.people[vote.person]

    def refuse(code: Refusal, text: str) -> Refused:
        return Refused(code, text, vote.person)

    out = []
    if trusted.role is not Role.REVIEWER:
        out.append(refuse(Refusal.NOT_REVIEWER, "the trust file names this person as operator, not as reviewer."))
    if trusted.valid_until is not None and max(vote.signed_at, at) > trusted.valid_until:
        out.append(refuse(Refusal.KEY_EXPIRED, f"the key was valid until {time_text(trusted.valid_until)}."))
    if vote.run_key != manifest["run_key"] or vote.release != manifest["release"]:
        out.append(refuse(Refusal.OTHER_RUN, "the sign-off belongs to another run. Read this one and sign it."))
    else:
        changes = differences(vote.subjects, digests)
        if changes:
            out.append(refuse(Refusal.CHANGED, f"since it was signed: {'; '.join(changes)}. Read it and sign again."))
    if vote.signed_at > at + CLOCK_TOLERANCE:
        out.append(refuse(Refusal.CLOCK, "signed in the future. Set the clocks of both machines, and sign again."))
    if vote.expires_at <= at:
        out.append(refuse(Refusal.EXPIRED, f"expired at {time_text(vote.expires_at)}. Sign again."))
    if vote.decision is Decision.REJECT:
        out.append(refuse(Refusal.REJECTED, f"rejected, reason: {vote.reason}. A valid rejection blocks the release."))
    return out


def _operator(ran_by: str | None, votes: Iterable[SignOff]) -> tuple[str, list[Refused]]:
    """Who ran the job, by the run's record and by what the reviewers signed; both must agree."""
    said = {_plain(name) for name in [ran_by, *[vote.ran_by for vote in votes]] if name and name.strip()}
    if not said:
        text = "nothing says who ran the job: the run's record is gone, and no sign-off names the person."
        return "", [Refused(Refusal.OPERATOR_UNKNOWN, text)]
    if len(said) > 1:
        text = "the run's record and the sign-offs name different people as the one who ran the job."
        return min(said), [Refused(Refusal.OPERATOR_DIFFERS, text)]
    return said.pop(), []


def _plain(name: str) -> str:
    """`Ada` and `ada ` are one person."""
    return name.strip().casefold()


def _too_few(votes: Iterable[SignOff], trust: Trust, operator: str) -> list[Refused]:
    """People and key bytes are counted apart: one key under two names is one reviewer."""
    people = {vote.person for vote in votes if vote.person != operator}
    keys = {trust.people[person].public_key for person in people}
    count = min(len(people), len(keys))
    if count >= REVIEWERS_NEEDED:
        return []
    text = f"{REVIEWERS_NEEDED} different reviewers with different keys must approve; there are {count}."
    return [Refused(Refusal.TOO_FEW, text)]
