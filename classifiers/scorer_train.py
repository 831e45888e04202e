"""Trains the scorer: network, screen, thresholds, validation figures, model card. `welfare train scorer` calls it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.scorer import Scorer
from classifiers.scorer_card import write_card
from classifiers.scorer_evaluate import Prediction, figures
from classifiers.screen import Screen
from classifiers.train_network import Training, fit
from classifiers.train_screen import choose_screen_threshold, fit_screen
from classifiers.training_text import Example, read_examples, written_examples
from classifiers.weights_file import CARD, GRAPH, SCREEN, TOKENIZER, WEIGHTS, digest_of, split_weights
from schemas.labels import AFFECTS, VOICES, Affect

LANGUAGES = ("en",)
DISTRESS_FALSE = 0.02
"""Most neutral turns that may pass the distress threshold, on validation turns enriched with hard negatives. The
threshold is the lowest that keeps to it: recall as high as that allows."""
JOY_BETA = 0.5
"""The joy threshold is where F-beta is largest on validation: with 0.5, precision counts twice as much as recall."""
SCREEN_LOST = 0.02
"""Share of expressions, of either label, that the screen may lose on validation."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a training run does. real: labelled real turns, one half to train on and one half to validate on."""

    real: Path | None = None
    training: Training = field(default_factory=Training)


@dataclass(frozen=True, slots=True)
class Raw:
    """Scores of n turns before any threshold: distress, joy, screen [n]; affect [n, 5]; voice [n, 4]."""

    distress: NDArray[np.float64]
    joy: NDArray[np.float64]
    screen: NDArray[np.float64]
    affect: NDArray[np.float64]
    voice: NDArray[np.float64]


def train_scorer(out: Path, plan: Plan, say: Say) -> dict[str, Any]:
    """Trains into folder `out` and returns the card's JSON.

    With real turns: the model sees the written examples and one half of the real ones; thresholds and figures rest on
    the other half, which it did not see (halves by conversation). Without: a fifth of the written groups is held out
    instead, and the card says so.
    """
    seen, held, sizes = split(plan.real)
    say(f"training on {len(seen)} turns, {len(held)} held out")
    _build(out, seen, plan.training, say)
    return finish(out, plan, held, sizes)


def split(real_file: Path | None) -> tuple[list[Example], list[Example], dict[str, int]]:
    """(turns to train on, turns held out, sizes for the card)."""
    written = written_examples()
    real = [] if real_file is None else list(read_examples(real_file))
    measured = real or written
    folds = _folds(measured, 2 if real else 5)
    held = [e for e, fold in zip(measured, folds, strict=True) if fold == 0]
    rest = [e for e, fold in zip(measured, folds, strict=True) if fold != 0]
    seen = [*written, *rest] if real else rest
    return seen, held, {"written": len(seen) - len(rest) if real else len(rest), "real": len(rest) if real else 0}


def _folds(examples: Sequence[Example], count: int) -> list[int]:
    """A fold for each example: whole groups, the groups with affect spread evenly."""
    affect: dict[str, tuple[bool, bool]] = {}
    for e in examples:
        distress, joy = affect.get(e.group, (False, False))
        affect[e.group] = (distress or e.distress, joy or e.joy)
    order = sorted(affect, key=lambda group: (affect[group], digest_order(group)))
    place = {group: n % count for n, group in enumerate(order)}
    return [place[e.group] for e in examples]


def digest_order(group: str) -> str:
    """A key that shuffles groups in the same way everywhere."""
    import hashlib

    return hashlib.sha256(group.encode()).hexdigest()


def _build(folder: Path, examples: Sequence[Example], training: Training, say: Say) -> None:
    """Network, screen and tokenizer into `folder`, with a card that pins them and no thresholds yet."""
    import torch

    from classifiers.network import encoder_folder

    folder.mkdir(parents=True, exist_ok=True)
    network = fit(examples, training, say)
    sample = torch.ones((2, 8), dtype=torch.int64)
    names = ["input_ids", "token_type_ids", "attention_mask"]
    model_file = folder / "whole.onnx"
    torch.onnx.export(
        network, (sample, sample, sample), str(model_file), input_names=names,
        output_names=["affect", "voice", "situations"],
        dynamic_axes={name: {0: "turns", 1: "length"} for name in names}, opset_version=17, dynamo=False,
    )  # fmt: skip
    split_weights(model_file, folder)
    model_file.unlink()
    fit_screen(examples).save(folder / SCREEN)
    shutil.copyfile(encoder_folder() / "tokenizer.json", folder / TOKENIZER)
    _pin(folder, {"languages": list(LANGUAGES), "thresholds": {}})


