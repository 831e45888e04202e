"""The ledger: spent before it is drawn, never past the cap, and the same question gets the same answer."""

from __future__ import annotations

import json
import stat
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.commands.purge import command
from jobs.ledger import ANSWERS, LEDGER, Answer, Spent, drawn
from jobs.workspace import Workspace, open_workspace
from schemas.errors import DisclosureError
from tests.unit.small_restricted import write_restricted

CAP = 0.5


class Draws:
    """Answers that differ each time. fails: whether the next one dies on the way."""

    def __init__(self, space: Workspace) -> None:
        self.space, self.number, self.fails, self.known = space, 0, False, 0

    def __call__(self) -> Answer:
        self.known = len(entries(self.space))
        self.number += 1
        if self.fails:
            raise KeyboardInterrupt
        return {"totals": {"distress": self.number}}

    def ask(self, draw: str = "a", rho: float = 0.1, cap: float = CAP) -> Spent:
        return drawn(self.space, draw, rho, cap, self)


def path(space: Workspace) -> Path:
    return space.root / "restricted" / LEDGER


def entries(space: Workspace) -> list[dict[str, str]]:
    return [json.loads(line) for line in path(space).read_text().splitlines()]


@pytest.fixture
def draws(tmp_path: Path) -> Draws:
    return Draws(open_workspace(tmp_path / "out", "r-1"))


def test_what_a_draw_costs_stands_in_the_ledger_before_it_is_drawn(draws: Draws) -> None:
    assert draws.ask() == Spent({"totals": {"distress": 1}}, 0.1, 0.1)
    assert draws.known == 1, "the entry was on disk when the noise was made"
    assert [entry["event"] for entry in entries(draws.space)] == ["drawn", "answered"]
    assert entries(draws.space)[0]["release"] == "r-1" and entries(draws.space)[0]["rho"] == "0.1"


def test_a_hundred_reruns_give_the_stored_answer_and_spend_nothing(draws: Draws) -> None:
    answers = [draws.ask() for _ in range(100)]
    assert all(answer == answers[0] for answer in answers) and draws.number == 1
    assert len(entries(draws.space)) == 2


def test_another_question_is_another_draw(draws: Draws) -> None:
    draws.ask("a")
    assert draws.ask("b").total == 0.2 and draws.number == 2
    assert draws.ask("a").answer == {"totals": {"distress": 1}}


def test_a_draw_past_the_cap_is_refused_with_what_is_left_and_nothing_is_drawn(draws: Draws) -> None:
    for draw in "abcd":
        draws.ask(draw)
    before = path(draws.space).read_bytes()
    with pytest.raises(DisclosureError, match="rho 0.1 left") as caught:
        draws.ask("e", rho=0.2)
    assert caught.value.exit_code == 4
    assert draws.number == 4 and path(draws.space).read_bytes() == before
    assert draws.ask("f").total == CAP, "tenths add up to the cap exactly"
    with pytest.raises(DisclosureError, match="rho 0.0 left"):
        draws.ask("g")
    assert draws.ask("a").total == CAP, "an answer that was given may be given again"


def test_an_interrupted_draw_is_spent_then_redrawn(draws: Draws) -> None:
    draws.fails = True
    with pytest.raises(KeyboardInterrupt):
        draws.ask()
    assert [entry["event"] for entry in entries(draws.space)] == ["drawn"]
    draws.fails = False
    assert draws.ask() == Spent({"totals": {"distress": 2}}, 0.1, 0.2)


def test_an_answer_that_was_stored_and_not_yet_entered_is_not_given(draws: Draws) -> None:
    draws.ask()
    path(draws.space).write_text(path(draws.space).read_text().splitlines(keepends=True)[0])
    assert draws.ask().answer == {"totals": {"distress": 2}}


@pytest.mark.parametrize("change", ["changed", "gone", "no text"])
def test_an_answer_that_is_not_as_it_was_given_is_drawn_anew_and_spends(draws: Draws, change: str) -> None:
    draws.ask()
    stored = draws.space.root / "restricted" / ANSWERS / "a.json"
    if change == "gone":
        stored.unlink()
    else:
        stored.write_bytes(b"\xff" if change == "no text" else stored.read_bytes().replace(b"1", b"7"))
    assert draws.ask() == Spent({"totals": {"distress": 2}}, 0.1, 0.2)


@pytest.mark.parametrize("change", ["changed", "removed", "cut"])
def test_nothing_is_drawn_on_a_broken_ledger(draws: Draws, change: str) -> None:
    draws.ask("a")
    draws.ask("b")
    lines = path(draws.space).read_bytes().splitlines(keepends=True)
    broken = {
        "changed": [lines[0].replace(b'"rho":"0.1"', b'"rho":"0.0"'), *lines[1:]],
        "removed": [*lines[:1], *lines[2:]],
        "cut": [*lines[:-1], lines[-1][:-20]],
    }
    path(draws.space).write_bytes(b"".join(broken[change]))
    with pytest.raises(DisclosureError, match="ledger .* is broken"):
        draws.ask("c")
    assert draws.number == 2


@pytest.mark.parametrize("left", [0, 2], ids=["lost", "an older copy"])
@pytest.mark.parametrize("where", ["released", "releases/r-0/released"])
def test_a_ledger_that_knows_of_less_than_a_release_of_the_folder_is_refused(
    draws: Draws, where: str, left: int
) -> None:
    draws.ask("a")
    spent = draws.ask("b").total
    (draws.space.root / where).mkdir(parents=True)
    manifest = {"release": "r-0", "privacy": {"policy": "dp", "rho_spent": spent}}
    (draws.space.root / where / "manifest.json").write_text(json.dumps(manifest))
    assert draws.ask("b").total == spent
    path(draws.space).write_text("".join(path(draws.space).read_text().splitlines(keepends=True)[:left]))
    with pytest.raises(DisclosureError, match="Restore the ledger"):
        draws.ask("c")


def test_ledger_and_answers_are_for_their_owner_alone(draws: Draws) -> None:
    draws.ask()
    folder = draws.space.root / "restricted" / ANSWERS
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in (path(draws.space), *folder.iterdir())} == {0o600}


def test_no_purge_takes_the_ledger(tmp_path: Path) -> None:
    space = write_restricted(tmp_path / "out")
    Draws(space).ask()
    before = path(space).read_bytes()
    done = CliRunner().invoke(command, [str(space.root), "--yes", "--frames"])
    assert done.exit_code == 0 and "the trial is closed" in done.output
    assert path(space).read_bytes() == before


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from((0.1, 0.15, 0.01)), st.booleans()), max_size=12))
def test_whatever_happens_no_draw_is_made_that_was_not_paid_for(
    tmp_path_factory: pytest.TempPathFactory, asked: list[tuple[str, float, bool]]
) -> None:
    draws = Draws(open_workspace(tmp_path_factory.mktemp("ledger") / "out", "r-1"))
    paid = Decimal(0)
    for draw, rho, fails in asked:
        before, draws.fails = draws.number, fails
        try:
            draws.ask(draw, rho)
        except DisclosureError:
            assert draws.number == before and paid + Decimal(str(rho)) > Decimal(str(CAP))
        except KeyboardInterrupt:
            pass
        paid += Decimal(str(rho)) * (draws.number - before)
        written = [Decimal(entry["rho"]) for entry in entries(draws.space) if entry["event"] == "drawn"]
        assert sum(written, Decimal(0)) == paid <= Decimal(str(CAP))
