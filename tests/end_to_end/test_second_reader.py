"""A second reader is asked about a run's flagged passages, and the next run says how far it agrees."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.conftest import SmallRun, welfare
from tests.end_to_end.test_run import rows
from tests.unit.endpoint_stand_in import Got, Say, serve, verdict

SQL = "SELECT * FROM released_quality WHERE measure LIKE 'second_reader%' ORDER BY label, measure"
RATES = "SELECT * FROM released_rates ORDER BY ALL"


def half(got: Got, number: int) -> Say:
    """Confirms about half of what it is asked, by the passage's text."""
    text = got.passage.split("\n", 1)[1].replace(got.passage.split("[")[1].split("]")[0], "")
    yes = hashlib.sha256(text.encode()).digest()[0] % 2 == 0
    return verdict(yes, yes)


def test_the_quality_figures_hold_how_far_a_second_reader_agrees(
    small_input: Path, small_run: SmallRun, tmp_path: Path
) -> None:
    policy, out = tmp_path / "policy.toml", small_run.copy(tmp_path / "out")
    with serve(half) as server:
        section = f'[second_reader]\nurl = "{server.url}"\nmodel = "m"\nallow_egress = true\n'
        # A small trial: with the usual floors nothing of it would be shown.
        floors = "[disclosure]\nmin_conversations = 5\nmin_users = 2\n[gate]\nmax_weaker_floors = 2\n"
        policy.write_text(section + floors)
        arguments = ("run", small_input, "--release", "sample-1", "--out", out, "--config", policy)
        welfare(*arguments)
        before = rows(out, RATES)
        assert [row["figure"] for row in rows(out, SQL)] == [None] * 4
        assert server.got == []  # the job itself sends nothing
        assert "with a usable answer" in welfare("second-read", out).stdout
        asked = len(server.got)
        assert asked > 20
        welfare("second-read", out)
        assert len(server.got) == asked
    welfare(*arguments)
    found = {(row["label"], row["measure"]): row for row in rows(out, SQL)}
    agreement = found["distress", "second_reader_agreement"]
    assert 0.1 < agreement["low"] < agreement["figure"] < agreement["high"] < 0.9
    assert found["distress", "second_reader_answered"]["low"] > 0.5
    assert rows(out, RATES) == before  # no rate rests on it
    page = (out / "released" / "report.html").read_text()
    assert "Confirmed by a second reader" in page and server.url not in page
    assert welfare(*arguments, check=False).returncode == 99
