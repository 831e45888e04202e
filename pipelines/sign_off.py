"""sign-off: a reviewer decides on exact bytes, and signs. The rules stand in sign_off_rules.py."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.sign_off_envelope import key_id, seal
from pipelines.sign_off_files import MANIFEST, check_released
from pipelines.sign_off_key import open_key
from pipelines.sign_off_trail import open_trail
from pipelines.sign_off_waivers import failed_gates, not_failed, waived
from schemas.errors import SignOffError, TemporaryError
from schemas.release import output_root
from schemas.sign_off import ENVELOPE_SUFFIX, SIGN_OFFS, TRAIL, Decision, Reason, SignOff, check_person


@dataclass(frozen=True, slots=True)
class Vote:
    """What a reviewer decides, before it is bound to bytes.

    valid_days: how long it may be used to publish. waivers: the reason by failed gate.
    """

    person: str
    decision: Decision
    conditions: tuple[str, ...] = ()
    reason: Reason | None = None
    valid_days: int = 30
    waivers: dict[str, str] = field(default_factory=dict)


def now_utc() -> datetime:
    """The moment, to the second, as sign-offs and records hold it."""
    return datetime.now(UTC).replace(microsecond=0)


def sign_off(root: Path, key: Path, vote: Vote, ran_by: str | None, now: datetime) -> tuple[Path, SignOff]:
    """Signs the candidate in `root`/released as it is now: (the envelope's path, what it says).

    The person's earlier sign-off is replaced; every one stays in the audit trail. ran_by: who ran the job, None where
    this machine cannot tell. Raises SignOffError where the files are not those of the manifest, the person ran the
    job, the person's earlier sign-off has another key, or a gate is waived that did not fail; UsageError for a vote or
    key that cannot be used.
    """
    check_person(vote.person)
    signer = open_key(key)
    if ran_by is not None and vote.person == ran_by.strip().casefold():
        raise SignOffError(f"{vote.person} ran the job, so cannot decide on it. Two other people must sign.")
    manifest, digests = check_released(root / "released")
    failed = failed_gates(manifest)
    if not set(vote.waivers) <= set(failed):
        raise SignOffError(f"{not_failed(vote.waivers, failed)} Waive failed gates only; the report names them.")
    said = SignOff(
        person=vote.person,
        decision=vote.decision,
        release=str(manifest["release"]),
        run_key=str(manifest["run_key"]),
        signed_at=now,
        expires_at=now + timedelta(days=vote.valid_days),
        subjects=digests,
        ran_by=ran_by,
        conditions=vote.conditions,
        reason=vote.reason,
        waivers=vote.waivers,
    )
    raw = seal(said, signer)
    with open_trail(output_root(root) / TRAIL) as trail:
        path = root / SIGN_OFFS / f"{vote.person}{ENVELOPE_SUFFIX}"
        _refuse_other_key(path, signer)
        trail.append(
            "sign-off", now, person=vote.person, decision=vote.decision.value, key=str(signer.public_key.keyid),
            release=said.release, run_key=said.run_key, manifest=digests[MANIFEST],
            envelope=hashlib.sha256(raw).hexdigest(), **waived(said.waivers),
        )  # fmt: skip
        _write(path, raw)
    return path, said


def _refuse_other_key(path: Path, signer: Any) -> None:
    """Nobody overwrites another's vote by giving that name with a key of their own."""
    if path.exists() and key_id(path.read_bytes()) != signer.public_key.keyid:
        raise SignOffError(
            "there is a sign-off in that name made with another key, or damaged. Sign with that person's key, or, if"
            " the person has a new key, remove the old file first."
        )


def _write(path: Path, raw: bytes) -> None:
    """The whole envelope or none. The draft lies beside the folder, which holds sign-offs only."""
    draft = path.parent.with_name(f".{path.name}.draft")
    try:
        path.parent.mkdir(exist_ok=True)
        draft.write_bytes(raw)
        os.replace(draft, path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise TemporaryError("the sign-off cannot be written: is the disk full? Make room and sign again.") from None
