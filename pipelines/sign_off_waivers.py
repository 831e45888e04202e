"""Waivers: a failed gate lets a release out only where a reviewer who may do so waived it, signed and with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from schemas.errors import SignOffError
from schemas.policy_gate import GATE_NAMES
from schemas.sign_off import Refusal, Refused, SignOff, Trust


def failed_gates(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """The gates that failed, by the manifest.

    Raises SignOffError where it names one that is none of ours, or contradicts itself.
    """
    found = manifest.get("failed_gates", [])
    if not isinstance(found, list) or not all(name in GATE_NAMES for name in found):
        raise SignOffError("manifest.json names a failed gate that this version does not know. Use the run's version.")
    if found and manifest.get("gates_passed") is not False:
        raise SignOffError("manifest.json says that every gate passed, and names failed ones. Run the job again.")
    return tuple(found)


def not_failed(waivers: Iterable[str], failed: Iterable[str]) -> str:
    """The sentence on waivers of gates that did not fail."""
    names = sorted(set(waivers) - set(failed))
    return f"{', '.join(names)} did not fail, so cannot be waived."


def waived(waivers: Iterable[str]) -> dict[str, str]:
    """What the audit trail says of waivers: the gates, nothing where there are none."""
    names = sorted(set(waivers))
    return {"waived": " ".join(names)} if names else {}


def check_waivers(vote: SignOff, failed: tuple[str, ...], trust: Trust) -> list[Refused]:
    """Why the waivers of a vote, whose signature fits, do not hold."""
    out = []
    if vote.waivers and not trust.people[vote.person].may_waive:
        text = "the trust file does not let this person waive gates (may_waive). Sign again without --waive."
        out.append(Refused(Refusal.MAY_NOT_WAIVE, text, vote.person))
    if not set(vote.waivers) <= set(failed):
        text = f"{not_failed(vote.waivers, failed)} Sign again without that waiver."
        out.append(Refused(Refusal.WAIVED_NOTHING, text, vote.person))
    return out


def unwaived(manifest: Mapping[str, Any], failed: tuple[str, ...], votes: Iterable[SignOff]) -> list[Refused]:
    """A refusal for each failed gate that no vote waives. votes: those that hold."""
    if manifest.get("gates_passed") is not True and not failed:
        text = "a gate failed and the manifest does not say which, so none can be waived. Run the job again."
        return [Refused(Refusal.FAILED_GATES, text)]
    covered = {gate for vote in votes for gate in vote.waivers}
    text = "failed, and no valid approval waives it. Sign with --waive, as a reviewer with may_waive in the trust file."
    return [Refused(Refusal.FAILED_GATES, f"gate {gate} {text}") for gate in failed if gate not in covered]
