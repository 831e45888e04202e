"""report: what it writes, what it refuses, and that its bytes hold still.

The golden files are what a reader sees: look at them after regenerating with
`WELFARE_WRITE_GOLDEN=1 python -m pytest tests/unit/test_report.py`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipelines.report import read_released, report
from pipelines.report_html import render_html
from pipelines.report_json import render_json
from pipelines.report_rows import Released
from schemas.errors import ContractError, DisclosureError
from schemas.released import RELEASED
from tests.unit.report_made_up import Tables, made_up, manifest

GOLDEN = Path(__file__).parents[1] / "golden"
BEFORE = made_up("trial-a", 60, 85)
NOW = made_up(against=BEFORE)


def changed(table: str, column: str, value: Any, row: int = 0) -> Tables:
    """NOW with one cell of one table set to `value`."""
    rows = NOW[table].to_pylist()
    rows[row][column] = value
    return {**NOW, table: pa.Table.from_pylist(rows, schema=NOW[table].schema)}


def hidden_row(table: str) -> int:
    """Number of the first suppressed row of `table`."""
    return [row["status"] for row in NOW[table].to_pylist()].index("suppressed")


def test_every_file_is_written_and_listed_with_its_digest(tmp_path: Path) -> None:
    complete = report(NOW, manifest(), tmp_path, BEFORE)
    found = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert found == {*complete.files, "manifest.json"}
    assert {f"tables/{table.name}.parquet" for table in RELEASED} < found
    for name, digest in complete.files.items():
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest
    assert json.loads((tmp_path / "manifest.json").read_text())["files"] == complete.files


def test_bytes_are_the_same_for_the_same_input_but_for_the_database(tmp_path: Path) -> None:
    shuffled = {name: data.take(list(range(data.num_rows))[::-1]) for name, data in reversed(NOW.items())}
    digests = []
    for number, tables in enumerate((NOW, shuffled)):
        folder = tmp_path / str(number)
        folder.mkdir()
        files = report(tables, manifest(), folder, BEFORE).files
        digests.append({name: digest for name, digest in files.items() if not name.endswith(".duckdb")})
    assert digests[0] == digests[1]
    assert len(digests[0]) == len(RELEASED) + 2


@pytest.mark.parametrize("name", ["report.html", "report.json"])
def test_page_and_json_are_as_the_golden_files_show(name: str) -> None:
    released = Released({table.name: table.conform(NOW[table.name]) for table in RELEASED}, BEFORE)
    digests = {f"tables/{table.name}.parquet": "ab" * 32 for table in RELEASED}
    html = name == "report.html"
    text = render_html(released, manifest(), digests) if html else render_json(released, manifest())
    if os.environ.get("WELFARE_WRITE_GOLDEN"):
        (GOLDEN / name).write_text(text, encoding="utf-8", newline="\n")
    assert text == (GOLDEN / name).read_text(encoding="utf-8")


def test_json_holds_every_row_of_every_table(tmp_path: Path) -> None:
    report(NOW, manifest(), tmp_path)
    content = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    for table in RELEASED:
        assert content["tables"][table.name]["rows"] == table.conform(NOW[table.name]).to_pylist()
    assert content["note"] == manifest().note
    counted = {entry["table"]: entry["hidden"] for entry in content["suppressed"]}
    hidden = [row for row in NOW["released_rates"].to_pylist() if row["status"] == "suppressed"]
    assert counted["released_rates"] == len(hidden) > 0


def test_a_release_reads_back_as_it_was_written(tmp_path: Path) -> None:
    complete = report(NOW, manifest(), tmp_path)
    tables, read = read_released(tmp_path)
    assert read == json.loads(json.dumps(complete.plain()))
    for table in RELEASED:
        assert tables[table.name].equals(table.conform(NOW[table.name]))


FIGURES = [
    ("released_rates", "rate", 0.012),
    ("released_rates", "flagged", 12),
    ("released_triggers", "lift", 2.0),
    ("released_dynamics", "users", 3),
    ("released_coverage", "conversations", 4),
    ("released_comparison", "difference", 0.01),
]


@pytest.mark.parametrize(("table", "column", "figure"), FIGURES)
def test_a_hidden_row_with_a_figure_is_refused_and_nothing_is_written(
    tmp_path: Path, table: str, column: str, figure: float
) -> None:
    with pytest.raises(DisclosureError, match=f"{table}: 1 suppressed rows carry figures"):
        report(changed(table, column, figure, hidden_row(table)), manifest(), tmp_path)
    assert list(tmp_path.iterdir()) == []


BROKEN: list[tuple[str, Callable[[], Tables], str]] = [
    ("missing table", lambda: {n: t for n, t in NOW.items() if n != "released_gates"}, "released_gates is missing"),
    ("table too many", lambda: {**NOW, "secret": NOW["released_gates"]}, "1 tables are not released tables"),
    ("other release", lambda: changed("released_gates", "release", "trial-x"), "of another release"),
    ("other baseline", lambda: changed("released_comparison", "baseline", "trial-x"), "another baseline"),
    ("not finite", lambda: changed("released_gates", "figure", float("nan")), "column figure: 1 figures"),
    ("open word", lambda: changed("released_rates", "dimension", "diagnosis"), "column dimension: 1 values"),
    ("status without reason", lambda: changed("released_rates", "reason", "floor"), "does not go with the status"),
]


@pytest.mark.parametrize(("make", "message"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_tables_that_break_the_contract_are_refused_without_a_value(
    tmp_path: Path, make: Callable[[], Tables], message: str
) -> None:
    with pytest.raises(ContractError, match=message) as caught:
        report(make(), manifest(), tmp_path)
    assert not any(word in str(caught.value) for word in ("trial-x", "diagnosis", "secret"))
    assert list(tmp_path.iterdir()) == []


def test_a_draft_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text("old")
    with pytest.raises(ContractError, match="not empty"):
        report(NOW, manifest(), tmp_path)


def _edit_manifest(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    content = json.loads((folder / "manifest.json").read_text())
    change(content)
    (folder / "manifest.json").write_text(json.dumps(content))


def _append(folder: Path, name: str) -> None:
    with (folder / name).open("ab") as file:
        file.write(b"\n")


def _link(folder: Path) -> None:
    (folder / "report.json").rename(folder / "kept")
    (folder / "report.json").symlink_to(folder / "kept")


def _other_columns(folder: Path) -> None:
    import pyarrow.parquet as pq

    path = folder / "tables" / "released_terms.parquet"
    pq.write_table(pa.table({"text": ["hello"]}), path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    _edit_manifest(folder, lambda m: m["files"].update({"tables/released_terms.parquet": digest}))


TAMPERED: list[tuple[str, Callable[[Path], Any], str]] = [
    ("no manifest", lambda f: (f / "manifest.json").unlink(), "no manifest.json"),
    ("manifest cut off", lambda f: (f / "manifest.json").write_text("{"), "not JSON"),
    ("manifest nested deep", lambda f: (f / "manifest.json").write_text("[" * 100_000), "not JSON"),
    ("other format", lambda f: _edit_manifest(f, lambda m: m.update(format=9)), "format 1"),
    ("files not a list", lambda f: _edit_manifest(f, lambda m: m.update(files=["a"])), "lacks its release name"),
    ("file not listed", lambda f: _edit_manifest(f, lambda m: m["files"].pop("report.json")), "does not list"),
    ("foreign file", lambda f: _edit_manifest(f, lambda m: m["files"].update({"../x": ""})), "lists 1 files"),
    ("table changed", lambda f: _append(f, "tables/released_rates.parquet"), "released_rates.parquet .* was changed"),
    ("database changed", lambda f: _append(f, "summary.duckdb"), "summary.duckdb .* was changed"),
    ("page gone", lambda f: (f / "report.html").unlink(), "report.html .* is missing"),
    ("a link", _link, "report.json .* no plain file"),
    ("other columns", _other_columns, "released_terms: missing columns"),
]  # fmt: skip


@pytest.mark.parametrize(("tamper", "message"), [case[1:] for case in TAMPERED], ids=[case[0] for case in TAMPERED])
def test_a_release_that_was_changed_is_refused(tmp_path: Path, tamper: Callable[[Path], Any], message: str) -> None:
    report(NOW, manifest(), tmp_path)
    tamper(tmp_path)
    with pytest.raises(ContractError, match=message):
        read_released(tmp_path)
