"""The scrubber's figures, held against sums done by hand, and its gold."""

from __future__ import annotations

import json
from typing import Any

import pytest

from classifiers.scrub_evaluate import evaluate, predict
from classifiers.scrub_gold import make_gold
from classifiers.scrubber import build_scrubber
from schemas.errors import ContractError
from schemas.policy import ScrubPolicy

GOLD: list[dict[str, Any]] = [
    {"id": "1", "text": "abcdefghij", "spans": [{"start": 0, "end": 4, "type": "PERSON"}], "source": "x"},
    {"id": "2", "text": "abcdefghij",
    "spans": [{"start": 0, "end": 2, "type": "PHONE"}, {"start": 8, "end": 10, "type": "PERSON"}]},
]  # fmt: skip
PREDICTED: list[dict[str, Any]] = [
    {"id": "2", "spans": [{"start": 0, "end": 3, "type": "ANY"}], "masked": ""},
    {"id": "1", "spans": [{"start": 1, "end": 6, "type": "ANY"}], "masked": ""},
]


def test_figures_count_characters_whatever_the_label() -> None:
    report = evaluate(GOLD, PREDICTED)
    assert report["entities"]["PERSON"]["recall"]["value"] == round(3 / 6, 4)
    assert report["entities"]["PERSON"]["characters"] == 6
    assert report["entities"]["PHONE"]["recall"]["value"] == 1.0
    assert report["recall"]["value"] == round(5 / 8, 4)
    assert report["precision"]["value"] == round(5 / 8, 4)
    assert report["over_masked"]["value"] == round(3 / 12, 4)
    assert report["by_source"]["x"]["items"] == 1


def test_intervals_hold_the_figure_and_a_single_item_has_none_to_spread() -> None:
    recall = evaluate(GOLD, PREDICTED)["recall"]
    assert recall["low"] <= recall["value"] <= recall["high"]
    assert recall["low"] < recall["high"]
    alone = evaluate(GOLD[:1], PREDICTED)["recall"]
    assert alone["low"] == alone["value"] == alone["high"]


def test_nothing_to_score_is_null_with_a_reason_and_never_zero() -> None:
    report = evaluate([{"id": "1", "text": "abc", "spans": []}], [{"id": "1", "spans": []}])
    assert report["recall"]["value"] is None
    assert report["recall"]["reason"]
    assert report["precision"]["value"] is None
    assert report["over_masked"]["value"] == 0.0
    json.dumps(report)


@pytest.mark.parametrize(
    ("gold", "says"),
    [
        ([{"id": "1", "text": "secret"}], "gold line 1"),
        ([{"id": "1", "text": "secret", "spans": [{"start": 4, "end": 2, "type": "X"}]}], "gold line 1"),
        ([{"id": "1", "text": "secret", "spans": [{"start": 0, "end": 99, "type": "X"}]}], "gold line 1"),
        ([{"id": "secret", "text": "secret", "spans": []}], "no prediction"),
    ],
)
def test_bad_lines_are_named_by_number_and_never_quoted(gold: list[dict[str, Any]], says: str) -> None:
    with pytest.raises(ContractError, match=says) as raised:
        evaluate(gold, PREDICTED)
    assert "secret" not in str(raised.value)


def test_a_scrubber_predicts_for_every_line() -> None:
    gold = [
        {
            "id": 7,
            "text": "I am at z@example.com",
            "spans": [{"start": 8, "end": 21, "type": "EMAIL_ADDRESS"}],
        }
    ]
    scrubber = build_scrubber(ScrubPolicy())
    made = list(predict(scrubber, gold))
    assert made[0]["id"] == 7
    assert made[0]["masked"] == "I am at <EMAIL_ADDRESS_1>"
    assert evaluate(gold, scrubber)["recall"]["value"] == 1.0


def test_the_synthetic_gold_is_seeded_and_labels_what_it_filled_in() -> None:
    first, again = list(make_gold(3, fills=1)), list(make_gold(3, fills=1))
    assert first == again
    kinds = {span["type"] for line in first for span in line["spans"]}
    assert {
        "PERSON",
        "ADDRESS",
        "ORGANIZATION",
        "LOCATION",
        "EMAIL_ADDRESS",
        "CREDIT_CARD",
        "SECRET",
    } <= kinds
    assert all(line["text"][s["start"] : s["end"]].strip() for line in first for s in line["spans"])
    assert "{{" not in "".join(line["text"] for line in first)


def test_the_shipped_scrubber_reaches_its_floors_on_the_synthetic_gold() -> None:
    report = evaluate(make_gold(17, fills=2), build_scrubber(ScrubPolicy()))
    for kind in ("EMAIL_ADDRESS", "IBAN_CODE", "IP_ADDRESS", "US_SSN", "CREDIT_CARD", "PHONE_NUMBER"):
        assert report["entities"][kind]["recall"]["value"] >= 0.98, kind
    assert report["by_casing"]["as_written"]["entities"]["PERSON"]["recall"]["value"] >= 0.93
    assert report["by_casing"]["lower"]["entities"]["PERSON"]["recall"]["value"] >= 0.88
    assert report["precision"]["value"] >= 0.85


def test_a_line_with_turns_is_scrubbed_as_a_conversation() -> None:
    text = "What number can I reach you on?\n8841907 after six"
    start = text.index("8841907")
    spans = [{"start": start, "end": start + 7, "type": "PHONE_NUMBER"}]
    scrubber = build_scrubber(ScrubPolicy())
    asked = list(predict(scrubber, [{"id": 1, "text": text, "spans": spans, "turns": [text.index("\n") + 1]}]))
    assert [(span["start"], span["end"]) for span in asked[0]["spans"]] == [(start, start + 7)]
    assert asked[0]["masked"] == text.replace("8841907", "<PHONE_NUMBER_1>")


def test_resampling_kinds_of_items_gives_the_interval_of_resampling_items() -> None:
    import numpy as np

    hits, sizes = [3, 0, 5, 5, 2] * 40, [5, 5, 5, 5, 2] * 40
    gold = [
        {"id": n, "text": "x" * 5, "spans": [{"start": 0, "end": size, "type": "A"}]} for n, size in enumerate(sizes)
    ]
    made = [{"id": n, "spans": [{"start": 0, "end": hit, "type": "A"}] if hit else []} for n, hit in enumerate(hits)]
    recall = evaluate(gold, made)["recall"]
    rng = np.random.default_rng(1)
    drawn = [(rng.integers(0, 200, 200)) for _ in range(4000)]
    ratios = [np.array(hits)[at].sum() / np.array(sizes)[at].sum() for at in drawn]
    assert abs(recall["low"] - np.quantile(ratios, 0.025)) < 0.01
    assert abs(recall["high"] - np.quantile(ratios, 0.975)) < 0.01
