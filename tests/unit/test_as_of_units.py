"""What one conversation counts in, summed up, makes the cells of a release: those that Spark must find too."""

from __future__ import annotations

import pytest

from pipelines.as_of_units import COVERED, Counted, belongs, groups, place
from schemas.labels import LABELS
from schemas.policy import DisclosurePolicy
from tests.privacy.trial import Exact, make_rows
from tests.privacy.trial_history import history

POLICY = DisclosurePolicy()


@pytest.mark.parametrize("seed", [3, 14])
def test_the_units_of_a_release_make_its_cells(seed: int) -> None:
    exact = Exact(make_rows(seed, 700, 180), POLICY)
    units = history(exact.kept, POLICY).to_pylist()
    named = {split: frozenset(values) for split, values in exact.named.items()}
    every = [group for label in map(str, LABELS) for group in (*groups(label), (label, "missed", ""))]
    every += [("", "coverage", measure) for measure in COVERED]
    met = set()
    for group in every:
        places = [(unit["user_key"], there) for unit in units if (there := place(unit, group, named)) is not None]
        for key, cell in Counted(group[0], places).cells.items():
            if key[2:] == ("all", "all") and group[1] != "all":
                continue
            met.add(key)
            assert (cell.whole, cell.hits) == (exact.cells[key].whole, exact.cells[key].hits), key
            assert belongs(key, group) or key[3].startswith("not "), key
    wanted = {key for key in exact.cells if key[0] in ("rates", "triggers", "dynamics", "coverage", "screen")}
    assert met == wanted


def test_a_user_in_several_cells_counts_once_in_their_union() -> None:
    exact = Exact(make_rows(3, 300, 40), POLICY)
    named = {split: frozenset(values) for split, values in exact.named.items()}
    units = history(exact.kept, POLICY).to_pylist()
    found = [(unit["user_key"], there) for unit in units if (there := place(unit, ("joy", "surface", ""), named))]
    split = ("rates", "joy", "surface")
    values = exact.splits["surface"]
    assert len(values) > 1
    (union,) = Counted("joy", found).unions({split: values}).values()
    assert union.whole == exact.unions({split: values})[split].whole
