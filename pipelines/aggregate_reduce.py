"""Cells of a trial, reduced by Spark from the conversations that count.

Workers count the cells of whole users; what is left to Spark is to add up. All sums are of whole numbers: the result
does not depend on the order or the partitioning of the rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipelines.aggregate_cells import Cell, Key, Split, reduce_users
from pipelines.aggregate_records import user_counts
from pipelines.aggregate_users import of_users
from pipelines.worker import map_rows
from schemas.table import Column, Sensitivity, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Triple = tuple[int, int, int]
"""(n, y, b) of a user in a cell; see Cell."""
_BY = ("table", "label", "dimension", "value")
_COUNTS = tuple(field.name for field in fields(Cell))
_LARGEST = ("top", "flagged_top", "rest_top")
PARTS = Table(
    "cell_parts",
    (
        *(Column(name, pa.string(), f"The cell's {name}.") for name in _BY),
        *(Column(name, pa.int64(), "As in Cell, of some of the users.") for name in _COUNTS),
    ),
    (),
    Sensitivity.DERIVED,
    "Cells of some users each, which add up to those of all. In memory only, within the aggregation.",
)


def reduce_cells(counted: DataFrame) -> dict[Key, Cell]:
    """Every cell. counted: the frame of a Population."""
    return _reduced(counted, user_counts)


def reduce_unions(counted: DataFrame, unions: Mapping[Split, Iterable[str]]) -> dict[Split, Cell]:
    """One Cell for each union of values of a split: a user in several of them counts once."""
    wanted: Mapping[Key, Split] = {(*split, value): split for split, values in unions.items() for value in values}
    if not wanted:
        return dict.fromkeys(unions, Cell())

    def merged(units: list[dict[str, Any]]) -> dict[Key, Triple]:
        found: dict[Key, Triple] = {}
        for key, (n, y, b) in user_counts(units).items():
            if key in wanted:
                whole = (*wanted[key], "")
                held = found.get(whole, (0, 0, 0))
                found[whole] = (held[0] + n, held[1] + y, max(held[2], b))
        return found

    cells = _reduced(counted, merged)
    return {split: cells.get((*split, ""), Cell()) for split in unions}


def _reduced(counted: DataFrame, of_user: Callable[[list[dict[str, Any]]], dict[Key, Triple]]) -> dict[Key, Cell]:
    """The cells that `of_user` counts, over all users."""
    from pyspark.sql import functions as F

    def parts(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        found: dict[Key, list[Triple]] = defaultdict(list)
        for units in of_users(rows):
            for key, counts in of_user(units).items():
                found[key].append(counts)
        return [dict(zip(_BY, key, strict=True)) | asdict(reduce_users(users)) for key, users in found.items()]

    exact = [(F.max if name in _LARGEST else F.sum)(name).alias(name) for name in _COUNTS]
    made = map_rows(counted, PARTS, "aggregate", lambda: parts, whole="user_key")
    rows = made.groupBy(*_BY).agg(*exact).collect()
    return {(row[0], row[1], row[2], row[3]): Cell(*(int(row[name]) for name in _COUNTS)) for row in rows}
