"""How far the clusters hold: what is released of it, and the words for it."""

from __future__ import annotations

import pyarrow as pa
import pytest

from pipelines.aggregate_stability import held_by, of_cluster, stability_rows
from pipelines.report_rows import Released
from pipelines.report_stability import found_again, holding
from schemas.errors import ContractError
from schemas.labels import LABELS
from schemas.released import CLUSTERS, QUALITY
from schemas.row_level import CLUSTER_STABILITY
from tests.unit.report_figures import Row
from tests.unit.report_made_up import made_up

WHOLE = {
    "cluster": -1,
    "reason": "",
    "min_size": 22,
    "redraws": 3,
    "agreement": 0.71828,
    "sizes": 0.5,
    "found_again": None,
}
ONE = WHOLE | {"cluster": 0, "agreement": 0.6666, "sizes": None, "found_again": 2 / 3}


def stored(rows: list[Row]) -> pa.Table:
    return pa.Table.from_pylist([{"label": label, **row} for label in map(str, LABELS) for row in rows],
                                schema=CLUSTER_STABILITY.arrow)  # fmt: skip


def shown(label: str, cluster: int, reason: str = "") -> Row:
    return {"label": label, "cluster": cluster, "reason": reason}


def test_figures_have_two_digits_and_stand_only_where_a_cluster_is_shown() -> None:
    held = held_by(stored([WHOLE, ONE]))
    rows = stability_rows("r-1", held, [shown("distress", -1), shown("distress", 0), shown("joy", -1)])
    found = {(row["label"], row["measure"]): (row["figure"], row["basis"]) for row in rows}
    assert found["distress", "cluster_agreement"] == (0.72, "this_trial")
    assert found["distress", "cluster_min_size"] == (22.0, "this_trial")
    assert {value for (label, _), value in found.items() if label == "joy"} == {(None, "floor")}
    assert of_cluster(held, "distress", 0) == {"overlap": 0.67, "found_again": 0.67}
    assert of_cluster(held, "distress", 1) == {"overlap": None, "found_again": None}


@pytest.mark.parametrize("reason", ["floor", "too_few_passages", "no_cluster"])
def test_the_reason_stands_for_the_figure_where_there_is_none(reason: str) -> None:
    held = held_by(stored([WHOLE | {"reason": reason, "min_size": 0, "redraws": 0, "agreement": None, "sizes": None}]))
    rows = list(stability_rows("r-1", held, [shown("distress", -1, reason), shown("joy", -1, reason)]))
    assert {(row["figure"], row["basis"]) for row in rows} == {(None, reason)}


def test_without_redraws_the_figures_read_as_not_measured() -> None:
    held = held_by(stored([WHOLE | {"redraws": 0, "agreement": None}]))
    rows = stability_rows("r-1", held, [shown("distress", 0)])
    found = {row["measure"]: (row["figure"], row["basis"]) for row in rows if row["label"] == "distress"}
    assert found["cluster_agreement"] == (None, "not_measured")
    assert found["cluster_sizes"] == (0.5, "this_trial")


def test_a_table_that_breaks_its_declaration_is_refused() -> None:
    with pytest.raises(ContractError):
        held_by(stored([WHOLE, WHOLE]))


def test_the_words_name_redraws_and_say_where_nothing_was_measured() -> None:
    tables = made_up()
    released = Released(tables)
    first, none = released.clusters("distress")[1], {"label": "distress", "cluster": -1, "found_again": None}
    assert found_again(released, first) == "4 of 5 redraws"
    assert found_again(released, none) == "–"
    words = holding(released, "distress")
    assert "When the users are drawn anew (5 times), the clusters agree with these by 0.72" in words
    rows = [row for row in tables[QUALITY.name].to_pylist() if not row["measure"].startswith("cluster_")]
    older = Released(tables | {QUALITY.name: pa.Table.from_pylist(rows, schema=QUALITY.arrow)})
    assert found_again(older, first) == "not measured"
    assert holding(older, "distress") == ""
    assert set(CLUSTERS.names) >= {"overlap", "found_again"}
