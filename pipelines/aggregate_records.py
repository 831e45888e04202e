"""Which cells a user counts in, and how often: plain Python over the rows of COUNTED of one user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.aggregate_cells import Key
from schemas.labels import LABELS, SITUATIONS, Label
from schemas.released import TURN_DIMENSIONS
from schemas.released_runs import BEHAVIOURS

Unit = Mapping[str, Any]
"""A row of COUNTED, its splits by the names under which they are released."""
Record = tuple[Key, int, int]
"""A cell that a conversation counts in, what it counts as there, and how much of that is flagged."""
NOT = "not "
"""Before a situation or behaviour: the conversations that do not hold it. It follows from what is released."""
SPLITS = ("surface", "week", "language", "length")
_CODES = tuple(map(str, SITUATIONS))


def user_counts(units: Sequence[Unit]) -> dict[Key, tuple[int, int, int]]:
    """By cell, (n, y, b) of one user; see Cell. Of the table `turns`, n and y count turns; of all others,
    conversations.

    units: all conversations of the user that count.
    """
    scored = [unit for unit in units if unit["language"] is not None]
    bases = {str(label): sum(unit[label]["flagged"] for unit in scored) for label in LABELS}
    bases |= {"": len(scored), "calm": len(scored) - bases[Label.DISTRESS]}
    counts: dict[Key, list[int]] = {}
    for unit in units:
        for key, size, hit in _records(unit):
            held = counts.setdefault(key, [0, 0])
            held[0] += size
            held[1] += hit
    return {key: (n, y, bases[_base(key)]) for key, (n, y) in counts.items()}


def _base(key: Key) -> str:
    return "calm" if key[2] == "no_distress" else key[1]


def _records(unit: Unit) -> Iterator[Record]:
    yield from _coverage(unit)
    if unit["language"] is None:
        return
    yield from _behaviours(unit)
    for label in map(str, LABELS):
        yield from _rates(unit, label)
        yield from _turns(unit, label)
        if unit[label]["flagged"]:
            yield from _flagged(unit, label)
            continue
        if unit[label]["missed"]:
            yield ("screen", label, "missed", "missed"), 1, 1
        if unit[f"{label}_drawn"] and unit[f"{label}_cluster"] >= 0:
            yield ("kinds", label, "cluster", str(unit[f"{label}_cluster"])), 1, 1


def _rates(unit: Unit, label: str) -> Iterator[Record]:
    """One record for each way of splitting the trial; a situation or behaviour is held or not."""
    hit = int(unit[label]["flagged"])
    yield ("rates", label, "all", "all"), 1, hit
    for split in SPLITS:
        yield ("rates", label, split, unit[split]), 1, hit
    for split, every, held in (
        ("situation", _CODES, unit["codes"]), ("behaviour", BEHAVIOURS, unit["behaviours"])
    ):  # fmt: skip
        for name in every:
            yield ("rates", label, split, name if name in held else NOT + name), 1, hit


def _flagged(unit: Unit, label: str) -> Iterator[Record]:
    """Trigger, cluster and dynamics of a flagged conversation."""
    found = unit[label]
    cluster, trigger = str(max(unit[f"{label}_cluster"], -1)), found["trigger"]
    yield ("triggers", label, "trigger", trigger), 1, 1
    yield ("clusters", label, "cluster", cluster), 1, 1
    yield ("cluster_triggers", label, cluster, trigger), 1, 1
    for name in ("onset", "slope", "peak", "recovered", "refusal"):
        yield ("dynamics", label, name, found[name]), 1, 1
    if label == Label.DISTRESS:  # joy is flagged only when strong
        yield ("dynamics", label, "strength", found["strength"]), 1, 1


def _turns(unit: Unit, label: str) -> Iterator[Record]:
    """The turns of a conversation; and of a flagged one, whether more than one turn is flagged."""
    found = unit[label]
    for name in TURN_DIMENSIONS:
        value = "all" if name == "all" else unit[name]
        yield ("turns", label, name, value), unit["turns"], found["turns"]
        if found["flagged"]:
            yield ("again", label, name, value), 1, int(unit[f"{label}_again"])


def _behaviours(unit: Unit) -> Iterator[Record]:
    """What a conversation shows, among all scored ones and among those not flagged for distress."""
    for name in BEHAVIOURS:
        if name in unit["behaviours"]:
            yield ("behaviour", "", "all", name), 1, 1
            if not unit[Label.DISTRESS]["flagged"]:
                yield ("behaviour", "", "no_distress", name), 1, 1


def _coverage(unit: Unit) -> Iterator[Record]:
    """Every conversation, scored or not."""
    unscored = unit["unscored_language"]
    values = (
        ("language", unscored if unit["language"] is None else unit["language"]),
        ("not_scored", unit["reason"] if unscored is None else "language"),
        ("user_id", unit["user_id"]),
    )
    for name, value in values:
        if value is not None:
            yield ("coverage", "", name, value), 1, 0
