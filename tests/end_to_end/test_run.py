"""The main job through the command line: what is there afterwards, and what is not."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import Trial, welfare

LABELS = ("distress", "joy")


def rows(trial_folder: Path, sql: str) -> list[dict[str, Any]]:
    with duckdb.connect(str(trial_folder / "released" / "summary.duckdb"), read_only=True) as connection:
        found = connection.execute(sql)
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def test_a_run_ends_with_its_paths_and_a_summary(trial: Trial) -> None:
    assert "summary.duckdb" in trial.said and "report.html" in trial.said
    for label in LABELS:
        assert label in trial.said.lower()


def test_a_run_off_a_terminal_writes_json_lines_alone_to_standard_error(trial: Trial) -> None:
    for log in trial.logs:
        lines = [line for line in log.splitlines() if line.strip()]
        assert {"started", "finished"} <= {event(line) for line in lines}


def event(line: str) -> str:
    """What a line of the log tells of; the assertion fails where the line is no JSON object."""
    try:
        told = json.loads(line)
    except ValueError:
        told = None
    assert isinstance(told, dict), line
    return str(told["event"])


def test_the_released_folder_holds_what_the_manifest_lists_and_nothing_else(trial: Trial) -> None:
    released = trial.candidate / "released"
    manifest = json.loads((released / "manifest.json").read_text())
    there = {str(p.relative_to(released)) for p in released.rglob("*") if p.is_file()}
    assert there == {*manifest["files"], "manifest.json"}
    assert {"summary.duckdb", "report.html", "report.json", "tables/released_rates.parquet"} <= there


def test_the_restricted_side_is_closed_to_others(trial: Trial) -> None:
    assert stat.S_IMODE((trial.candidate / "restricted").stat().st_mode) == 0o700


def test_no_temporary_file_is_left(trial: Trial) -> None:
    assert not (trial.candidate / "restricted" / "temporary").exists()
    assert not list(trial.candidate.rglob("*.draft"))


def planted_rate(trial: Trial, release: str, label: str) -> float:
    """Share of the conversations in the scorer's language in which the label was planted."""
    truth = [row for row in trial.truth(release) if row["language"] == "en"]
    return sum(label in row["label"] for row in truth) / len(truth)


def test_rates_agree_with_the_planted_ones(trial: Trial) -> None:
    """The raw rate within a factor of two, as the scorer is not perfect; the corrected interval holds the truth."""
    for folder, release in ((trial.baseline, "sample-1"), (trial.candidate, "sample-2")):
        for label in LABELS:
            planted = planted_rate(trial, release, label)
            found = rows(folder, f"SELECT * FROM released_rates WHERE label = '{label}' AND dimension = 'all'")[0]
            assert found["status"] == "shown"
            assert planted / 2 <= found["rate"] <= planted * 2, (release, label, planted, found["rate"])
            assert found["rate_low"] <= found["rate"] <= found["rate_high"]
            assert found["corrected_status"] in ("estimated", "not estimable")
            assert (found["corrected"] is not None) == (found["corrected_status"] == "estimated")
            assert found["corrected_low"] <= planted <= found["corrected_high"], (release, label)


def test_the_comparison_does_not_contradict_the_planted_difference(trial: Trial) -> None:
    for row in rows(trial.candidate, "SELECT * FROM released_comparison WHERE dimension = 'all'"):
        change = planted_rate(trial, "sample-2", row["label"]) - planted_rate(trial, "sample-1", row["label"])
        assert row["verdict"] != ("lower" if change > 0 else "higher")


def test_counts_are_rounded_and_floored(trial: Trial) -> None:
    for row in rows(trial.candidate, "SELECT * FROM released_rates"):
        for name in ("conversations", "flagged"):
            assert row[name] is None or (row[name] >= 15 and row[name] % 5 == 0)
        if row["status"] == "suppressed":
            assert row["rate"] is None and row["reason"]


