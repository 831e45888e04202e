"""The screen: whole numbers that give the same whatever the batch, what it learns, and where its threshold is put."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.fit_screen import LEAST_FLAGGED, LOST, Taught, Text, screen_figures, unlearnt
from classifiers.screen import LEVELS, NoScreen, Screen
from classifiers.train_screen import Lesson, ScreenTraining, fit
from classifiers.turn import ModelTurn, encode
from schemas.errors import UsageError
from tests.unit.small_screen import small_screen

WORDS = 60


def drawn_screen() -> Screen:
    """A screen of 60 words with weights drawn at random, as large as they get."""
    rng = np.random.default_rng(3)

    def whole(*shape: int) -> np.ndarray:
        return rng.integers(-127, 128, shape).astype(np.int8)

    d, f, g, h = 64, 128, 64, 16
    arrays: dict[str, Any] = {
        "words": whole(WORDS, d),
        "near": whole(3, d, f),
        "wide": whole(3, f, f),
        "asked": whole(3, d, g),
    }
    for name, size in (("near", f), ("wide", f), ("asked", g)):
        arrays[f"{name}_scale"] = rng.uniform(1e-6, 2e-6, size).astype(np.float32)
        arrays[f"{name}_bias"] = rng.normal(0, 0.1, size).astype(np.float32)
    arrays |= {"step": np.float32(0.001), "hidden": rng.normal(0, 0.05, (2 * f + g, h)), "hidden_bias": np.zeros(h)}
    return Screen(arrays | {"out": rng.normal(0, 1, (h, 2)), "out_bias": np.zeros(2)}, 0.5)


SCREEN = drawn_screen()
IDS = st.lists(st.integers(1, WORDS - 1), max_size=120)
INPUTS = st.lists(st.tuples(IDS, IDS).map(lambda pair: coded(*pair)), min_size=1, max_size=30)


def coded(context: list[int], window: list[int]) -> tuple[list[int], list[int]]:
    """An encoded window; special tokens are no words of this screen and are cut off by it."""
    return encode(context[:72], window)


def plain_score(screen: Screen, ids: list[int], types: list[int]) -> float:
    """The same network by its definition, a word at a time, in doubles."""
    stored = screen._stored
    start = types.index(1)

    def vectors(part: list[int]) -> list[np.ndarray]:
        return [stored["words"][i].astype(float) for i in part]

    def layer(name: str, rows: list[np.ndarray]) -> list[np.ndarray]:
        zero = np.zeros(stored[name].shape[1])
        beside = [zero, *rows, zero]
        sums = [sum(beside[n + k] @ stored[name][k].astype(float) for k in range(3)) for n in range(len(rows))]
        return [np.maximum(s * stored[f"{name}_scale"] + stored[f"{name}_bias"], 0.0) for s in sums]

    def largest(rows: list[np.ndarray], name: str) -> np.ndarray:
        found: np.ndarray = np.stack([np.zeros(stored[name].shape[2]), *rows]).max(axis=0)
        return found

    near = layer("near", vectors(ids[start:-1]))
    wide = layer("wide", [np.minimum(np.rint(row.astype(np.float32) / stored["step"]), LEVELS) for row in near])
    asked = layer("asked", vectors(ids[1 : start - 1]))
    pooled = np.concatenate([largest(near, "near"), largest(wide, "wide"), largest(asked, "asked")])
    hidden = np.maximum(pooled @ stored["hidden"] + stored["hidden_bias"], 0.0)
    return float(1.0 / (1.0 + np.exp(-(hidden @ stored["out"] + stored["out_bias"]).max())))


@settings(deadline=None, max_examples=60)
@given(INPUTS)
def test_a_windows_score_does_not_depend_on_the_others(inputs: list[tuple[list[int], list[int]]]) -> None:
    together = SCREEN.score(inputs)
    assert together.tolist() == [float(SCREEN.score([one])[0]) for one in inputs]
    assert ((together >= 0) & (together <= 1)).all()


@settings(deadline=None, max_examples=30)
@given(INPUTS)
def test_the_screen_is_the_network_that_its_docstring_tells(inputs: list[tuple[list[int], list[int]]]) -> None:
    plain = [plain_score(SCREEN, ids, types) for ids, types in inputs[:4]]
    # A value halfway between two whole numbers may go either way.
    np.testing.assert_allclose(SCREEN.score(inputs[:4]), plain, atol=2e-3)


def test_words_of_window_and_context_count_where_they_stand() -> None:
    inputs = [coded([1], [2, 3, 2]), coded([1], [2, 4]), coded([5], [2]), coded([3], [1, 2]), coded([], [])]
    found = small_screen().score(inputs)
    assert (found[:3] > 0.5).all() and (found[3:] < 0.5).all()


def test_a_stored_screen_scores_alike(tmp_path: Path) -> None:
    SCREEN.save(tmp_path / "screen.npz")
    again = Screen.load(tmp_path / "screen.npz")
    inputs = [coded([1, 2], [3, 4, 5]), coded([], [9] * 120)]
    assert again.score(inputs).tolist() == SCREEN.score(inputs).tolist()
    assert again.threshold == SCREEN.threshold


def test_a_damaged_screen_is_named(tmp_path: Path) -> None:
    for content in (b"", b"PK\x05\x06" + bytes(18)):
        (tmp_path / "screen.npz").write_bytes(content)
        with pytest.raises(UsageError, match=r"screen\.npz"):
            Screen.load(tmp_path / "screen.npz")


def test_no_window_no_score() -> None:
    assert SCREEN.score([]).shape == (0,) and NoScreen().score([]).shape == (0,)


def test_it_learns_what_the_full_model_says() -> None:
    rng = np.random.default_rng(0)
    lessons = []
    for n in range(600):
        window = rng.integers(1000, 1040, int(rng.integers(1, 30)))
        window[0] = 2000 + n % 3
        target = ((0.95, 0.02), (0.02, 0.95), (0.02, 0.02))[n % 3]
        lessons.append(Lesson(rng.permutation(window), rng.integers(1000, 1040, 5), target))
    heard: list[str] = []
    small = ScreenTraining(epochs=6, batch=16, rate=5e-3, width=16, channels=32, asked=8, hidden=16)
    screen = fit(lessons, small, heard.append)
    found = [screen.score([coded([1001], [1002, 2000 + kind, 1003])])[0] for kind in range(3)]
    assert min(found[:2]) > 0.5 > found[2]
    assert len(heard) == 6


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.booleans()), min_size=1, max_size=300), st.booleans())
def test_the_threshold_loses_at_most_the_share(rows: list[tuple[float, float, bool]], many: bool) -> None:
    texts = [Text(ModelTurn((), "x"), "made", str(n), written) for n, (_, _, written) in enumerate(rows)]
    distress, clear = np.array([d for d, _, _ in rows]), np.array([c for _, c, _ in rows])
    if many:
        texts, distress, clear = texts * LEAST_FLAGGED, np.tile(distress, LEAST_FLAGGED), np.tile(clear, LEAST_FLAGGED)
    inputs = [coded([], [1])] * len(texts)
    taught = Taught(texts, inputs, np.arange(len(texts)), distress, np.zeros(len(texts)))
    found = screen_figures(taught, clear, {"distress": 0.6, "joy": 0.6})
    real = np.array([not text.written for text in texts])
    flagged = distress >= 0.6
    counted = flagged & real if (flagged & real).sum() >= LEAST_FLAGGED else flagged
    assert found["flagged"] == counted.sum()
    if counted.any():
        lost = (clear[counted] < found["threshold"]).mean()
        assert lost == pytest.approx(found["lost"][0]) and lost <= LOST + 1e-9
    assert set(found["passes"]) == ({"made"} if real.any() else set())


def test_a_turn_is_lost_only_where_every_window_that_flags_it_is_rejected() -> None:
    texts = [Text(ModelTurn((), "x"), "made", "0")]
    taught = Taught(texts, [coded([], [1])] * 3, np.zeros(3, dtype=np.int64), np.array([0.9, 0.8, 0.1]), np.zeros(3))
    found = screen_figures(taught, np.array([0.1, 0.4, 0.9]), {"distress": 0.6, "joy": 0.6})
    assert found["threshold"] == pytest.approx(0.4) and found["lost"][0] == 0.0


def test_what_a_model_was_trained_on_is_judged_by_one_that_was_not() -> None:
    texts = [Text(ModelTurn((), "x"), "made", str(n)) for n in range(4)]
    owners, said = np.array([0, 0, 1, 2, 3]), np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    taught = Taught(texts, [coded([], [1])] * 5, owners, said, said / 2)
    found = unlearnt(taught, 3, {0: (np.array([0.1, 0.2]), np.array([0.3, 0.4])), 2: (np.ones(1), np.zeros(1))})
    assert found.distress.tolist() == [0.1, 0.2, 0.0, 1.0, 0.5]
    assert found.joy.tolist() == [0.3, 0.4, 0.0, 0.0, 0.25]
    assert taught.learnt and not found.learnt
