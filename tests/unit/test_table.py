"""Tables: conform, refuse, and derive their DDL."""

from __future__ import annotations

import pyarrow as pa
import pytest

from schemas.errors import ContractError
from schemas.released import RELEASED
from schemas.row_level import ROW_LEVEL
from schemas.table import Column, Sensitivity, Table

TABLE = Table(
    "made_up",
    (Column("name", pa.string(), "A name."), Column("count", pa.int64(), "It's a count.", nullable=True)),
    ("name",),
    Sensitivity.RELEASABLE,
    "A table.",
)


def test_conform_selects_orders_casts_and_sorts() -> None:
    data = pa.table({"count": pa.array([1, 2], pa.int32()), "more": [0, 0], "name": ["b", "a"]})
    assert TABLE.conform(data).to_pylist() == [{"name": "a", "count": 2}, {"name": "b", "count": 1}]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (pa.table({"name": ["a"]}), "missing columns"),
        (pa.table({"name": ["a"], "count": ["secret"]}), "does not have its declared type"),
        (pa.table({"name": pa.array([None], pa.string()), "count": [1]}), "null where the schema forbids it"),
        (pa.table({"name": ["secret", "secret"], "count": [1, 2]}), "two rows share the key"),
    ],
)
def test_conform_refuses_and_names_no_value(data: pa.Table, said: str) -> None:
    with pytest.raises(ContractError, match=said) as caught:
        TABLE.conform(data)
    assert "secret" not in str(caught.value)


def test_ddl_comments_table_and_columns() -> None:
    ddl = TABLE.ddl()
    assert "name VARCHAR NOT NULL" in ddl
    assert "count BIGINT," not in ddl and "count BIGINT\n" in ddl
    assert "COMMENT ON COLUMN made_up.count IS 'It''s a count.';" in ddl


def test_every_declared_table_says_what_it_and_each_column_is() -> None:
    for table in (*ROW_LEVEL, *RELEASED):
        assert table.doc.endswith(".")
        assert all(column.doc for column in table.columns)


def test_released_tables_are_releasable_and_have_at_most_two_dimensions() -> None:
    for table in RELEASED:
        assert table.sensitivity is Sensitivity.RELEASABLE
        beside = [name for name in table.key if name not in ("release", "label", "baseline")]
        assert len(beside) <= 2
        assert table.ddl()


def test_no_row_level_table_is_releasable() -> None:
    assert all(table.sensitivity < Sensitivity.RELEASABLE for table in ROW_LEVEL)
