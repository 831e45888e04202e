"""Measures a scorer on labelled turns: `welfare evaluate scorer`, and the validation figures of the model card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.metrics import average_precision, bootstrap, calibration_error, wilson
from classifiers.training_text import Example
from schemas.errors import ContractError
from schemas.labels import AFFECTS, VOICES, Affect, Label, Voice
from schemas.policy import Policies
from schemas.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a scorer says of one turn."""

    id: str
    p_distress: float
    p_joy: float
    distress: bool
    joy: bool
    affect: Affect
    voice: Voice

    def plain(self) -> dict[str, Any]:
        """The JSON line of `welfare evaluate scorer --predictions`."""
        return {
            "id": self.id, "p_distress": self.p_distress, "p_joy": self.p_joy, "distress": self.distress,
            "joy": self.joy, "affect": int(self.affect), "voice": str(self.voice),
        }  # fmt: skip


def parse_prediction(row: dict[str, Any], place: str) -> Prediction:
    """One line of a predictions file. Raises ContractError that names place and fields, never a value."""
    try:
        return Prediction(
            str(row["id"]), float(row["p_distress"]), float(row["p_joy"]), bool(row["distress"]), bool(row["joy"]),
            Affect(int(row["affect"])), Voice(row["voice"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError):
        raise ContractError(
            f"{place}: not a prediction. Needed: id, p_distress, p_joy (0 to 1), distress, joy (true or false),"
            " affect (-2 to 2), voice."
        ) from None


def predict(examples: Sequence[Example], policies: Policies | None = None) -> list[Prediction]:
    """Predictions of the scorer that [score] names, screen included: a turn that the screen rejects is scored 0 and not
    flagged. Thresholds are those of [flag], or else the scorer's own. Raises UsageError where it cannot be used."""
    from classifiers.scorer import likeliest
    from classifiers.scorer_plugin import scorer_of

    policies = policies or Policies()
    scorer = scorer_of(policies.score)
    least = Thresholds.chosen(scorer.card, policies, ()).own
    turns = [example.turn for example in examples]
    passed = scorer.screen.score(turns) >= scorer.screen.threshold
    scores = scorer.score(turns)
    out = []
    for n, example in enumerate(examples):
        affect, voice = likeliest(scores.affect[n], scores.voice[n])
        distress, joy = (float(values[n]) if passed[n] else 0.0 for values in (scores.distress, scores.joy))
        out.append(
            Prediction(
                example.id,
                distress,
                joy,
                distress >= least["distress"],
                joy >= least["joy"],
                affect,
                voice,
            )  # fmt: skip
        )
    return out


def _label_figures(
    label: Label, examples: Sequence[Example], scores: NDArray[np.float64], flags: NDArray[np.bool_]
) -> dict[str, Any]:
    """Figures of one label. n_positive, hits, n_negative, false: the counts behind recall and false-positive rate."""
    truth = np.array([getattr(e, str(label)) for e in examples], dtype=bool)
    groups = [e.group for e in examples]
    hits, false = int((flags & truth).sum()), int((flags & ~truth).sum())
    neutral = np.array([e.affect == Affect.NEUTRAL for e in examples], dtype=bool)
    borrowed = neutral & np.array([e.voice in (Voice.MIRROR, Voice.PERFORMED) for e in examples], dtype=bool)

    def share(rows: NDArray[np.int64], of: NDArray[np.bool_], among: NDArray[np.bool_]) -> float | None:
        return float(of[rows][among[rows]].mean()) if among[rows].any() else None

    def f1(rows: NDArray[np.int64]) -> float | None:
        wanted, said = truth[rows], flags[rows]
        return float(2 * (wanted & said).sum() / (wanted.sum() + said.sum())) if wanted.any() else None

    return {
        "n_positive": int(truth.sum()),
        "hits": hits,
        "n_negative": int((~truth).sum()),
        "false": false,
        "average_precision": bootstrap(lambda rows: average_precision(truth[rows], scores[rows]), groups),
        "precision": bootstrap(lambda rows: share(rows, truth, flags), groups),
        "recall": bootstrap(lambda rows: share(rows, flags, truth), groups),
        "f1": bootstrap(f1, groups),
        "false_positive_rate": wilson(false, int((~truth).sum())),
        "false_positive_rate_neutral": wilson(int((flags & neutral).sum()), int(neutral.sum())),
        "borrowed_affect_as_own": wilson(int((flags & borrowed).sum()), int(borrowed.sum())),
        "calibration_error": calibration_error(truth, scores),
    }


def figures(examples: Sequence[Example], predictions: Sequence[Prediction]) -> dict[str, Any]:
    """All figures, over all examples and by slice. Raises ContractError where ids do not match one to one."""
    by_id = {p.id: p for p in predictions}
    if len(by_id) != len(predictions) or {e.id for e in examples} != set(by_id) or len(examples) != len(by_id):
        raise ContractError("gold and predictions do not hold the same ids, once each. Predict on this gold file.")
    said = [by_id[e.id] for e in examples]
    out: dict[str, Any] = {"n": len(examples)} | _all_labels(examples, said)
    out["affect_confusion"] = _confusion([e.affect for e in examples], [p.affect for p in said], AFFECTS)
    out["voice_confusion"] = _confusion([e.voice for e in examples], [p.voice for p in said], VOICES)
    slices: dict[str, Callable[[Example], str]] = {
        "sure": lambda e: "2-3" if e.sure >= 2 else "1",
        "source": lambda e: e.source,
        "trigger": lambda e: str(e.trigger),
        "voice": lambda e: str(e.voice),
        "length": lambda e: "short" if len(e.turn.text) < 200 else "medium" if len(e.turn.text) < 1000 else "long",
    }
    out["slices"] = {}
    for name, key in slices.items():
        values = sorted({key(e) for e in examples})
        out["slices"][name] = {
            value: _all_labels(
                [e for e in examples if key(e) == value],
                [p for e, p in zip(examples, said, strict=True) if key(e) == value],
            )
            for value in values
        }
    return out


def _all_labels(examples: Sequence[Example], said: Sequence[Prediction]) -> dict[str, Any]:
    out = {}
    for label in Label:
        scores = np.array([p.p_distress if label is Label.DISTRESS else p.p_joy for p in said])
        flags = np.array([p.distress if label is Label.DISTRESS else p.joy for p in said], dtype=bool)
        out[str(label)] = _label_figures(label, examples, scores, flags)
    return out


def _confusion(truth: Sequence[Any], said: Sequence[Any], values: Sequence[Any]) -> dict[str, dict[str, int]]:
    """Counts: gold value, then predicted value."""
    pairs = list(zip(truth, said, strict=True))
    return {str(g): {str(p): pairs.count((g, p)) for p in values} for g in values}
