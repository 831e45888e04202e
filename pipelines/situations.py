"""Which situations of the trigger taxonomy a conversation holds, and which of them brought an expression about.

Codes must not depend on what was flagged, or rates by situation would be biased: every conversation is judged on the
same small number of its turns, chosen by the cheap heads. The cause of an expression often stands some turns before it,
so that a trigger is judged on the turns up to the expression.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from schemas.labels import SITUATIONS, Trigger

if TYPE_CHECKING:
    from classifiers.scorer import Scorer
    from classifiers.turn import ModelTurn

Rows = list[dict[str, Any]]
JUDGED_TURNS = 2
"""Turns of each conversation on which its codes are judged by the encoder."""
LOOK_BACK = 2
"""Generated turns up to an expression, its own included, on which its trigger is judged."""
LEAST_TRIGGER = 0.25
"""A trigger less likely than this is `other`."""
LIKELY = 0.1
"""Turns with at least this probability of distress or joy get a trigger; no threshold in use is lower."""


@dataclass
class Item:
    """One generated turn or reasoning trace of a batch, on its way through screen and model."""

    row: int
    turn: int
    part: str
    model_turn: ModelTurn
    screen: float = 0.0
    weight: float = 0.0
    result: dict[str, Any] = field(default_factory=dict)


def add_situations(
    items: list[Item], out: Rows, known: dict[int, list[float]], scorer: Scorer, threshold: float
) -> None:
    """Sets `codes` of each row in `out`, and the trigger of each item whose result makes an expression likely.

    known: situation probabilities of items that the encoder has read, by identity; what is missing is read here.
    """
    by_row: dict[int, list[Item]] = {}
    for item in items:
        if item.part == "said":
            by_row.setdefault(item.row, []).append(item)
    judged = {row: _chosen(said, scorer) for row, said in by_row.items()}
    looked = {id(item): _before(item, by_row.get(item.row, [])) for item in items if _is_likely(item)}
    wanted = {id(i): i for chosen in (*judged.values(), *looked.values()) for i in chosen if id(i) not in known}
    if wanted:
        scores = scorer.score([item.model_turn for item in wanted.values()])
        known = known | dict(zip(wanted, scores.situations.tolist(), strict=True))
    for row, chosen in judged.items():
        held = {n for item in chosen for n, p in enumerate(known[id(item)]) if p >= threshold}
        out[row]["codes"] = sorted(str(SITUATIONS[n]) for n in held)
    for item in items:
        if id(item) in looked:
            item.result["trigger"] = trigger_of([known[id(i)] for i in looked[id(item)]])


def _is_likely(item: Item) -> bool:
    return bool(item.result) and max(item.result["p_distress"], item.result["p_joy"]) >= LIKELY


def _chosen(said: list[Item], scorer: Scorer) -> list[Item]:
    """The turns in which the cheap heads see the clearest situations, in order; all of them where there are few."""
    if len(said) <= JUDGED_TURNS:
        return said
    clearest = scorer.screen.situation_probabilities([item.model_turn for item in said]).max(axis=1)
    best = sorted(range(len(said)), key=lambda n: (-round(float(clearest[n]), 4), n))[:JUDGED_TURNS]
    return [said[n] for n in sorted(best)]


def _before(item: Item, said: list[Item]) -> list[Item]:
    """The item and the generated turns before it, at most LOOK_BACK."""
    earlier = [other for other in said if other.turn < item.turn]
    return [*earlier[-(LOOK_BACK - 1) :], item]


def trigger_of(probabilities: list[list[float]]) -> str:
    """The likeliest situation over turns in order: the mean of its largest probability and of that at the last turn."""
    last = probabilities[-1]
    over = [(max(turn[n] for turn in probabilities) + last[n]) / 2 for n in range(len(SITUATIONS))]
    best = max(range(len(over)), key=over.__getitem__)
    return str(SITUATIONS[best] if over[best] >= LEAST_TRIGGER else Trigger.OTHER)
