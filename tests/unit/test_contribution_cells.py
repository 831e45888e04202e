"""In how many triggers and clusters one user counts: by the bound, whatever the order, and without a loss of totals."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from pipelines.aggregate_records import user_counts
from pipelines.aggregate_users import counted_rows, of_users
from schemas.labels import LABELS
from schemas.policy import DisclosurePolicy
from tests.privacy.trial import Row, cells_of_user, make_rows, within_cells

OPEN = ("triggers", "clusters")
REST = ("other", "-1")


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """Users with one conversation up to dozens, of either label or both, in up to seven triggers and forty clusters."""
    out = []
    for seed in range(3, 7):
        dice = random.Random(seed)
        for row in make_rows(seed, 500, 40):
            changed = dict(row, user_key=f"{seed} {row['user_key']}")
            for label in map(str, LABELS):
                found = changed[label]
                if not row["not_scored"] and dice.random() < 0.3 and not found["flagged"]:
                    found = found | {"sampled": True, "cluster": dice.randint(-1, 40)}
                elif found["flagged"]:
                    found = found | {"cluster": dice.randint(-1, 40)}
                changed[label] = found
            out.append(changed)
    return out


def places(rows: list[Row], most: int) -> dict[str, tuple[Any, ...]]:
    """By conversation, its trigger (empty where not flagged) and cluster of each label, as they count."""
    policy = DisclosurePolicy(max_cells_per_user=most, max_conversations_per_user=len(rows))
    by_user = sorted(rows, key=lambda row: str(row["user_key"]))
    return {
        unit["conversation_key"]: tuple(
            (unit[label]["trigger"], unit[f"{label}_cluster"]) for label in map(str, LABELS)
        )
        for unit in counted_rows(by_user, policy)
    }


def placed(rows: list[Row], found: dict[str, tuple[Any, ...]]) -> list[Row]:
    """`rows` with the places that were found."""
    out = []
    for row in rows:
        changed = dict(row)
        for label, (trigger, cluster) in zip(map(str, LABELS), found[row["conversation_key"]], strict=True):
            changed[label] = row[label] | ({"trigger": trigger} if trigger else {}) | {"cluster": cluster}
        out.append(changed)
    return out


def held(rows: list[Row]) -> dict[str, set[str]]:
    """By user, the cells of triggers and clusters."""
    out: dict[str, set[str]] = {}
    for row in rows:
        out.setdefault(row["user_key"], set()).update(cells_of_user(row))
    return out


@pytest.mark.parametrize("most", [5, 8, 20])
def test_no_user_is_in_more_cells_than_the_bound_and_who_is_in_fewer_is_left_alone(rows: list[Row], most: int) -> None:
    before, after = held(rows), held(placed(rows, places(rows, most)))
    over = [who for who, cells in before.items() if len(cells) > most]
    assert len(over) >= 5 and any(len(cells) == most for cells in before.values()), "else this compares nothing"
    assert all(len(cells) <= most for cells in after.values())
    for who, cells in before.items():
        if len(cells) <= most:
            assert after[who] == cells
        else:
            assert all(cell.rsplit("/", 1)[1] in REST for cell in after[who] - cells)
            kinds = {cell.rsplit("/", 1)[0] for cell in cells}
            assert len(after[who]) >= most - len(kinds), "no more is taken from a user than the bound asks for"


def test_it_is_as_plain_python_says_in_any_order_and_whoever_else_is_there(rows: list[Row]) -> None:
    found = places(rows, 8)
    assert placed(rows, found) == within_cells(rows, 8)
    shuffled = list(rows)
    random.Random(2).shuffle(shuffled)
    assert places(shuffled, 8) == found
    some = [row for row in rows if int(row["user_key"].split("u")[-1].split("-")[-1]) % 2]
    assert places(some, 8) == {row["conversation_key"]: found[row["conversation_key"]] for row in some}


def test_one_user_less_moves_no_more_cells_than_the_bound(rows: list[Row]) -> None:
    found = placed(rows, places(rows, 8))
    behind = Counter(cell for cells in held(found).values() for cell in cells)
    heavy = max(held(rows), key=lambda who: len(held(rows)[who]))
    fewer = [row for row in rows if row["user_key"] != heavy]
    without = Counter(cell for cells in held(placed(fewer, places(fewer, 8))).values() for cell in cells)
    moved = {cell: behind[cell] - without[cell] for cell in behind if behind[cell] != without[cell]}
    assert 0 < len(moved) <= 8 and set(moved.values()) == {1}


def test_totals_stay_and_a_release_counts_by_the_policy(rows: list[Row]) -> None:
    cells: dict[int, dict[Any, Any]] = {}
    by_user = sorted(rows, key=lambda row: str(row["user_key"]))
    for most in (5, 1000):
        policy = DisclosurePolicy(max_cells_per_user=most, max_conversations_per_user=len(rows))
        mine = of_users(counted_rows(by_user, policy))
        found = {(*key, units[0]["user_key"]): pair[:2] for units in mine for key, pair in user_counts(units).items()}
        cells[most] = found
        if most == 5:
            assert max(Counter(key[4] for key in found if key[0] in OPEN).values()) == 5
    for table in OPEN:
        sums = [Counter[Any]() for _ in cells]
        for total, found in zip(sums, cells.values(), strict=True):
            for key, (_, hits) in found.items():
                if key[0] == table:
                    total[key[1]] += hits
        assert sums[0] == sums[1] and sums[0].total() > 100
    other = [{k: v for k, v in found.items() if k[0] not in (*OPEN, "cluster_triggers", "kinds")} for found in
             cells.values()]  # fmt: skip
    assert other[0] == other[1], "rates, dynamics and the rest know nothing of this bound"
