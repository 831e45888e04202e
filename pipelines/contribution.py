"""What one user may count in, behind floors: at most so many cells of triggers and clusters, and so many terms.

In every other split of the trial a conversation has one place, and the places are few: a bound there would bend rates.
Clusters and their terms may be hundreds, and one user's many conversations could stand in any number of them. What lies
beyond the bound still counts, as another trigger (`other`) or in no cluster (-1): so counts still sum to their totals.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import pyarrow as pa

from schemas.labels import LABELS

REST = {"trigger": "other", "cluster": "-1"}
"""By kind of cell, where what lies beyond the bound counts."""
Unit = dict[str, Any]
"""A row of COUNTED."""
Counted = dict[tuple[str, str], tuple[str, int]]
"""By (label, conversation): the user and the cluster that it counts in."""


def bounded(held: Collection[str], who: str, most: int) -> list[str]:
    """At most `most` of a user's cells: the first by a hash of the user's pseudonym, which is keyed, and the cell."""
    if len(held) <= most:
        return list(held)
    return sorted(held, key=lambda cell: hashlib.sha256(f"cell\0{who}\0{cell}".encode()).digest())[:most]


def bound_places(units: Iterable[Unit], most: int) -> None:
    """Puts what lies beyond `most` cells of one user, triggers and clusters of both labels together, into REST.

    units: that user's rows of COUNTED, changed in place. A cell is a trigger or cluster that a flagged conversation
    has, or the cluster of an unflagged one that was drawn for the lift. Of a user who has more, the first by the hash
    of `bounded` stand; the others count in REST, for which room is left. What is chosen depends on the user's own rows
    alone, and not on their order.
    """
    found = [(unit, label, kind, cell) for unit in units for label, kind, cell in _cells(unit)]
    held = {cell for *_, cell in found}
    if len(held) <= most:
        return
    who = found[0][0]["user_key"]
    rest = {_name(label, kind, REST[kind]) for _, label, kind, _ in found}
    kept = {*rest, *bounded(held - rest, who, most - len(rest))}
    for unit, label, kind, cell in found:
        if cell in kept:
            continue
        if kind == "trigger":
            unit[label]["trigger"] = REST[kind]
        else:
            unit[f"{label}_cluster"] = int(REST[kind])


def _name(label: str, kind: str, value: object) -> str:
    return f"{label}/{kind}/{value}"


def _cells(unit: Unit) -> Iterator[tuple[str, str, str]]:
    """(label, kind, name) of the cells that a conversation is in, as `distress/cluster/3`."""
    if unit["language"] is None:
        return
    for label in map(str, LABELS):
        flagged, cluster = unit[label]["flagged"], unit[f"{label}_cluster"]
        if flagged:
            yield label, "trigger", _name(label, "trigger", unit[label]["trigger"])
        if flagged or (unit[f"{label}_drawn"] and cluster >= 0):
            yield label, "cluster", _name(label, "cluster", max(cluster, -1))


def bounded_terms(counted: Counted, terms: pa.Table, most: int) -> pa.Table:
    """CLUSTER_TERMS, its users and holders those that count: of no user more than `most` terms.

    A conversation counts for the terms of the cluster that it counts in. Which terms of a user stand is decided as
    `bounded` does, over the clusters of both labels.
    """
    rows = terms.to_pylist()
    held: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        row["holders"] = [key for key in row["holders"] if _there(row, key, counted)]
        for key in row["holders"]:
            held[counted[row["label"], key][0]].add(_term(row))
    kept = {who: frozenset(bounded(cells, who, most)) for who, cells in held.items()}
    for row in rows:
        who_of = {key: counted[row["label"], key][0] for key in row["holders"]}
        row["holders"] = [key for key, who in who_of.items() if _term(row) in kept[who]]
        row["users"] = len({who_of[key] for key in row["holders"]})
    return pa.Table.from_pylist(rows, schema=terms.schema)


def _there(row: dict[str, object], key: str, counted: Counted) -> bool:
    found = counted.get((str(row["label"]), key))
    return found is not None and found[1] == row["cluster"]


def _term(row: dict[str, object]) -> str:
    return f"{row['label']}/{row['cluster']}/{row['term']}"
