"""Measures a scorer on labelled turns: `welfare evaluate scorer`, and the validation figures of the model card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from classifiers.metrics import calibration_error
from classifiers.scorer_confusion import classes
from classifiers.scorer_curve import curve, reliability
from classifiers.scorer_figures import LEAST, Judged, group_numbers, label_figures
from classifiers.scorer_slices import slices
from classifiers.training_text import Example
from schemas.errors import ContractError
from schemas.labels import AFFECTS, LABELS, VOICES, Affect, Label, Voice
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
        p_distress, p_joy = float(row["p_distress"]), float(row["p_joy"])
        distress, joy = row["distress"], row["joy"]
        if not (0.0 <= p_distress <= 1.0 and 0.0 <= p_joy <= 1.0 and {type(distress), type(joy)} == {bool}):
            raise ValueError
        affect, voice = Affect(int(row["affect"])), Voice(row["voice"])
        return Prediction(str(row["id"]), p_distress, p_joy, distress, joy, affect, voice)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise ContractError(
            f"{place}: not a prediction. Needed: id, p_distress, p_joy (0 to 1), distress, joy (true or false),"
            " affect (-2 to 2), voice."
        ) from None


def predict(examples: Sequence[Example], policies: Policies | None = None) -> tuple[list[Prediction], dict[str, float]]:
    """Predictions of the scorer that [score] names, and the thresholds by label that flagged: those of [flag], or else
    the scorer's own. A window that the screen rejects counts as 0; levels and voices are of the full
    model. Raises UsageError where the scorer
    cannot be used."""
    from classifiers.scorer import likeliest
    from classifiers.scorer_plugin import scorer_of

    policies = policies or Policies()
    scorer = scorer_of(policies.score)
    least = Thresholds.chosen(scorer.card, policies, ()).own
    reading = scorer.start([example.turn for example in examples])
    reading.read(np.ones(len(reading.inputs), dtype=bool))
    screened, scores = reading.scores(reading.passed), reading.scores(np.ones(len(reading.inputs), dtype=bool))
    out = []
    for n, example in enumerate(examples):
        affect, voice = likeliest(scores.affect[n], scores.voice[n])
        distress, joy = float(screened.distress[n]), float(screened.joy[n])
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
    return out, dict(least)


def figures(
    examples: Sequence[Example], predictions: Sequence[Prediction], thresholds: Mapping[str, float] | None = None
) -> dict[str, Any]:
    """All figures, over all examples and by slice; where one is null, `reasons` beside it says why.

    thresholds: those that flagged, by label, where they are known: they are marked in the curves. Raises ContractError
    where ids do not match one to one.
    """
    by_id = {p.id: p for p in predictions}
    if len({e.id for e in examples}) != len(examples):
        raise ContractError("the gold holds an id twice. Give every turn an id of its own.")
    if len(by_id) != len(predictions) or {e.id for e in examples} != set(by_id):
        raise ContractError("gold and predictions do not hold the same ids, once each. Predict on this gold file.")
    said = [by_id[e.id] for e in examples]
    chosen = {name: value for name, value in (thresholds or {}).items() if name in LABELS}
    judged = {
        label: Judged.of(
            label,
            examples,
            [p.p_distress if label is Label.DISTRESS else p.p_joy for p in said],
            [p.distress if label is Label.DISTRESS else p.joy for p in said],
        )
        for label in LABELS
    }
    groups = group_numbers(examples)
    out: dict[str, Any] = {"n": len(examples), "conversations": len(np.unique(groups)), "thresholds": chosen}
    for label, whole in judged.items():
        found = label_figures(whole)
        absent = found["reasons"].get("recall")
        found["calibration_error"] = None if absent else calibration_error(whole.truth, whole.scores)
        found["reasons"] |= {"calibration_error": absent} if absent else {}
        out[str(label)] = found | {"reliability": reliability(whole), "curve": curve(whole, chosen.get(label))}
    for name, values in (("affect", AFFECTS), ("voice", VOICES)):
        gold, given = ([getattr(row, name) for row in rows] for rows in (examples, said))
        out |= {f"{name}_{key}": found for key, found in classes(gold, given, values, groups).items()}
    out["slices"] = {
        name: {
            value: {str(label): label_figures(whole.rows(rows), LEAST) for label, whole in judged.items()}
            for value, rows in parts.items()
        }
        for name, parts in slices(examples)
    }
    return out
