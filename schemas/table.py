"""A table is said once. Arrow schema, Spark schema (through Arrow), DuckDB DDL and the docs derive from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import pyarrow as pa

from schemas.errors import ContractError


class Sensitivity(IntEnum):
    """How close a table is to the conversations. Where it may be written follows from this, never from an argument."""

    RAW = 0
    """Unscrubbed. Never written anywhere."""
    SCRUBBED = 1
    """Scrubbed text. Restricted side, with a retention time."""
    DERIVED = 2
    """Row level or exact, without whole conversations. Restricted side, with a retention time."""
    RELEASABLE = 3
    """Gated aggregates from closed vocabularies. The only kind that leaves."""


@dataclass(frozen=True, slots=True)
class Column:
    """name, Arrow type, meaning (with its unit), and whether it may be null."""

    name: str
    type: pa.DataType
    doc: str
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table: `key` names the columns whose values together are unique, and the order of its rows."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    sensitivity: Sensitivity
    doc: str

    def __post_init__(self) -> None:
        names = self.names
        if len(set(names)) != len(names) or not set(self.key) <= set(names):
            raise ContractError(f"table {self.name}: column names must be unique and hold every key column.")

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    @property
    def arrow(self) -> pa.Schema:
        """Arrow schema of the table."""
        return pa.schema([pa.field(c.name, c.type, nullable=c.nullable) for c in self.columns])

    def conform(self, data: pa.Table) -> pa.Table:
        """`data` with exactly this table's columns, order and types, sorted by key.

        Raises ContractError: a column is missing, of another type or null against the schema, or a key is not unique.
        """
        missing = [name for name in self.names if name not in data.column_names]
        if missing:
            raise ContractError(
                f"table {self.name}: missing columns {missing}. The stage that writes it must make them."
            )
        for column in self.columns:
            if not column.nullable and data.column(column.name).null_count:
                raise ContractError(f"table {self.name}, column {column.name}: null where the schema forbids it.")
        try:
            shaped = data.select(list(self.names)).cast(self.arrow)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError):
            raise ContractError(f"table {self.name}: a column does not have its declared type.") from None
        if self.key:
            if shaped.group_by(list(self.key)).aggregate([]).num_rows != shaped.num_rows:
                raise ContractError(f"table {self.name}: two rows share the key {self.key}.")
            shaped = shaped.sort_by([(name, "ascending") for name in self.key])
        return shaped.combine_chunks()

    def ddl(self) -> str:
        """DuckDB statements which make the table and comment it and its columns."""
        lines = [f"  {c.name} {_duckdb_type(c.type)}{'' if c.nullable else ' NOT NULL'}" for c in self.columns]
        out = [f"CREATE TABLE {self.name} (\n" + ",\n".join(lines) + "\n);"]
        out.append(f"COMMENT ON TABLE {self.name} IS {_quote(self.doc)};")
        out += [f"COMMENT ON COLUMN {self.name}.{c.name} IS {_quote(c.doc)};" for c in self.columns]
        return "\n".join(out)


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _duckdb_type(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return _duckdb_type(kind.value_type) + "[]"
    names = {
        pa.string(): "VARCHAR",
        pa.bool_(): "BOOLEAN",
        pa.int32(): "INTEGER",
        pa.int64(): "BIGINT",
        pa.float64(): "DOUBLE",
        pa.float32(): "REAL",
        pa.date32(): "DATE",
    }
    if kind not in names:
        raise ContractError(f"no DuckDB type is declared for the Arrow type {kind}; add it in schemas/table.py.")
    return names[kind]
