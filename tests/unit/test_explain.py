"""Explain: every table and policy field, from where it is said."""

from __future__ import annotations

import dataclasses

import pytest

from jobs.cli import main
from jobs.commands.explain import everything, explain
from schemas.errors import UsageError
from schemas.labels import Trigger
from schemas.policy import Policies
from schemas.released import RELEASED
from schemas.row_level import ROW_LEVEL
from schemas.table import Table
from schemas.taxonomy import TAXONOMY

TABLES = (*ROW_LEVEL, *RELEASED)
POLICIES = [field.name for field in dataclasses.fields(Policies)]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_is_explained_column_by_column(table: Table) -> None:
    said = explain(table.name)
    assert table.doc in said
    assert f"sensitivity: {table.sensitivity.name}. " in said
    for column in table.columns:
        assert f"\n{column.name}  (" in said
        assert column.doc in said
    assert "may be null" in said or not any(column.nullable for column in table.columns)


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_is_explained_field_by_field_with_a_meaning_each(name: str) -> None:
    said, policy = explain(name), getattr(Policies(), name)
    lines = said.splitlines()
    for field in dataclasses.fields(policy):
        at = next(number for number, line in enumerate(lines) if line.startswith(f"{field.name} = "))
        assert len(lines[at + 1].split()) >= 3, f"[{name}] {field.name} has no docstring"


def test_defaults_are_written_as_the_policy_file_has_them() -> None:
    assert 'nlp_engine = "embedded"' in explain("scrub")
    assert 'surfaces = ["chat", ' in explain("[scrub]")
    assert "min_users = 5" in explain("disclosure")
    assert "distress_threshold = (left out)" in explain("flag")
    assert "allow_egress = false" in explain("second_reader")


def test_fields_inside_a_record_are_listed() -> None:
    assert "    .role  (string)" in explain("scrubbed")
    assert "    .onset  (int32, may be null)" in explain("flagged")


def test_every_trigger_is_explained() -> None:
    said = explain("triggers")
    assert set(TAXONOMY) == set(Trigger) - {Trigger.NONE}
    for trigger, definition in TAXONOMY.items():
        assert f"\n{trigger}\n    {definition.means}" in said
        assert all(f"    for instance: {seed}" in said for seed in definition.seeds)
        assert definition.seeds or trigger is Trigger.OTHER


def test_without_a_name_everything_is_listed() -> None:
    said = everything()
    for name in [*(table.name for table in TABLES), *POLICIES, "triggers"]:
        assert f"  {name}  " in said


def test_an_unknown_name_gets_near_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="released_rates"):
        explain("released_rate")
    with pytest.raises(SystemExit) as ended:
        main(["explain", "zzz"])
    assert ended.value.code == 2
    assert "lists them all" in capsys.readouterr().err
