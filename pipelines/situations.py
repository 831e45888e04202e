"""Which situations of the trigger taxonomy a conversation holds, and which of them brought an expression about.

Codes must not depend on what was flagged, or rates by situation would be biased: every conversation is judged alike, by
cheap heads on all its turns and by the encoder on the beginning of the turn in which these see most. The cause of an
expression often stands some turns before it, so that a trigger is judged on the turns up to the expression. For both
the encoder reads `cause_turn`, which has more turns before it than what is scored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.turn import ModelTurn
from schemas.labels import SITUATIONS, Trigger
from schemas.policy_plug import LEAST_THRESHOLD

Matrix = NDArray[np.float64]
LOOK_BACK = 2
"""Generated turns up to an expression, its own included, on which its trigger is judged."""
LEAST_TRIGGER = 0.25
"""A trigger less likely than this is `other`."""
CODE_CHARS = 100
"""Characters of a turn that are read for the codes: every conversation pays for them, and more tell hardly more."""
WIDE, CHEAP = 0.7, 0.2
"""WIDE: share of the encoder's view of a trigger that `cause_turn` of the expression decides; the rest is for what the
scored windows show. CHEAP: share of the cheap heads in the whole."""
LIKELY = LEAST_THRESHOLD
"""Turns with at least this probability of distress or joy get a trigger."""


@dataclass
class Item:
    """One generated turn or reasoning trace of a batch, on its way through screen and model.

    model_turn: what is scored. cause: what its situations are told from. result: by the windows that the screen let
    pass, or by those that were drawn where it let none pass. lost: by the windows drawn of a turn of which others
    passed.
    """

    row: int
    turn: int
    part: str
    model_turn: ModelTurn
    cause: ModelTurn
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


def clearest_turns(by_row: Mapping[int, Sequence[int]], seen: Matrix) -> dict[int, int]:
    """By row, the place of the turn in which the cheap heads see the clearest situation; the first of several.

    seen: [n, 11], what they see in each of the n items.
    """
    clear = np.round(seen.max(axis=1), 4) if len(seen) else np.zeros(0)
    return {row: min(said, key=lambda n: (-clear[n], n)) for row, said in by_row.items()}


def is_likely(item: Item) -> bool:
    """Whether the item may be an expression, and needs a trigger."""
    return bool(item.result) and max(item.result["p_distress"], item.result["p_joy"]) >= LIKELY


def turns_before(item: Item, items: Sequence[Item], said: Sequence[int]) -> list[int]:
    """The places of the generated turns before the item on which its trigger is judged as well."""
    earlier = [place for place in said if items[place].turn < item.turn]
    return earlier[len(earlier) - min(len(earlier), LOOK_BACK - 1) :]


def briefly(cause: ModelTurn) -> ModelTurn:
    """The turn cut to what codes are told from."""
    return ModelTurn(cause.context, cause.text[:CODE_CHARS])


def codes_of(seen: Matrix, read: NDArray[np.float64], threshold: float) -> list[str]:
    """Names of the situations whose probability reaches `threshold`: the mean of the cheap heads' largest over the
    conversation's turns, [turns, 11], and of the encoder's at the clearest of them, [11]."""
    held = np.flatnonzero((seen.max(axis=0) + read) / 2 >= threshold)
    return sorted(str(SITUATIONS[n]) for n in held)


def causes_of(near: Matrix, wide: NDArray[np.float64], cheap: NDArray[np.float64]) -> NDArray[np.float64]:
    """[11]: how likely each situation is to have brought an expression about.

    near: [turns, 11], what the encoder sees in the scored turns up to the expression, in order, which count by the mean
    of the largest and the last. wide, cheap: [11], what the encoder and the cheap heads see in its `cause_turn`.
    """
    read: NDArray[np.float64] = WIDE * wide + (1 - WIDE) * (near.max(axis=0) + near[-1]) / 2
    over: NDArray[np.float64] = np.round((1 - CHEAP) * read + CHEAP * cheap, 4)
    return over


def trigger_of(causes: Sequence[float]) -> str:
    """The likeliest situation; of equal ones the first; `other` where none is likely. causes: see causes_of."""
    best = max(range(len(SITUATIONS)), key=causes.__getitem__)
    return str(SITUATIONS[best] if causes[best] >= LEAST_TRIGGER else Trigger.OTHER)
