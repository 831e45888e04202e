"""Other thresholds and reliability by bin: they add up, fall and rise, and reach the model card."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from classifiers.fit_screen import Taught
from classifiers.metrics import BINS
from classifiers.reading import Reading
from classifiers.scorer_choose import POLICY, Raw, thresholds
from classifiers.scorer_curve import GRID, curve, reliability
from classifiers.scorer_evaluate import Prediction, figures
from classifiers.scorer_figures import Judged
from classifiers.scorer_report import label_table
from classifiers.scorer_train import HeldOut, Plan, finish
from classifiers.training_text import Example, parse_example
from classifiers.weights_file import CODES, GRAPH, SCREEN, TOKENIZER, WEIGHTS
from schemas.labels import AFFECTS, LABELS, SITUATIONS, VOICES, Affect, Label, Voice
from schemas.quality import Quality
from tests.unit.small_screen import small_screen

ROWS = st.lists(
    st.tuples(st.sampled_from(AFFECTS), st.integers(0, 100), st.integers(0, 9)), min_size=1, max_size=60
)  # fmt: skip
Rows = list[tuple[Affect, int, int]]


def example(number: int, affect: Affect, group: int) -> Example:
    voice = "none" if affect == 0 else "self"
    row = {"id": f"e{number}", "group": f"g{group}", "context": [], "assistant": "fine", "affect": affect,
           "voice": voice, "source": "made-up"}  # fmt: skip
    return parse_example(row, "made-up")


def judged(rows: Rows) -> Judged:
    examples = [example(n, affect, group) for n, (affect, _, group) in enumerate(rows)]
    return Judged.of(Label.DISTRESS, examples, [score / 100 for _, score, _ in rows], [False] * len(rows))


@settings(deadline=None, max_examples=60)
@given(ROWS)
def test_bins_hold_every_turn_once(rows: Rows) -> None:
    table = reliability(judged(rows))
    assert [(row["low"], row["high"]) for row in table] == [(n / BINS, (n + 1) / BINS) for n in range(BINS)]
    assert sum(row["n"] for row in table) == len(rows)
    assert sum(row["n_positive"] for row in table) == sum(affect < 0 for affect, _, _ in rows)
    for row in table:
        measured = row["observed"][0] is not None
        assert measured == ("reason" not in row) == (row["n"] > 0 and any(affect < 0 for affect, _, _ in rows))
        assert (row["mean_predicted"] is None) == (row["n"] == 0)
        if row["n"]:
            assert row["low"] - 1e-9 <= row["mean_predicted"] <= row["high"] + 1e-9
        if measured:
            value, low, high = row["observed"]
            assert value == pytest.approx(row["n_positive"] / row["n"], abs=1e-4)
            assert low - 1e-4 <= value <= high + 1e-4


@settings(deadline=None, max_examples=60)
@given(ROWS, st.one_of(st.none(), st.sampled_from((0.3, 0.6725, 0.0001))))
def test_recall_and_flags_fall_as_thresholds_rise(rows: Rows, chosen: float | None) -> None:
    points = curve(judged(rows), chosen)
    assert [p["threshold"] for p in points if p["chosen"]] == ([] if chosen is None else [chosen])
    assert {p["threshold"] for p in points} == {*GRID} | ({chosen} - {None})
    positive = sum(affect < 0 for affect, _, _ in rows)
    for lower, higher in pairwise(points):
        assert lower["threshold"] < higher["threshold"]
        for name in ("flagged", "hits", "false", *(("recall",) if positive else ())):
            a, b = (p[name] if isinstance(p[name], int) else p[name][0] for p in (lower, higher))
            assert a >= b
    for point in points:
        assert point["hits"] + point["false"] == point["flagged"]
        assert point["flagged"] == sum(score > 0 and score / 100 >= point["threshold"] for _, score, _ in rows)
        missing = {name for name in ("recall", "precision") if point[name][0] is None}
        assert missing == {"recall", "precision"} & {*point.get("reasons", {})}
        assert ("recall" in missing) == (not positive)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=1, max_size=40))
def test_the_joy_threshold_reaches_the_largest_f_that_any_threshold_reaches(rows: list[tuple[bool, int]]) -> None:
    truth, scores = np.array([joy for joy, _ in rows]), np.array([score / 10 for _, score in rows])
    assume(truth.any())
    examples = [example(n, Affect(2 if joy else 0), n) for n, (joy, _) in enumerate(rows)]
    n = len(rows)
    chosen = thresholds(examples, Raw(scores, scores, scores, scores, np.zeros((n, 5)), np.zeros((n, 4))))["joy"]

    def reached(threshold: float) -> float:
        flags = scores >= threshold
        return float(1.25 * (flags & truth).sum() / (0.25 * truth.sum() + flags.sum())) if flags.any() else 0.0

    assert reached(chosen) == pytest.approx(max(reached(threshold) for threshold in scores))


def made_up(seed: int, count: int = 60) -> HeldOut:
    rng = np.random.default_rng(seed)
    examples = [example(1000 * seed + n, AFFECTS[n % 5], 1000 * seed + n // 3) for n in range(count)]
    distress = np.array([rng.beta(6, 2) if e.distress else rng.beta(1, 8) for e in examples]).round(4)
    joy = np.array([rng.beta(6, 2) if e.joy else rng.beta(1, 8) for e in examples]).round(4)
    left = np.maximum(0.0, 1.0 - distress - joy)
    affect = np.stack([distress, 0 * left, left, 0 * left, joy], axis=1)
    voice = rng.dirichlet(np.ones(len(VOICES)), count)
    nothing = np.zeros((count, len(SITUATIONS)))
    inputs = [([1, 2, 3], [0, 1, 1])] * count
    reading = Reading(
        inputs, range(count), np.ones(count), 0.0, lambda rows: (affect[rows], voice[rows], nothing[rows])
    )
    reading.read(np.ones(count, dtype=bool))
    return HeldOut(examples, reading)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str, list[HeldOut]]:
    """The end of a training run on made-up scores of two validation models: card and its Markdown."""
    out = tmp_path_factory.mktemp("run") / "model"
    out.mkdir()
    for name in (GRAPH, WEIGHTS, CODES, TOKENIZER):
        (out / name).write_bytes(name.encode())
    small_screen().save(out / SCREEN)
    held = [made_up(1), made_up(2)]
    plan = Plan(real=[e for part in held for e in part.examples])
    # The screen rejects nothing.
    texts = plan.texts()
    ones, owners = np.ones(len(texts)), np.arange(len(texts))
    taught = Taught(texts, [([1, 2, 3], [0, 1, 1])] * len(texts), owners, ones, 0 * ones)
    finish(out, plan, held, taught, ones)
    card = json.loads((out / "scorer.json").read_text(encoding="utf-8"))
    return card, (out / "scorer.md").read_text(encoding="utf-8"), held


def test_a_training_run_puts_curve_and_reliability_into_the_card(
    finished: tuple[dict[str, Any], str, list[HeldOut]],
) -> None:
    card, text, held = finished
    assert Quality.from_card(card).labels["joy"].measured
    # What `welfare train scorer` prints at its end.
    assert f"{card['thresholds']['joy']:g}" in label_table(card["validation"], card["thresholds"])
    for label in map(str, LABELS):
        found = card["validation"][label]
        (chosen,) = [point for point in found["curve"] if point["chosen"]]
        assert chosen["threshold"] == card["thresholds"][label]
        everything = [np.ones(len(part.examples), dtype=bool) for part in held]
        scores = np.concatenate(
            [getattr(part.reading.scores(mask), label) for part, mask in zip(held, everything, strict=True)]
        )
        assert chosen["flagged"] == int((scores >= chosen["threshold"]).sum())
        assert sum(row["n"] for row in found["reliability"]) == len(scores)
        assert f"**{label.capitalize()}.** {POLICY[label]}" in text
        value, low, high = chosen["recall"]
        assert f"| **{chosen['threshold']:g}, chosen** | {value:.3f} [{low:.3f}, {high:.3f}] |" in text
    lines = text.splitlines()
    assert sum(line.startswith("| 0.") and "–" in line.split("|")[1] for line in lines) == BINS
    assert sum(", chosen**" in line for line in lines) == len(LABELS)
    assert len([*GRID]) * len(LABELS) <= sum(line.startswith("| 0.") for line in lines) - BINS <= 30


def test_the_card_counts_a_bin_as_scorer_json_does(finished: tuple[dict[str, Any], str, list[HeldOut]]) -> None:
    card, text, _ = finished
    row = next(line for line in text.splitlines() if line.startswith("| 0.0–0.1 |"))
    cells = [cell.strip() for cell in row.split("|")[1:-1]]
    first = [card["validation"][label]["reliability"][0] for label in map(str, LABELS)]
    assert [cells[1], cells[4]] == [str(found["n"]) for found in first]
    assert [cells[2], cells[5]] == [f"{found['mean_predicted']:.3f}" for found in first]


def test_a_label_that_gold_lacks_is_null_in_curve_and_bins() -> None:
    gold = [example(n, Affect.NEUTRAL, n) for n in range(4)]
    said = [Prediction(e.id, 0.9, 0.0, True, False, Affect.MILD_DISTRESS, Voice.SELF) for e in gold]
    found = figures(gold, said)["distress"]
    assert found["precision"] == [None, None, None] and found["calibration_error"] is None
    assert found["reasons"]["precision"] == found["reasons"]["calibration_error"] == "no turn expresses it"
    assert all(point["recall"][0] is None and point["reasons"]["recall"] for point in found["curve"])
    assert all(row["observed"][0] is None and row["reason"] for row in found["reliability"])
    assert found["false_positive_rate_neutral"][0] == 1.0
