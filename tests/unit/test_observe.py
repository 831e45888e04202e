"""Metrics and lineage of a run: whatever its end, and nothing in them that is not released."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from jobs.candidate import Candidate
from jobs.observe import Observed, event, exposition, observed
from jobs.progress import Progress
from schemas.errors import ContractError, NothingNew, UsageError
from tests.unit.report_made_up import made_up, manifest

SAMPLE = re.compile(
    r'(?P<name>[a-z_]+)\{(?P<labels>[a-z_]+="[^"\\\n]*"(?:,[a-z_]+="[^"\\\n]*")*)\} (?P<value>[-+.e\d]+)'
)


def watched(*, candidate: bool = False) -> Observed:
    found = Observed("r-2", ("day/*.jsonl",), Progress(terminal=False))
    found.progress.seconds = {"survey": 1.5, "aggregate and report": 20.0}
    if candidate:
        found.candidate = Candidate(Path("released"), made_up(), manifest())
    return found


def samples(text: str) -> dict[tuple[str, str], float]:
    """(name, labels) to value of an exposition, each line of which must be a comment or a sample."""
    out = {}
    for line in text.splitlines():
        if not re.match(r"# (?:HELP|TYPE) [a-z_]+ \S", line):
            match = SAMPLE.fullmatch(line)
            assert match, line
            assert (match["name"], match["labels"]) not in out
            out[match["name"], match["labels"]] = float(match["value"])
    return out


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_run_that_ends_well_leaves_its_figures_as_released() -> None:
    found = samples(exposition(watched(candidate=True)))
    (row,) = [
        row
        for row in made_up()["released_rates"].to_pylist()
        if (row["label"], row["dimension"]) == ("distress", "all")
    ]
    of_label = 'release="r-2",label="distress"'
    assert found["welfare_released_conversations", of_label] == row["conversations"]
    assert found["welfare_released_rate", f'{of_label},bound="low"'] == row["rate_low"]
    assert found["welfare_run_step_seconds", 'release="r-2",step="survey"'] == 1.5
    assert found["welfare_run_seconds", 'release="r-2"'] >= 0


def test_what_is_suppressed_has_no_sample() -> None:
    hidden = watched(candidate=True)
    assert hidden.candidate is not None
    table = hidden.candidate.tables["released_rates"]
    rows = [row | {"status": "suppressed"} for row in table.to_pylist()]
    hidden.candidate.tables["released_rates"] = type(table).from_pylist(rows, schema=table.schema)
    assert not [name for name, _ in samples(exposition(hidden)) if name.startswith("welfare_released")]


@pytest.mark.parametrize(
    ("fault", "code", "kind"),
    [
        (NothingNew("the same"), 99, "COMPLETE"),
        (ContractError("a secret"), 3, "FAIL"),
        (ValueError("a secret"), 1, "FAIL"),
        (SystemExit(143), 143, "ABORT"),
        (KeyboardInterrupt(), 130, "ABORT"),
    ],
    ids=["nothing new", "refused", "a bug", "a signal", "a key"],
)
def test_every_end_is_told_and_no_message_with_it(tmp_path: Path, fault: BaseException, code: int, kind: str) -> None:
    metrics, lineage, run = tmp_path / "run.prom", tmp_path / "events.jsonl", watched()
    with pytest.raises(type(fault)), observed(run, metrics, lineage):
        raise fault
    assert samples(metrics.read_text())["welfare_run_exit_code", 'release="r-2"'] == code
    first, last = lines(lineage)
    assert (first["eventType"], last["eventType"]) == ("START", kind)
    assert first["run"] == last["run"]
    assert "secret" not in metrics.read_text() + lineage.read_text()


def test_a_file_that_cannot_be_written_does_not_change_how_the_run_ended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run.prom").mkdir()
    with pytest.raises(NothingNew), observed(watched(), tmp_path / "run.prom", None):
        raise NothingNew("the same")
    assert "not written" in capsys.readouterr().err


def test_a_name_that_the_run_refuses_breaks_no_line() -> None:
    run = watched()
    run.release = 'a"b\\c\nd'
    assert 'welfare_run_exit_code{release="a\\"b\\\\c\\nd"} 1' in exposition(run).splitlines()


def test_a_candidate_is_told_with_its_tables(tmp_path: Path) -> None:
    lineage, run = tmp_path / "events.jsonl", watched(candidate=True)
    lineage.write_text("{}\n")
    with observed(run, None, lineage):
        pass
    _, first, last = lines(lineage)
    assert (first["outputs"], last["eventType"]) == ([], "COMPLETE")
    assert last["inputs"] == [{"namespace": "file", "name": "day/*.jsonl"}]
    assert {output["name"] for output in last["outputs"]} == {f"r-2/{name}" for name in made_up()}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", last["eventTime"])


def test_an_event_has_what_the_format_asks_for() -> None:
    found = event(watched(), "START")
    assert {"eventType", "eventTime", "producer", "schemaURL", "run", "job", "inputs", "outputs"} == set(found)
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", found["run"]["runId"])


def test_a_folder_that_is_not_there_is_told_before_the_run(tmp_path: Path) -> None:
    begun = False
    with pytest.raises(UsageError, match="run.prom"), observed(watched(), tmp_path / "none" / "run.prom", None):
        begun = True
    assert not begun
