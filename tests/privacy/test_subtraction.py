"""The subtraction attack: what somebody can compute about a hidden count from everything that is released.

The attacker here knows more than any reader: the exact value of every shown count, not the rounded one, and all totals.
The equations are written anew from what the tables mean; nothing of pipelines/disclosure_suppress.py is used.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

import pyarrow as pa
import pytest

from pipelines.aggregate import tabulate
from pipelines.aggregate_cells import Cell
from pipelines.aggregate_records import NOT
from pipelines.disclosure import clears
from schemas.labels import LABELS, SITUATIONS
from schemas.policy import DisclosurePolicy
from schemas.quality import Counts, LabelQuality, Quality
from schemas.released import BEHAVIOUR, DYNAMICS, RATES, TRIGGERS
from schemas.row_level import CLUSTER_TERMS
from tests.privacy.attack import Attack, counted_by, know_behaviour, know_course
from tests.privacy.trial import Exact, make_rows

POLICY = DisclosurePolicy()
LEAST = POLICY.min_conversations - 1
QUALITY = Quality({str(label): LabelQuality(0.5, (Counts(200, 180, 2000, 2),)) for label in LABELS})
TRIALS = [(seed, size, users) for seed in range(8) for size, users in ((250, 40), (1200, 250))]
Tables = dict[str, pa.Table]


@functools.cache
def released(seed: int, size: int, users: int) -> tuple[Exact, Tables]:
    """The exact cells of a made-up trial, and its released tables."""
    exact = Exact(make_rows(seed, size, users), POLICY)
    terms = CLUSTER_TERMS.arrow.empty_table()
    splits, named = exact.splits, exact.named
    return exact, tabulate(exact.cells, splits, named, exact.unions, terms, "made-up", POLICY, QUALITY, 0.25)


def attack_label(exact: Exact, tables: Tables, label: str) -> Attack | None:
    """All that follows from the tables about the flagged conversations of a label; None where its total is hidden."""
    rates = {(r["dimension"], r["value"]): r for r in tables[RATES.name].to_pylist() if r["label"] == label}
    if rates["all", "all"]["flagged"] is None:
        return None
    whole = exact.cells["rates", label, "all", "all"]
    attack = Attack()
    for (dimension, value), row in rates.items():
        cell = exact.cells.get(("rates", label, dimension, value), Cell())
        hit, size = ("flagged", dimension, value), ("conversations", dimension, value)
        attack.bound({hit: 1.0, size: -1.0}, 0.0)
        if row["flagged"] is not None:
            attack.know({hit: 1.0}, cell.flagged)
        if row["conversations"] is not None:
            attack.know({size: 1.0}, cell.conversations)
        if dimension == "situation":
            attack.bound({size: 1.0, hit: -1.0}, whole.conversations - whole.flagged)
            attack.bound({size: 1.0}, whole.conversations)
            attack.bound({hit: 1.0}, whole.flagged)
    for dimension in ("surface", "week", "language", "length"):
        for kind, total in (("flagged", whole.flagged), ("conversations", whole.conversations)):
            attack.know({(kind, d, value): 1.0 for d, value in rates if d == dimension}, total)
    _know_table(attack, exact, tables[TRIGGERS.name], ("triggers", label, "trigger"), "trigger", whole.flagged)
    for measure in {r["measure"] for r in tables[DYNAMICS.name].to_pylist() if r["label"] == label}:
        _know_table(attack, exact, tables[DYNAMICS.name], ("dynamics", label, measure), "value", whole.flagged)
    know_course(attack)
    know_behaviour(attack, exact, tables, label)
    return attack


def _know_table(
    attack: Attack, exact: Exact, table: pa.Table, split: tuple[str, str, str], column: str, total: int
) -> None:
    rows = [r for r in table.to_pylist() if r["label"] == split[1] and r.get("measure", split[2]) == split[2]]
    attack.know({("flagged", split[2], r[column]): 1.0 for r in rows}, total)
    for row in rows:
        if row["flagged"] is not None:
            cell = exact.cells[counted_by((*split, row[column]))]
            attack.know({("flagged", split[2], row[column]): 1.0}, cell.flagged)


def hidden_rows(tables: Tables, label: str) -> Iterator[tuple[tuple[str, str, str, str], bool]]:
    """(cell, whether its denominator is shown) of every row whose numerator is hidden."""
    for row in tables[RATES.name].to_pylist():
        if row["label"] == label and row["flagged"] is None:
            yield ("rates", label, row["dimension"], row["value"]), row["conversations"] is not None
    for row in tables[TRIGGERS.name].to_pylist():
        if row["label"] == label and row["flagged"] is None:
            yield ("triggers", label, "trigger", row["trigger"]), False
    for row in tables[DYNAMICS.name].to_pylist():
        if row["label"] == label and row["flagged"] is None:
            yield ("dynamics", label, row["measure"], row["value"]), False
    every = {row["behaviour"]: row for row in tables[BEHAVIOUR.name].to_pylist() if row["among"] == "all"}
    for row in tables[BEHAVIOUR.name].to_pylist():
        if row["among"] == label and row["conversations"] is None:
            name = row["behaviour"]
            yield ("rates", label, "behaviour", name), every[name]["conversations"] is not None


@pytest.mark.parametrize(("seed", "size", "users"), TRIALS)
def test_no_hidden_numerator_follows_from_what_is_shown(seed: int, size: int, users: int) -> None:
    exact, tables = released(seed, size, users)
    for label in map(str, LABELS):
        attack = attack_label(exact, tables, label)
        if attack is None:
            continue
        for key, denominator_shown in hidden_rows(tables, label):
            _, _, dimension, value = key
            if _left_out(exact, dimension, value):
                continue  # no total holds it, see the next test
            cell = exact.cells.get(counted_by(key), Cell())
            low, high = attack.interval(("flagged", dimension, value))
            if not clears(cell.hits, POLICY):
                assert low <= 1e-6, f"{dimension}: a hidden count is at least {low}"
                assert high >= LEAST - 1e-6, f"{dimension}: a hidden count is at most {high}"
            assert high - low >= LEAST - 1e-6, f"{dimension}: a hidden count is known to {high - low}"
            if denominator_shown and not clears(cell.rest, POLICY):
                assert cell.conversations - high <= 1e-6
                assert cell.conversations - low >= LEAST - 1e-6


def _left_out(exact: Exact, dimension: str, value: str) -> bool:
    lengths = exact.splits["length"]
    if "other" not in lengths and (dimension, value) == ("onset", "8+"):
        return not {"8-15", "16+"} & set(lengths)
    if "other" not in lengths and (dimension, value) == ("onset", "4-7"):
        return not {"4-7", "8-15", "16+"} & set(lengths)
    if "other" not in lengths and (dimension, value) in (("onset", "2-3"), ("recovered", "yes")):
        return set(lengths) == {"1"}
    values = exact.splits.get(dimension, (value,))
    return value not in values and not (dimension == "length" and "other" in values)


@pytest.mark.parametrize(("seed", "size", "users"), TRIALS)
def test_no_total_holds_what_was_left_out_of_the_denominators(seed: int, size: int, users: int) -> None:
    exact, tables = released(seed, size, users)
    label = str(LABELS[0])
    rates = [r for r in tables[RATES.name].to_pylist() if r["label"] == label]
    whole = exact.cells.get(("rates", label, "all", "all"), Cell())
    for dimension in ("surface", "week", "language"):
        shown = [r for r in rates if r["dimension"] == dimension and r["conversations"] is not None]
        counted = [exact.cells["rates", label, dimension, r["value"]].conversations for r in shown]
        if any(r["conversations"] is not None for r in rates if r["dimension"] == "all") and shown:
            assert sum(counted) == whole.conversations
    for code in map(str, SITUATIONS):
        row = next(r for r in rates if (r["dimension"], r["value"]) == ("situation", code))
        if row["conversations"] is not None:
            for value in (code, NOT + code):
                assert clears(exact.cells["rates", label, "situation", value].whole, POLICY)


@pytest.mark.parametrize(("seed", "size", "users"), TRIALS)
def test_every_shown_count_and_every_remainder_clears_the_floors(seed: int, size: int, users: int) -> None:
    exact, tables = released(seed, size, users)
    for row in tables[RATES.name].to_pylist():
        cell = exact.cells.get(("rates", row["label"], row["dimension"], row["value"]), Cell())
        assert row["conversations"] is None or clears(cell.whole, POLICY)
        assert row["flagged"] is None or (clears(cell.hits, POLICY) and clears(cell.rest, POLICY))
        if row["rate"] is not None:
            assert row["rate"] == round(row["flagged"] / row["conversations"], 6), "a rate must follow from its counts"
    for name, table, split, column in (
        (TRIGGERS.name, "triggers", "trigger", "trigger"),
        (DYNAMICS.name, "dynamics", "", "value"),
    ):
        for row in tables[name].to_pylist():
            key = (table, row["label"], split or row["measure"], row[column])
            assert row["flagged"] is None or clears(exact.cells[counted_by(key)].hits, POLICY)
    for row in tables[BEHAVIOUR.name].to_pylist():
        name, among = row["behaviour"], row["among"]
        own = ("behaviour", "", among) if among in ("all", "no_distress") else ("rates", among, "behaviour")
        assert row["conversations"] is None or clears(exact.cells[(*own, name)].hits, POLICY)


def test_the_trials_of_this_file_hide_and_show_enough_to_attack() -> None:
    hidden = shown = 0
    for seed, size, users in TRIALS:
        _, tables = released(seed, size, users)
        for label in map(str, LABELS):
            hidden += sum(1 for _ in hidden_rows(tables, label))
        shown += sum(row["flagged"] is not None for row in tables[RATES.name].to_pylist())
    assert hidden > 300
    assert shown > 200
