"""Reads a batch of turns: what the screen lets pass, a sample of what it rejects, and what the codes rest on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.pseudonym import keyed_draw
from pipelines.situations import (
    Item,
    briefly,
    causes_of,
    clearest_turns,
    codes_of,
    is_likely,
    said_by_row,
    trigger_of,
    turns_before,
)

if TYPE_CHECKING:
    from classifiers.reading import Reading, Scores
    from classifiers.scorer import Scorer

Rows = list[dict[str, Any]]
_LEAST_WEIGHT = 1.001
"""Least weight of sampled turns that the screen rejected: 1 says that a turn passed, and such a turn can flag."""


def sample_weight(share: float) -> float:
    """Weight of what was drawn with this share (0 to 1)."""
    return max(_LEAST_WEIGHT, 1.0 / share)


def judge(items: Sequence[Item], out: Rows, scorer: Scorer, code_threshold: float, sample_share: float) -> None:
    """Fills in screen, weight, result and lost of the items, and the codes of their rows in `out`.

    sample_share: share (0 to 1) of conversations of which the rejected windows are read all the same.
    """
    if not items:
        return
    reading = scorer.start([item.model_turn for item in items])
    drawn = np.array([keyed_draw(out[item.row]["conversation_key"], "screen") < sample_share for item in items])
    sampled = drawn[reading.owners] & ~reading.passed
    by_row = said_by_row(items)
    seen = scorer.codes.probabilities([item.model_turn for item in items])
    reading.read(reading.passed | sampled)
    _fill(items, reading, sampled, sample_share)
    judged = clearest_turns(by_row, seen)
    held = scorer.causes([briefly(items[place].cause) for place in judged.values()])
    for row, found in zip(judged, held, strict=True):
        out[row]["codes"] = codes_of(seen[by_row[row]], found, code_threshold)
    likely = [item for item in items if is_likely(item)]
    causes = [item.cause for item in likely]
    wide, cheap = scorer.causes(causes), scorer.codes.probabilities(causes)
    _add_triggers(likely, wide, cheap, items, reading, by_row)


def _first(reading: Reading, places: Sequence[int]) -> NDArray[np.bool_]:
    """The first windows of these turns, as a mask."""
    mask = np.zeros(len(reading.inputs), dtype=bool)
    mask[reading.first[list(places)]] = True
    return mask


def _fill(items: Sequence[Item], reading: Reading, sampled: NDArray[np.bool_], share: float) -> None:
    passed = np.logical_or.reduceat(reading.passed, reading.first)
    drawn = np.logical_or.reduceat(sampled, reading.first)
    by_passed, by_sample = reading.scores(reading.passed), reading.scores(sampled)
    for n, (item, clear) in enumerate(zip(items, reading.clearest(), strict=True)):
        item.screen = float(clear)
        if passed[n]:
            item.weight, item.result = 1.0, _result(by_passed, n)
            item.lost = _result(by_sample, n) if drawn[n] else {}
        elif drawn[n]:
            item.weight, item.result = sample_weight(share), _result(by_sample, n)


def _result(scores: Scores, n: int) -> dict[str, Any]:
    return {
        "affect": scores.affect[n].tolist(),
        "voice": scores.voice[n].tolist(),
        "p_distress": float(scores.distress[n]),
        "p_joy": float(scores.joy[n]),
        "trigger": "",
        "causes": [],
        "situations": scores.situations[n].tolist(),
    }


def _add_triggers(
    likely: Sequence[Item],
    wide: NDArray[np.float64],
    cheap: NDArray[np.float64],
    items: Sequence[Item],
    reading: Reading,
    by_row: dict[int, list[int]],
) -> None:
    """wide, cheap: [n, 11], what encoder and cheap heads see in the `cause_turn` of each of n likely items."""
    before = [turns_before(item, items, by_row.get(item.row, [])) for item in likely]
    reading.read(_first(reading, sorted({n for places in before for n in places})))
    held = reading.situations()
    for item, far, by_words, places in zip(likely, wide, cheap, before, strict=True):
        near = np.asarray([*(held[n] for n in places), item.result["situations"]])
        item.result["causes"] = causes_of(near, far, by_words).tolist()
        item.result["trigger"] = trigger_of(item.result["causes"])