def test_rates_of_turns_stand_beside_those_of_conversations_and_are_lower(trial: Trial) -> None:
    shown = rows(trial.candidate, "SELECT * FROM v_turn_rates WHERE status = 'shown'")
    assert ("distress", "all") in {(row["label"], row["dimension"]) for row in shown}
    for row in shown:
        assert row["rate"] <= row["conversation_rate"], "of a conversation's turns at least one is flagged, seldom all"
        assert row["rate"] == float(f"{row['rate']:.2g}")


def test_it_is_told_how_far_the_clusters_hold_or_why_not(trial: Trial) -> None:
    shown = 0
    for folder in (trial.baseline, trial.candidate):
        found = rows(folder, "SELECT * FROM released_quality WHERE measure LIKE 'cluster_%'")
        clusters = rows(folder, "SELECT * FROM released_clusters WHERE cluster >= 0")
        assert len(found) == 4 * len(LABELS)
        for row in found:
            there = any(one["label"] == row["label"] for one in clusters)
            assert (row["figure"] is not None, row["basis"] == "this_trial") == (there, there)
        assert all(0 <= one["overlap"] <= 1 and 0 <= one["found_again"] <= 1 for one in clusters)
        shown += len(clusters)
    assert shown, "a trial with no cluster at all tests little"


def test_the_second_release_is_compared_with_the_first(trial: Trial) -> None:
    found = rows(trial.candidate, "SELECT * FROM released_comparison WHERE dimension = 'all'")
    assert {row["label"] for row in found} == set(LABELS)
    assert all(row["baseline"] == "sample-1" and row["difference"] is not None for row in found)
    assert not rows(trial.baseline, "SELECT * FROM released_comparison")


def test_the_second_releases_clusters_are_matched_with_the_firsts_frame(trial: Trial) -> None:
    found = rows(trial.candidate, "SELECT * FROM v_cluster_changes")
    assert {row["label"] for row in found} == set(LABELS)
    frame = trial.baseline / "restricted" / "frames" / "sample-1.json"
    clusters = rows(trial.baseline, "SELECT label, cluster FROM released_clusters WHERE cluster >= 0")
    assert frame.exists() == bool(clusters)
    if clusters:
        assert stat.S_IMODE(frame.stat().st_mode) == 0o600
        kept = {(c["label"], c["number"]) for c in json.loads(frame.read_text())["clusters"]}
        assert kept == {(row["label"], row["cluster"]) for row in clusters}
    told = {(r["label"], r["baseline_cluster"]) for r in found if r["status"] == "shown" and r["baseline_cluster"] >= 0}
    both = {row["label"] for row in found if row["status"] == "shown"}
    assert told == {(r["label"], r["cluster"]) for r in clusters if r["label"] in both}, "each has a fate"
    assert all(row["matched_by"] == "frame" for row in found if row["status"] == "shown")
    assert not rows(trial.baseline, "SELECT * FROM released_cluster_changes")


def test_the_same_run_again_has_nothing_to_do(trial: Trial) -> None:
    before = (trial.baseline / "released" / "manifest.json").read_bytes()
    done = welfare(
        "run", trial.inputs / "sample-1.jsonl.gz", "--release", "sample-1", "--out", trial.baseline, check=False
    )
    assert done.returncode == 99
    assert (trial.baseline / "released" / "manifest.json").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("run", "no-such-file.jsonl", "--release", "r1"), 2, "welfare:"),
        (("run", "README.md", "--release", "Not A Name"), 2, "release name"),
        (("run", "README.md", "--release", "r1"), 3, "welfare:"),
        (("run", "README.md"), 2, "release"),
        (("explain", "no-such-table"), 2, "welfare:"),
    ],
)
def test_mistakes_end_with_their_exit_code(tmp_path: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    extra = ("--out", tmp_path / "out") if arguments[0] == "run" else ()
    done = welfare(*arguments, *extra, check=False)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out" / "released").exists()
