"""Trains the scorer: network, screen, thresholds, validation figures, model card. `welfare train scorer` calls it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.scorer import Scorer
from classifiers.scorer_card import write_card
from classifiers.scorer_evaluate import Prediction, figures
from classifiers.train_network import Training, fit
from classifiers.train_screen import choose_screen_threshold, fit_screen
from classifiers.training_text import Example, read_examples, written_examples
from classifiers.weights_file import CARD, GRAPH, SCREEN, TOKENIZER, WEIGHTS, digest_of, split_weights
from schemas.labels import AFFECTS, VOICES, Affect

LANGUAGES = ("en",)
DISTRESS_RECALL = 0.88
"""Least recall of distress on validation; the threshold is the highest that reaches it."""
JOY_PRECISION = 0.85
"""Least precision of joy on validation; the threshold is the lowest from which it holds."""
SCREEN_LOST = 0.02
"""Share of expressions, of either label, that the screen may lose on validation."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a training run does. folds: parts of the real turns, each scored by a model that did not see it."""

    real: Path | None = None
    folds: int = 3
    training: Training = Training()


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

    With real turns: each fold is scored by a model that saw the written examples and the other folds (grouped by
    conversation); thresholds and figures rest on these; the shipped model then sees everything. Without: a fifth of the
    written groups is held out instead, and the card says so.
    """
    written = written_examples()
    real = [] if plan.real is None else list(read_examples(plan.real))
    measured = real or written
    folds = _folds(measured, plan.folds if real else 5)
    raw: list[Raw] = []
    tested: list[Example] = []
    for number in range(max(folds) + 1 if real else 1):
        test = [e for e, fold in zip(measured, folds, strict=True) if fold == number]
        rest = [e for e, fold in zip(measured, folds, strict=True) if fold != number]
        say(f"fold {number + 1}: {len(test)} turns to score")
        folder = out / f"fold-{number}"
        _build(folder, [*(written if real else []), *rest], plan.training, say)
        raw.append(_score(folder, test))
        tested += test
        shutil.rmtree(folder)
    pooled = Raw(*(np.concatenate([getattr(r, name) for r in raw]) for name in Raw.__dataclass_fields__))
    thresholds = _thresholds(tested, pooled)
    say("final model")
    _build(out, [*written, *real], plan.training, say)
    return _finish(out, plan, thresholds, tested, pooled, {"written": len(written), "real": len(real)})


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
    chosen = float(np.quantile(raw.distress[distress], 1 - DISTRESS_RECALL, method="lower"))
    order = np.argsort(-raw.joy, kind="stable")
    precision = np.cumsum(joy[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(precision >= JOY_PRECISION)
    lowest = float(raw.joy[order][good[-1]]) if len(good) else 0.9
    screen = choose_screen_threshold(raw.screen, distress | joy, SCREEN_LOST)
    return {"distress": round(chosen, 4), "joy": round(lowest, 4), "screen": round(screen, 4)}


def _predictions(examples: Sequence[Example], raw: Raw, thresholds: dict[str, float]) -> list[Prediction]:
    out = []
    for n, example in enumerate(examples):
        passed = raw.screen[n] >= thresholds["screen"]
        distress, joy = (float(values[n]) if passed else 0.0 for values in (raw.distress, raw.joy))
        out.append(
            Prediction(
                example.id, distress, joy, distress >= thresholds["distress"], joy >= thresholds["joy"],
                AFFECTS[int(np.argmax(raw.affect[n]))], VOICES[int(np.argmax(raw.voice[n]))],
            )  # fmt: skip
        )
    return out


def _finish(
    out: Path, plan: Plan, thresholds: dict[str, float], tested: Sequence[Example], raw: Raw, sizes: dict[str, int]
) -> dict[str, Any]:
    from classifiers.screen import Screen

    screen = Screen.load(out / SCREEN)
    screen.threshold = thresholds["screen"]
    screen.save(out / SCREEN)
    measured = figures(tested, _predictions(tested, raw, thresholds))
    card = _pin(
        out,
        {
            "languages": list(LANGUAGES),
            "thresholds": {name: thresholds[name] for name in ("distress", "joy")},
            "screen_passes": float((raw.screen >= thresholds["screen"]).mean()),
            "validation": {label: measured[label] for label in ("distress", "joy")},
            "validation_sure": measured["slices"]["sure"].get("2-3"),
            "confusion": {"affect": measured["affect_confusion"], "voice": measured["voice_confusion"]},
            "validated_on": "real turns, out of fold" if plan.real else "written turns, held-out groups",
            "trained_on": sizes,
            "levels": {str(int(a)): sum(e.affect == a for e in written_examples()) for a in Affect},
            "training": asdict(plan.training),
        },
    )
    write_card(card, out.parent.parent / "cards" / "scorer.md" if out.parent.name == "weights" else out / "scorer.md")
    return card
