"""What rates of turns give away, by an attack that is written anew: conversations turn by turn, not corners of kinds.

The attacker knows every shown count of conversations exactly and every rate of turns as it is released.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pytest
from scipy.optimize import linprog

from pipelines.aggregate_cells import Cell
from pipelines.disclosure import blunt, clears
from pipelines.intervals import wilson
from schemas.labels import LABELS
from schemas.released import LENGTHS, ONSETS, RATES, TURN_RATES
from tests.privacy.test_subtraction import LEAST, POLICY, TRIALS, Tables, released
from tests.privacy.trial import Exact

MOST = POLICY.max_turns_per_conversation
LAST = (1, 3, 7, 15)
Column = dict[tuple[str, ...], float]


def conversations(exact: Exact) -> Iterator[Column]:
    """Every conversation that there can be, as what it adds to the sums; longer ones stand for all that are."""
    lengths = exact.splits["length"]
    for surface in exact.splits["surface"]:
        for turns in (*range(1, MOST + 1), 40):
            length = LENGTHS[sum(turns > last for last in LAST)]
            name = length if length in lengths else "other"
            if name not in lengths:
                continue
            size = float(min(turns, MOST))
            places = (("all", "all"), ("length", name), ("surface", surface))
            column: Column = {(what, *p): add for what, add in (("n", 1.0), ("t", size)) for p in places}
            yield column
            for onset in {1, 2, 3, 4, 7, 8, turns} & set(range(1, turns + 1)):
                after = turns - onset
                for recovered, counts in (("yes", {1, 2, after}), ("no", {1} if not after else {2, 3, after + 1})):
                    for hits in {h for h in counts if 0 < h <= after + (recovered == "no")}:
                        parts = {"f": 1.0, "h": hits * size / turns, "again": float(hits > 1)}
                        can = {"go on": after > 0, "peak later": hits > 1, "be outgrown": onset > 1 or hits > 1,
                               "rise": after > 0 and (after > 2 or recovered == "no")}  # fmt: skip
                        found = column | {(w, *p): value for w, value in parts.items() for p in places}
                        found |= {("can", name): 1.0 for name, possible in can.items() if possible}
                        yield found | {("f", "onset", ONSETS[sum(onset > last for last in LAST[:3])]): 1.0,
                                       ("f", "recovered", recovered): 1.0}  # fmt: skip


class Attack:
    """Linear constraints on how many there are of each conversation."""

    def __init__(self, exact: Exact, tables: Tables, label: str) -> None:
        """Knows what is released of the label."""
        columns = list(conversations(exact))
        self.sums: dict[tuple[str, ...], np.ndarray] = {}
        for number, column in enumerate(columns):
            for name, value in column.items():
                self.sums.setdefault(name, np.zeros(len(columns)))[number] = value
        self.equal: list[tuple[np.ndarray, float]] = []
        self.under: list[tuple[np.ndarray, float]] = []
        for row in tables[RATES.name].to_pylist():
            if row["label"] == label and row["dimension"] in ("all", "surface", "length"):
                cell = exact.cells.get(("rates", label, row["dimension"], row["value"]), Cell())
                place = (row["dimension"], row["value"])
                if row["conversations"] is not None:
                    self.equal.append((self.sums["n", *place], cell.conversations))
                if row["flagged"] is not None:
                    self.equal.append((self.sums["f", *place], cell.flagged))
        for row in tables["released_dynamics"].to_pylist():
            known = ("f", row["measure"], row["value"])
            if row["label"] == label and row["flagged"] is not None and known in self.sums:
                key = ("dynamics", label, row["measure"], row["value"])
                self.equal.append((self.sums[known], exact.cells[key].flagged))

        self._know_runs({(r["measure"], r["value"]): exact.cells["dynamics", label, r["measure"], r["value"]].flagged
                         for r in tables["released_dynamics"].to_pylist()
                         if (r["label"], r["status"]) == (label, "shown")
                         and r["measure"] in ("slope", "peak", "refusal")})  # fmt: skip

    def _know_runs(self, shown: dict[tuple[str, str], int]) -> None:
        """So many can run as they are said to run."""
        moves = [shown.get(("slope", value), 0) for value in ("falling", "rising")]
        for what, count in (
            ("go on", sum(moves)),
            ("rise", moves[1]),
            ("peak later", shown.get(("peak", "later"), 0)),
            ("be outgrown", shown.get(("refusal", "grew"), 0)),
        ):
            if count:
                self.under.append((-self.sums["can", what], -count))

    def know_rates(self, tables: Tables, label: str) -> None:
        """Adds what the rates of turns say: their digits, and that there are at least so many turns."""
        for row in tables[TURN_RATES.name].to_pylist():
            if row["label"] == label and row["rate"] is not None:
                hits, turns = (self.sums[what, row["dimension"], row["value"]] for what in "ht")
                exponent = Decimal(repr(row["rate"])).adjusted() - 1
                half = 0.5 * 10.0**exponent
                self.under += [(hits - (row["rate"] + half) * turns, 0.0), ((row["rate"] - half) * turns - hits, 0.0)]
                self.under.append((-turns, -row["size"]))

    def know_turns(self, exact: Exact, label: str) -> None:
        """Adds the exact numbers of turns and flagged turns of the whole trial, which no release has."""
        cell = exact.cells["turns", label, "all", "all"]
        self.equal += [(self.sums["t", "all", "all"], cell.conversations), (self.sums["h", "all", "all"], cell.flagged)]

    def interval(self, weights: np.ndarray) -> tuple[float, float]:
        """Least and largest value of a sum."""
        ends = []
        for sign in (1.0, -1.0):
            found = linprog(
                sign * weights,
                np.array([row for row, _ in self.under]) if self.under else None,
                [most for _, most in self.under] or None,
                np.array([row for row, _ in self.equal]),
                [value for _, value in self.equal],
                method="highs",
            )
            assert found.success, "the truth itself must satisfy the attacker's equations"
            ends.append(sign * found.fun)
        return ends[0], ends[1]


def weak(exact: Exact, tables: Tables, label: str, attack: Attack) -> Iterator[tuple[str, np.ndarray]]:
    """The sums that must stay wide: hidden counts under the floors, and flagged conversations with a second turn."""
    for row in (*tables[RATES.name].to_pylist(), *tables["released_dynamics"].to_pylist()):
        place = (row.get("dimension", row.get("measure")), row["value"])
        table = "rates" if "dimension" in row else "dynamics"
        cell = exact.cells.get((table, label, *place), Cell())
        if row["label"] == label and row["flagged"] is None and ("f", *place) in attack.sums:
            if not clears(cell.hits, POLICY):
                yield f"{place[0]} flagged", attack.sums["f", *place]
            if table == "rates" and row["conversations"] is not None and not clears(cell.rest, POLICY):
                yield f"{place[0]} not flagged", attack.sums["n", *place] - attack.sums["f", *place]
    for key, cell in exact.cells.items():
        if key[:2] == ("again", label) and ("again", *key[2:]) in attack.sums:
            if not clears(cell.hits, POLICY):
                yield f"{key[2]} again", attack.sums["again", *key[2:]]
            if not clears(cell.rest, POLICY):
                yield f"{key[2]} once", attack.sums["f", *key[2:]] - attack.sums["again", *key[2:]]


def shown_labels(tables: Tables) -> list[str]:
    """Labels with a rate of turns of the whole trial."""
    rows = tables[TURN_RATES.name].to_pylist()
    return [row["label"] for row in rows if row["dimension"] == "all" and row["status"] == "shown"]


@pytest.mark.parametrize(("seed", "size", "users"), TRIALS)
def test_no_rate_of_turns_narrows_what_must_stay_hidden(seed: int, size: int, users: int) -> None:
    exact, tables = released(seed, size, users)
    for label in shown_labels(tables):
        before, after = (Attack(exact, tables, label) for _ in range(2))
        after.know_rates(tables, label)
        for name, weights in weak(exact, tables, label, before):
            low, high = after.interval(weights)
            if low <= 1e-6 and high >= LEAST - 1e-6:
                continue
            least, most = before.interval(weights)
            assert low <= max(0.0, least) + 1e-4, f"{name}: at least {low}, {least} without rates of turns"
            assert high >= min(LEAST, most) - 1e-4, f"{name}: at most {high}, {most} without rates of turns"


def test_numbers_of_turns_would_give_second_turns_away() -> None:
    """The control: the same attack finds what must stay hidden where numbers of turns are known."""
    found = 0
    for seed, size, users in TRIALS[1::2]:
        exact, tables = released(seed, size, users)
        for label in shown_labels(tables):
            cell = exact.cells["again", label, "all", "all"]
            attack = Attack(exact, tables, label)
            attack.know_turns(exact, label)
            low, high = attack.interval(attack.sums["again", "all", "all"])
            assert low <= cell.flagged <= high
            found += low > 1
    assert found > 3


@pytest.mark.parametrize(("seed", "size", "users"), TRIALS)
def test_released_rates_of_turns_obey_floors_and_rounding(seed: int, size: int, users: int) -> None:
    exact, tables = released(seed, size, users)
    rates = {(r["label"], r["dimension"], r["value"]): r for r in tables[RATES.name].to_pylist()}
    for row in tables[TURN_RATES.name].to_pylist():
        key = (row["label"], row["dimension"], row["value"])
        if row["status"] == "suppressed":
            assert not any(row[c.name] is not None for c in TURN_RATES.columns if c.nullable)
            continue
        assert rates[key]["status"] == "shown", "a rate of turns only where that of conversations is"
        cell = exact.cells["turns", *key]
        assert all(clears(part, POLICY) for part in (cell.whole, cell.hits, cell.rest))
        figures = [row[c.name] for c in TURN_RATES.columns if c.nullable and row[c.name] is not None]
        assert all(figure == blunt(figure) for figure in figures)
        assert abs(row["rate"] - cell.flagged / cell.conversations) <= 0.05 * row["rate"] + 1e-9
        assert row["size"] <= cell.conversations
        low, high = wilson(row["rate"], row["size"])
        assert row["rate_low"] <= low < row["rate"] < high <= row["rate_high"], (
            "the interval follows from rate and size"
        )
        assert cell.top <= POLICY.max_conversations_per_user * MOST


def test_the_trials_of_this_file_show_and_hide_rates_of_turns() -> None:
    states = [r["status"] for trial in TRIALS for r in released(*trial)[1][TURN_RATES.name].to_pylist()]
    assert states.count("shown") > 40
    assert states.count("suppressed") > 40
    assert {label for trial in TRIALS for label in shown_labels(released(*trial)[1])} == set(map(str, LABELS))
