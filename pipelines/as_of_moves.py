"""How the change of one count fares by itself: by the conversations that count elsewhere than in an earlier release."""

from __future__ import annotations

from collections import Counter

from pipelines.aggregate_cells import Key
from pipelines.as_of_units import Group, Place
from pipelines.disclosure import Support, clears
from schemas.policy import DisclosurePolicy

EMPTY, CLEARS, FAILS = "empty", "clears", "fails"
"""How the change of one row fares by itself."""
FLAGGED_ALONE = ("trigger", "strength", "missed")
"""Groups that count flagged conversations alone."""
Moved = tuple[str, Place | None, Place | None]
"""The user of a conversation, and where it counted and counts."""


def alone_of(moved: list[Moved], group: Group, policy: DisclosurePolicy) -> dict[Key, str]:
    """How the change of each count fares by itself: FAILS where any of what came into it, or went out of it, is there
    and does not clear the floors: conversations, flagged ones, others. Conversations that come in hold both kinds."""
    sides: dict[tuple[Key, bool], tuple[Counter[str], Counter[str], Counter[str]]] = {}
    for user, was, there in moved:
        parts = [_parts(where) for where in (was, there)]
        for inwards in (False, True):
            for key, kind in parts[inwards] - parts[not inwards]:
                counters = sides.setdefault((key[:4], inwards), (Counter(), Counter(), Counter()))
                counters[kind][user] += 1
    out: dict[Key, str] = {}
    for (key, _), (whole, hits, rest) in sides.items():
        of_kinds = (hits,) if group[1] in FLAGGED_ALONE else (whole, hits, rest) if group[0] else (whole,)
        wanted = [counter for counter in of_kinds if counter or whole]
        if wanted:
            fine = all(clears(support_of(counter), policy) for counter in wanted)
            out[key] = CLEARS if fine and out.get(key) != FAILS else FAILS
    return out


def _parts(where: Place | None) -> set[tuple[Key, int]]:
    """The counts that a conversation is in: by key (and what else its count depends on), 0 for all conversations, 1 for
    flagged ones, 2 for others."""
    if where is None:
        return set()
    return {((*key, *where.exact), kind) for key in where.keys for kind in (0, 1 if where.hit else 2)}  # type: ignore[misc]


def support_of(users: Counter[str]) -> Support:
    return Support(users.total(), len(users), max(users.values(), default=0))