def _pin(folder: Path, card: dict[str, Any]) -> dict[str, Any]:
    card = card | {"digest": digest_of(folder, (GRAPH, WEIGHTS, SCREEN, TOKENIZER))}
    (folder / CARD).write_text(json.dumps(card, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return card


def _score(folder: Path, examples: Sequence[Example]) -> Raw:
    scorer = Scorer(folder)
    turns = [e.turn for e in examples]
    scores = scorer.score(turns)
    return Raw(scores.distress, scores.joy, scorer.screen.score(turns), scores.affect, scores.voice)


def _thresholds(examples: Sequence[Example], raw: Raw) -> dict[str, float]:
    """distress by recall, joy by precision, screen by the share lost; see the constants above."""
    distress = np.array([e.distress for e in examples])
    joy = np.array([e.joy for e in examples])
    neutral = raw.distress[np.array([e.affect == Affect.NEUTRAL for e in examples])]
    chosen = float(np.quantile(neutral, 1 - DISTRESS_FALSE, method="higher")) if len(neutral) else 0.5
    screen = choose_screen_threshold(raw.screen, distress | joy, SCREEN_LOST)
    found = {"distress": chosen + 1e-4, "joy": _best_f(joy, raw.joy), "screen": screen}
    return {name: round(value, 4) for name, value in found.items()}


def _best_f(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    """The threshold at which F-beta (van Rijsbergen 1979, ch. 7) is largest; the highest such."""
    if not truth.any():
        return 0.9
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(truth[order])
    taken = np.arange(1, len(order) + 1)
    beta = JOY_BETA**2
    f = (1 + beta) * hits / (beta * truth.sum() + taken)
    return float(scores[order][int(np.argmax(f))])


def _predictions(examples: Sequence[Example], raw: Raw, thresholds: dict[str, float]) -> list[Prediction]:
    out = []
    for n, example in enumerate(examples):
        passed = raw.screen[n] >= thresholds["screen"]
        distress, joy = (float(values[n]) if passed else 0.0 for values in (raw.distress, raw.joy))
        out.append(
            Prediction(
                example.id,
                distress,
                joy,
                distress >= thresholds["distress"],
                joy >= thresholds["joy"],
                AFFECTS[int(np.argmax(raw.affect[n]))],
                VOICES[int(np.argmax(raw.voice[n]))],
            )  # fmt: skip
        )
    return out


def finish(out: Path, plan: Plan, held: Sequence[Example], sizes: dict[str, int]) -> dict[str, Any]:
    """Thresholds, figures and card of the model in `out`, measured on the held-out turns."""
    raw = _score(out, held)
    thresholds = _thresholds(held, raw)
    screen = Screen.load(out / SCREEN)
    screen.threshold = thresholds["screen"]
    screen.save(out / SCREEN)
    measured = figures(held, _predictions(held, raw, thresholds))
    card = _pin(
        out,
        {
            "languages": list(LANGUAGES),
            "thresholds": {name: thresholds[name] for name in ("distress", "joy")},
            "screen_passes": float((raw.screen >= thresholds["screen"]).mean()),
            "validation": {label: measured[label] for label in ("distress", "joy")},
            "validation_sure": measured["slices"]["sure"].get("2-3"),
            "confusion": {"affect": measured["affect_confusion"], "voice": measured["voice_confusion"]},
            "validated_on": "real turns that the model did not see" if plan.real else "written turns, held-out groups",
            "trained_on": sizes,
            "levels": {str(int(a)): sum(e.affect == a for e in written_examples()) for a in Affect},
            "training": asdict(plan.training),
        },
    )
    embedded = out.parent.name == "weights"
    write_card(card, out.parent.parent / "cards" / "scorer.md" if embedded else out / "scorer.md")
    return card
