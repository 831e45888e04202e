"""Measures a scrubber against gold: recall and precision by character, whatever the label, with intervals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from classifiers.scrub_mask import Placeholders, masked
from classifiers.scrub_spans import Span
from classifiers.scrubber import Scrubber
from schemas.errors import ContractError

RESAMPLES = 1000
LEVEL = 0.95
GROUPED_BY = ("source", "casing")
"""Keys of a gold line, where it has them, by which figures are given as well."""


@dataclass(frozen=True)
class _Item:
    """Characters of one gold item: of each type, of all types, masked, and both at once."""

    by_type: Mapping[str, tuple[int, int]]
    """Type: (gold characters, those of them that are masked)."""
    gold: int
    masked: int
    both: int
    plain: int
    """Characters outside every gold span."""
    groups: Mapping[str, str]


def predict(scrubber: Scrubber, gold: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """One prediction {"id", "spans", "masked"} for each gold line; each text is a conversation of its own.

    A line may hold "turns": the places in its text at which a new turn begins. Its text is one turn otherwise.
    """
    for line in gold:
        text = line["text"]
        places = [0, *line.get("turns", ()), len(text)]
        turns = [text[start:end] for start, end in pairwise(places)]
        spans = [
            Span(start + span.start, start + span.end, span.kind, span.score)
            for start, found in zip(places, scrubber.find(turns), strict=False)
            for span in found
        ]
        plain = [{"start": span.start, "end": span.end, "type": span.kind} for span in spans]
        yield {"id": line["id"], "spans": plain, "masked": masked(text, spans, Placeholders())}


def evaluate(
    gold: Iterable[Mapping[str, Any]], predictions: Iterable[Mapping[str, Any]] | Scrubber, seed: int = 0
) -> dict[str, Any]:
    """Figures of predictions against gold.

    A gold line is {"id", "text", "spans": [{"start", "end", "type"}]}, a prediction {"id", "spans", ...}.
    Recall of a type: the share of its characters that any span masks. Precision: the share of masked
    characters that lie in a gold span. Intervals: 95 %, percentile bootstrap over items. A figure with
    nothing to score is null, with a reason. Raises ContractError where a line lacks a key or an id has no
    prediction.
    """
    lines = list(gold)
    made = predict(predictions, lines) if isinstance(predictions, Scrubber) else predictions
    by_id = {str(line.get("id")): line for line in made}
    items = [_item(number, line, by_id) for number, line in enumerate(lines, 1)]
    report = _figures(items, seed)
    for key in GROUPED_BY:
        names = sorted({item.groups[key] for item in items if key in item.groups})
        if names:
            grouped = {name: [item for item in items if item.groups.get(key) == name] for name in names}
            report[f"by_{key}"] = {name: _figures(part, seed) for name, part in grouped.items()}
    return report


def _item(number: int, line: Mapping[str, Any], by_id: Mapping[str, Mapping[str, Any]]) -> _Item:
    try:
        size = len(line["text"])
        spans = [(int(s["start"]), int(s["end"]), str(s["type"])) for s in line["spans"]]
        name = str(line["id"])
    except (KeyError, TypeError, ValueError):
        raise ContractError(
            f"gold line {number}: must be an object with 'id', 'text' and 'spans' of 'start', 'end', 'type'."
        ) from None
    if any(not 0 <= start < end <= size for start, end, _ in spans):
        raise ContractError(f"gold line {number}: a span must lie within its text, with start below end.")
    if name not in by_id:
        raise ContractError(f"gold line {number}: no prediction has its id. Predictions must cover every gold line.")
    hidden = bytearray(size)
    for found in by_id[name]["spans"]:
        start, end = max(0, int(found["start"])), min(size, int(found["end"]))
        hidden[start:end] = b"\x01" * max(0, end - start)
    marked = bytearray(size)
    by_type: dict[str, tuple[int, int]] = {}
    for start, end, kind in spans:
        before = by_type.get(kind, (0, 0))
        by_type[kind] = (before[0] + end - start, before[1] + sum(hidden[start:end]))
        marked[start:end] = b"\x01" * (end - start)
    both = sum(a & b for a, b in zip(hidden, marked, strict=True))
    groups = {key: str(line[key]) for key in GROUPED_BY if key in line}
    return _Item(by_type, sum(marked), sum(hidden), both, size - sum(marked), groups)


def _figures(items: Sequence[_Item], seed: int) -> dict[str, Any]:
    kinds = sorted({kind for item in items for kind in item.by_type})
    nothing = (0, 0)
    entities = {
        kind: {
            "items": sum(kind in item.by_type for item in items),
            "characters": sum(item.by_type.get(kind, nothing)[0] for item in items),
            "recall": _ratio(
                [item.by_type.get(kind, nothing)[1] for item in items],
                [item.by_type.get(kind, nothing)[0] for item in items], "no characters of this type", seed,
            ),
        }
        for kind in kinds
    }  # fmt: skip
    both = [item.both for item in items]
    return {
        "items": len(items),
        "characters": sum(item.gold + item.plain for item in items),
        "entities": entities,
        "recall": _ratio(both, [item.gold for item in items], "the gold holds no span", seed),
        "precision": _ratio(both, [item.masked for item in items], "nothing was masked", seed),
        "over_masked": _ratio(
            [item.masked - item.both for item in items], [item.plain for item in items],
                "no characters outside spans", seed
        ),
    }  # fmt: skip


def _ratio(upper: Sequence[int], lower: Sequence[int], reason: str, seed: int) -> dict[str, Any]:
    """A ratio of sums over items, with its bootstrap interval."""
    import numpy as np

    if sum(lower) == 0:
        return {"value": None, "low": None, "high": None, "reason": reason}
    # Drawing items with replacement is drawing how often each kind of item occurs.
    found = [(a, b) for a, b in zip(upper, lower, strict=True) if b]
    pairs, counts = np.unique(np.array(found, dtype=np.float64), axis=0, return_counts=True)
    drawn = np.random.default_rng(seed).multinomial(len(found), counts / len(found), RESAMPLES) @ pairs
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1], ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    top, bottom = sum(upper), sum(lower)
    return {
        "value": round(float(top / bottom), 4),
        "low": round(float(low), 4),
        "high": round(float(high), 4),
    }
