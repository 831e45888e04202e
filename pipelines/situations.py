"""Which situations of the trigger taxonomy a conversation holds, and which of them brought an expression about.

Codes must not depend on what was flagged, or rates by situation would be biased: every conversation is judged on the
same small number of its turns, chosen by cheap heads, and on the first window of each. The cause of an expression often
stands some turns before it, so that a trigger is judged on the turns up to the expression.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from schemas.labels import SITUATIONS, Trigger
from schemas.policy_plug import LEAST_THRESHOLD

if TYPE_CHECKING:
    from classifiers.codes import CodeHeads
    from classifiers.turn import ModelTurn

JUDGED_TURNS = 2
"""Turns of each conversation on which its codes are judged by the encoder."""
LOOK_BACK = 2
"""Generated turns up to an expression, its own included, on which its trigger is judged."""
LEAST_TRIGGER = 0.25
"""A trigger less likely than this is `other`."""
LIKELY = LEAST_THRESHOLD
"""Turns with at least this probability of distress or joy get a trigger."""


@dataclass
class Item:
    """One generated turn or reasoning trace of a batch, on its way through screen and model.

    result: by the windows that the screen let pass, or by those that were drawn where it let none pass. lost: by the
    windows drawn of a turn of which others passed.
    """

    row: int
    turn: int
    part: str
    model_turn: ModelTurn
    screen: float = 0.0
    weight: float = 0.0
    result: dict[str, Any] = field(default_factory=dict)
    lost: dict[str, Any] = field(default_factory=dict)


def said_by_row(items: Sequence[Item]) -> dict[int, list[int]]:
    """By row, the places among `items` of what was said, reasoning traces aside, in order."""
    by_row: dict[int, list[int]] = {}
    for place, item in enumerate(items):
        if item.part == "said":
            by_row.setdefault(item.row, []).append(place)
    return by_row


def judged_turns(items: Sequence[Item], by_row: dict[int, list[int]], heads: CodeHeads) -> dict[int, list[int]]:
    """By row, the places of the turns in which the cheap heads see the clearest situations; all where there are few."""
    many = [place for said in by_row.values() if len(said) > JUDGED_TURNS for place in said]
    found = heads.probabilities([items[place].model_turn for place in many])
    clear = {place: round(float(row.max()), 4) for place, row in zip(many, found, strict=True)}
    return {
        row: said if len(said) <= JUDGED_TURNS else sorted(sorted(said, key=lambda n: (-clear[n], n))[:JUDGED_TURNS])
        for row, said in by_row.items()
    }


def is_likely(item: Item) -> bool:
    """Whether the item may be an expression, and needs a trigger."""
    return bool(item.result) and max(item.result["p_distress"], item.result["p_joy"]) >= LIKELY


def turns_before(item: Item, items: Sequence[Item], said: Sequence[int]) -> list[int]:
    """The places of the generated turns before the item on which its trigger is judged as well."""
    earlier = [place for place in said if items[place].turn < item.turn]
    return earlier[len(earlier) - min(len(earlier), LOOK_BACK - 1) :]


def codes_of(probabilities: Sequence[Sequence[float]], threshold: float) -> list[str]:
    """Names of the situations that one of the judged turns holds with at least `threshold`."""
    held = {n for turn in probabilities for n, p in enumerate(turn) if p >= threshold}
    return sorted(str(SITUATIONS[n]) for n in held)


def trigger_of(probabilities: Sequence[Sequence[float]]) -> str:
    """The likeliest situation over turns in order: the mean of its largest probability and of that at the last turn."""
    last = probabilities[-1]
    over = [(max(turn[n] for turn in probabilities) + last[n]) / 2 for n in range(len(SITUATIONS))]
    best = max(range(len(over)), key=over.__getitem__)
    return str(SITUATIONS[best] if over[best] >= LEAST_TRIGGER else Trigger.OTHER)
