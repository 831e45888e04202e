"""Sign-offs as in-toto statements in DSSE envelopes, signed with ed25519."""

from __future__ import annotations

import json
from typing import Any

from pipelines.sign_off_key import public_key_object
from schemas.sign_off import PAYLOAD_TYPE, Refusal, Refused, SignOff, Trust


def seal(sign_off: SignOff, signer: Any) -> bytes:
    """The signed envelope of a decision. signer: see sign_off_key.open_key."""
    from securesystemslib.dsse import Envelope

    payload = json.dumps(sign_off.statement(), sort_keys=True, separators=(",", ":")).encode()
    envelope = Envelope(payload, PAYLOAD_TYPE, {})
    envelope.sign(signer)
    return json.dumps(envelope.to_dict(), indent=1).encode() + b"\n"


def _parse(raw: bytes) -> tuple[Any, SignOff]:
    """(envelope, what it says), not yet verified. ValueError for anything but one statement with one signature."""
    from securesystemslib.dsse import Envelope

    try:
        data = json.loads(raw)
        if set(data) != {"payload", "payloadType", "signatures"} or len(data["signatures"]) != 1:
            raise ValueError("not an envelope with one signature")
        envelope = Envelope.from_dict(data)
        statement = json.loads(envelope.payload)
    except Exception as error:  # noqa: BLE001  the library raises many kinds on bytes that somebody else wrote
        raise ValueError(type(error).__name__) from None
    if envelope.payload_type != PAYLOAD_TYPE:
        raise ValueError("payload type")
    return envelope, SignOff.from_statement(statement)


def key_id(raw: bytes) -> str | None:
    """Id of the key that an envelope names, None where it is no envelope."""
    try:
        return str(next(iter(_parse(raw)[0].signatures)))
    except ValueError:
        return None


def unseal(raw: bytes, person: str, trust: Trust) -> SignOff | Refused:
    """What `person` signed, or why the envelope does not hold.

    person: from the file's name. The key is the trust file's, never one that the envelope brings.
    """
    from securesystemslib.exceptions import VerificationError

    try:
        envelope, said = _parse(raw)
    except ValueError:
        return Refused(Refusal.MALFORMED, "the file is not a sign-off of ours. Remove it, or sign again.", person)
    if said.person != person:
        return Refused(Refusal.MALFORMED, "the file's name and the signed name differ. Sign again.", person)
    trusted = trust.people.get(person)
    if trusted is None:
        return Refused(Refusal.UNKNOWN_PERSON, "not in the trust file. Add the person, or remove the sign-off.", person)
    key = public_key_object(trusted.public_key)
    named = next(iter(envelope.signatures))
    if named != key.keyid:
        owners = [other.person for other in trust.people.values() if public_key_object(other.public_key).keyid == named]
        whose = f"the key of {owners[0]}" if owners else "a key that is not in the trust file"
        return Refused(Refusal.UNKNOWN_KEY, f"signed with {whose}. Sign with the key of the trust file.", person)
    try:
        envelope.verify([key], 1)
    except VerificationError:
        return Refused(Refusal.BAD_SIGNATURE, "the signature does not fit what was signed. Sign again.", person)
    return said
