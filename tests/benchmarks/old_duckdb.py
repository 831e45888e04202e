"""Does a release's DuckDB file open in the DuckDB that is installed here, with every table, view, macro and query?

    python -m venv old && old/bin/pip install "duckdb==1.4.*"
    old/bin/python tests/benchmarks/old_duckdb.py out/released/summary.duckdb

Needs duckdb and nothing else, so that it runs in an environment without the project. Prints what was asked; the first
thing that fails ends it with DuckDB's error.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "pipelines" / "QUERIES.md"
_CALLS = {
    "percent": "SELECT percent(0.034)",
    "with_interval": "SELECT with_interval(0.034, 0.024, 0.048, 'shown', '')",
    "rates_of": "FROM rates_of('joy', 'surface')",
    "triggers_of": "FROM triggers_of('distress')",
    "trend": "FROM trend('joy', 'surface', 'chat')",
    "meaning_of": "FROM meaning_of('v_rates')",
}
"""A call of each macro."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the page: its number, its words, its query, and the columns that the page says it gives."""

    number: int
    words: str
    sql: str
    columns: tuple[str, ...]


def questions(page: str) -> list[Question]:
    """The questions on the page, in order. ValueError where one has no query, or says no columns."""
    out = []
    for part in re.split(r"^## (?=\d)", page, flags=re.MULTILINE)[1:]:
        head = re.match(r"(\d+)\. (.+)\n", part)
        queries = re.findall(r"^```sql\n(.+?)^```$", part, flags=re.MULTILINE | re.DOTALL)
        columns = re.search(r"^Columns: (.+?)\.$", part, flags=re.MULTILINE | re.DOTALL)
        if head is None or columns is None or len(queries) != 1:
            raise ValueError("a question on the page does not have a number, one query and its columns.")
        out.append(Question(int(head[1]), head[2], queries[0], tuple(re.findall(r"`(\w+)`", columns[1]))))
    return out


def ask_everything(connection: Any) -> dict[str, int]:
    """Rows by what was asked: every table and view, every macro, every question. Raises what DuckDB raises."""
    listed = connection.execute("SELECT table_name, kind FROM data_dictionary WHERE column_name = ''").fetchall()
    asked = {name: f"FROM {name}" for name, kind in listed if kind != "macro"}
    asked |= {name: _CALLS[name] for name, kind in listed if kind == "macro"}
    asked |= {f"question {one.number}": one.sql for one in questions(PAGE.read_text(encoding="utf-8"))}
    return {name: len(connection.execute(sql).fetchall()) for name, sql in asked.items()}


if __name__ == "__main__":
    import duckdb

    with duckdb.connect(sys.argv[1], read_only=True) as opened:
        found = ask_everything(opened)
    empty = sum(not rows for rows in found.values())
    sys.stdout.write(f"DuckDB {duckdb.__version__}: {len(found)} asked, {empty} without a row\n")
