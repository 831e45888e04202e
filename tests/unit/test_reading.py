"""Windows of a batch: what is read, what counts, and what a turn's scores are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from classifiers.reading import Matrix, Reading
from schemas.labels import AFFECTS, SITUATIONS, VOICES

COUNTS = st.lists(st.integers(1, 4), max_size=8)


class Model:
    """Probabilities drawn by the window's number; remembers what it was asked to read."""

    def __init__(self, size: int, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.affect, self.voice = rng.dirichlet(np.ones(5), size), rng.dirichlet(np.ones(4), size)
        self.situations = rng.random((size, len(SITUATIONS)))
        self.asked: list[int] = []

    def __call__(self, rows: NDArray[np.int64]) -> tuple[Matrix, Matrix, Matrix]:
        self.asked += rows.tolist()
        return self.affect[rows], self.voice[rows], self.situations[rows]


def reading_of(counts: list[int]) -> tuple[Reading, Model]:
    owners = [owner for owner, count in enumerate(counts) for _ in range(count)]
    model = Model(len(owners))
    clear = np.random.default_rng(1).random(len(owners))
    return Reading([([1], [1])] * len(owners), owners, clear, 0.5, model), model


@given(COUNTS, st.data())
def test_a_turns_scores_rest_on_the_windows_that_count(counts: list[int], data: st.DataObject) -> None:
    reading, model = reading_of(counts)
    size = sum(counts)
    counted = np.array(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)), dtype=bool)
    reading.read(counted)
    found = reading.scores(counted)
    assert found.affect.shape == (len(counts), len(AFFECTS)) and found.voice.shape == (len(counts), len(VOICES))
    for turn in range(len(counts)):
        rows = [n for n in range(size) if reading.owners[n] == turn and counted[n]]
        if not rows:
            assert found.distress[turn] == found.joy[turn] == found.affect[turn].sum() == 0.0
            continue
        distress, joy = model.affect[rows, :2].sum(1), model.affect[rows, 4]
        assert found.distress[turn] == pytest.approx(distress.max(), abs=1e-4)
        assert found.joy[turn] == pytest.approx(joy.max(), abs=1e-4)
        best = rows[int(np.argmax(np.maximum(distress, joy)))]
        np.testing.assert_allclose(found.affect[turn], model.affect[best], atol=1e-4)
        np.testing.assert_allclose(found.situations[turn], model.situations[rows].max(0), atol=1e-4)


def test_nothing_is_read_twice() -> None:
    reading, model = reading_of([2, 3])
    reading.read(np.array([True, False, False, False, True]))
    reading.read(np.ones(5, dtype=bool))
    assert sorted(model.asked) == [0, 1, 2, 3, 4]


def test_a_window_that_was_not_read_cannot_count() -> None:
    reading, _ = reading_of([2])
    reading.read(np.array([True, False]))
    with pytest.raises(ValueError, match="not read"):
        reading.scores(np.ones(2, dtype=bool))


def test_the_screen_lets_windows_pass_and_tells_a_turns_clearest() -> None:
    reading, _ = reading_of([2, 1, 3])
    assert reading.first.tolist() == [0, 2, 3]
    assert reading.passed.tolist() == (reading.clear >= 0.5).tolist()
    assert reading.clearest().tolist() == [reading.clear[:2].max(), reading.clear[2], reading.clear[3:].max()]
