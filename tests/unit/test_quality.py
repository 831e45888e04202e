from __future__ import annotations

from typing import Any

import pytest

from schemas.errors import ContractError
from schemas.quality import Counts, Estimate, LabelQuality, Quality

CARD: dict[str, Any] = {
    "thresholds": {"distress": 0.31, "joy": 0.77},
    "validation": {
        "distress": {
            "sources": {
                "chat": {"n_positive": 60, "hits": 54, "n_negative": 700.5, "false": 0.8},
                "agents": {"n_positive": 14, "hits": 12, "n_negative": 0, "false": 0},
            },
            "recall": [0.89, 0.8, 0.95],
            "precision": [0.94, 0.86, 0.98], "false_positive_rate": [0.0027, 0.001, 0.007],
            "average_precision": [0.93, None, None],
        },
        "joy": {
            "sources": {"chat": {"n_positive": 0, "hits": 0, "n_negative": 10, "false": 0}},
            "recall": [None, None, None],
        },
    },
}  # fmt: skip


def test_a_card_is_read_label_by_label() -> None:
    found = Quality.from_card(CARD).labels["distress"]
    assert found.threshold == 0.31
    assert found.sources == (Counts(60, 54, 700.5, 0.8), Counts(14, 12, 0, 0))
    assert found.recall == Estimate(0.89, 0.8, 0.95)
    assert found.average_precision == Estimate(0.93)
    assert found.measured


def test_what_was_not_measured_is_none_and_never_zero() -> None:
    joy = Quality.from_card(CARD).labels["joy"]
    assert joy.recall == joy.precision == Estimate(None, None, None)
    assert not joy.measured
    assert Quality.from_card({}).labels["distress"] == LabelQuality()


@pytest.mark.parametrize(
    "change",
    [
        {"recall": [0.9]},
        {"recall": 0.9},
        {"recall": ["high", None, None]},
        {"recall": [float("nan"), None, None]},
        {"sources": {"chat": 3}},
        *(
            {"sources": {"chat": {"n_positive": 60, "hits": 54, "n_negative": 700, "false": 1} | change}}
            for change in ({"hits": 61}, {"false": -1}, {"hits": None}, {"n_positive": "many"}, {"false": True})
        ),
    ],
)
def test_a_card_that_contradicts_itself_is_refused(change: dict[str, Any]) -> None:
    broken = CARD | {"validation": {"distress": CARD["validation"]["distress"] | change}}
    with pytest.raises(ContractError, match="card"):
        Quality.from_card(broken)
