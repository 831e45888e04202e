"""From a trained model and any text to its screen: what to learn, scores of windows not learnt from, the threshold."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from classifiers.metrics import wilson
from classifiers.scorer import Scorer
from classifiers.screen import Screen
from classifiers.turn import ModelTurn
from schemas.labels import LABELS

if TYPE_CHECKING:
    from classifiers.train_screen import Lesson, ScreenTraining

LOST = 0.02
"""Share of the turns that the full model flags which the screen may lose."""
FOLDS = 3
"""Every window gets a score of a screen that learnt from other conversations only: of one of so many."""
LEAST_FLAGGED = 100
"""With fewer flagged turns of real conversations, the threshold rests on written ones too."""
_CALM = 6_000
"""Most windows of a source without affect that are learnt from."""
_AFFECT, _WEIGHT = 0.5, 4.0
"""A window with at least this probability weighs so much."""
_CHUNK = 400
Say = Callable[[str], None]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Text:
    """A turn for the screen to learn from. group: its conversation. written: made for the project."""

    turn: ModelTurn
    source: str
    group: str
    written: bool = False


@dataclass(frozen=True, slots=True)
class Taught:
    """Windows of n texts and what a full model says of each: inputs, owners, distress, joy [windows]. learnt: whether
    that model was trained on some of the texts."""

    texts: Sequence[Text]
    inputs: list[tuple[list[int], list[int]]]
    owners: NDArray[np.int64]
    distress: Values
    joy: Values
    learnt: bool = True


def teach(scorer: Scorer, texts: Sequence[Text], say: Say) -> Taught:
    """What the scorer's full model says of all windows."""
    inputs: list[tuple[list[int], list[int]]] = []
    owners, distress, joy = [], [], []
    for start in range(0, len(texts), _CHUNK):
        reading = scorer.start([text.turn for text in texts[start : start + _CHUNK]])
        reading.read(np.ones(len(reading.inputs), dtype=bool))
        found = reading.windows()
        inputs += reading.inputs
        owners.append(reading.owners + start)
        distress.append(found[0])
        joy.append(found[1])
    say(f"the full model has read {len(inputs)} windows for the screen to learn from")
    return Taught(texts, inputs, np.concatenate(owners), np.concatenate(distress), np.concatenate(joy))


def fit_and_score(taught: Taught, settings: ScreenTraining, say: Say) -> tuple[Screen, Values]:
    """A screen that learnt from all windows, and [windows] scores by screens that did not see the conversation."""
    fold = np.array([_fold(text.group) for text in taught.texts])[taught.owners]
    lessons = _lessons(taught)
    parts = [[one for n, one in lessons if fold[n] != number] for number in range(FOLDS)]
    parts.append([one for _, one in lessons])
    say(f"{FOLDS + 1} screens learn from {len(lessons)} windows, two at a time")
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        screens = list(pool.map(_fit, parts, [settings] * len(parts)))
    clear = np.zeros(len(taught.inputs))
    for number, screen in enumerate(screens[:FOLDS]):
        rows = np.flatnonzero(fold == number)
        clear[rows] = screen.score([taught.inputs[row] for row in rows])
    return screens[FOLDS], clear


def _fit(lessons: list[Lesson], settings: ScreenTraining) -> Screen:
    from classifiers.train_screen import fit

    return fit(lessons, settings, lambda line: None)


def _fold(group: str) -> int:
    return int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) % FOLDS


def _lessons(taught: Taught) -> list[tuple[int, Lesson]]:
    """Windows with affect, and of each source at most `_CALM` others, drawn by a hash of the conversation."""
    from classifiers.train_screen import Lesson

    affect = np.maximum(taught.distress, taught.joy)
    draw = np.random.default_rng(1).random(len(affect))
    left: dict[str, int] = {}
    out = []
    for row in np.argsort(draw):
        source = taught.texts[taught.owners[row]].source
        if affect[row] < _AFFECT / 5:
            left[source] = left.get(source, _CALM) - 1
            if left[source] < 0:
                continue
        ids, types = taught.inputs[row]
        turn = types.index(1)
        lesson = Lesson(
            np.array(ids[turn:-1], np.int64),
            np.array(ids[1 : turn - 1], np.int64),
            (float(taught.distress[row]), float(taught.joy[row])),
            _WEIGHT if affect[row] >= _AFFECT else 1.0,
        )
        out.append((int(row), lesson))
    return out


def unlearnt(taught: Taught, labelled: int, held: Mapping[int, Sequence[Values]]) -> Taught:
    """What models say that were not trained on the turn: of its own turns a model remembers what no screen can see.

    labelled: so many texts, the first, were trained on. held: of some of these, distress and joy of each window by a
    model that did not see the turn. The other labelled ones count as without either.
    """
    ends = np.searchsorted(taught.owners, np.arange(labelled + 1))
    found = [np.where(taught.owners < labelled, 0.0, values) for values in (taught.distress, taught.joy)]
    for number, windows in held.items():
        for values, own in zip(found, windows, strict=True):
            values[ends[number] : ends[number + 1]] = own
    return replace(taught, learnt=False, distress=found[0], joy=found[1])


def screen_figures(taught: Taught, clear: Values, flags: Mapping[str, float]) -> dict[str, Any]:
    """The threshold, and what it costs and saves.

    clear: [windows] scores of screens that did not see the conversation. flags: threshold by label of the full model.
    A turn is lost where every window that flags it is rejected. `lost`: share with its Wilson interval. `passes`:
    share of the windows of each source of real conversations that the full model reads.
    """
    values = {str(label): getattr(taught, str(label)) for label in LABELS}
    flagged = np.any([values[label] >= flags[label] for label in values], axis=0)
    best: dict[int, float] = {}
    for row in np.flatnonzero(flagged):
        owner = int(taught.owners[row])
        best[owner] = max(best.get(owner, 0.0), float(clear[row]))
    real = [value for owner, value in best.items() if not taught.texts[owner].written]
    chosen = real if len(real) >= LEAST_FLAGGED else list(best.values())
    threshold = float(np.quantile(chosen, LOST, method="lower")) if chosen else 0.0
    sources = np.array([text.source for text in taught.texts])[taught.owners]
    written = np.array([text.written for text in taught.texts])[taught.owners]
    passes = {str(s): float((clear[sources == s] >= threshold).mean()) for s in np.unique(sources[~written])}
    return {
        "threshold": threshold,
        "flagged": len(chosen),
        "of": ("real conversations" if chosen is real else "real and written conversations")
        + (", some of which it was trained on," if taught.learnt else ""),
        "lost": wilson(sum(value < threshold for value in chosen), len(chosen)),
        "lost_written": wilson(
            sum(v < threshold for o, v in best.items() if taught.texts[o].written),
            sum(taught.texts[o].written for o in best),
        ),
        "passes": passes,
    }
