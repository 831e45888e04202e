"""Trains the scorer: network, screen, thresholds, validation figures, model card. `welfare train scorer` calls it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from classifiers.scorer import Scorer
from classifiers.scorer_card import write_card
from classifiers.scorer_choose import POLICY, Raw, counts_of, own_figures_rows, predictions, source_counts, thresholds
from classifiers.scorer_evaluate import figures
from classifiers.scorer_folds import hold_out
from classifiers.screen import Screen
from classifiers.train_network import Training, fit
from classifiers.train_screen import fit_screen
from classifiers.training_text import Example, written_examples
from classifiers.weights_file import CARD, GRAPH, SCREEN, TOKENIZER, WEIGHTS, digest_of, split_weights
from schemas.labels import Affect, Label

LANGUAGES = ("en",)
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a training run does. real: gold of real turns, and turns of public transcripts that we labelled."""

    real: Sequence[Example] = ()
    training: Training = field(default_factory=Training)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What one validation model says of the turns that it did not see."""

    examples: Sequence[Example]
    raw: Raw


def train_scorer(out: Path, plan: Plan, say: Say) -> dict[str, Any]:
    """Trains into folder `out` and returns the card's JSON.

    The shipped model sees every turn. Thresholds and figures rest on models that are trained in the same way and see
    only a part (`scorer_folds`): two with real turns, so that every real turn is judged by a model that did not see its
    conversation, else one.
    """
    written = written_examples()
    held = []
    for seen, unseen in hold_out(written, plan.real):
        with TemporaryDirectory() as folder:
            held.append(judge(Path(folder), seen, unseen, plan.training, say))
    say(f"the model to ship: {len(written) + len(plan.real)} turns")
    build(out, [*written, *plan.real], plan.training, say)
    return finish(out, plan, held)


def judge(folder: Path, seen: Sequence[Example], unseen: Sequence[Example], training: Training, say: Say) -> HeldOut:
    """A model trained in `folder` on the seen turns, and its scores of the unseen."""
    say(f"a model for validation: {len(seen)} turns, {len(unseen)} held out")
    build(folder, seen, training, say)
    scorer = Scorer(folder)
    turns = [e.turn for e in unseen]
    scores = scorer.score(turns)
    return HeldOut(unseen, Raw(scores.distress, scores.joy, scorer.screen.score(turns), scores.affect, scores.voice))


def build(folder: Path, examples: Sequence[Example], training: Training, say: Say) -> None:
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


def finish(out: Path, plan: Plan, held: Sequence[HeldOut]) -> dict[str, Any]:
    """Thresholds, figures and card of the model in `out`, from what the validation models say.

    The shipped thresholds are chosen on all held-out turns; for the figures, each model's turns are judged at
    thresholds that were chosen on the other's.
    """
    parts = [(h.examples, h.raw, own_figures_rows(h.examples)) for h in held]
    examples = [e for h in held for e in h.examples]
    measured = [examples_at(rows, found) for found, _, rows in parts]
    apart = [thresholds(found, raw.rows(rows)) for found, (_, raw, rows) in zip(measured, parts, strict=True)]
    said = [
        prediction
        for n, (found, raw, _) in enumerate(parts)
        for prediction in predictions(found, raw, apart[(n + 1) % len(apart)])
    ]
    raw = Raw.joined([part for _, part, _ in parts])
    own = own_figures_rows(examples)
    chosen = thresholds(examples_at(own, examples), raw.rows(own))
    screen = Screen.load(out / SCREEN)
    screen.threshold = chosen["screen"]
    screen.save(out / SCREEN)
    found = figures(examples_at(own, examples), [said[n] for n in own], chosen)
    validation = {str(label): found[str(label)] | {"sources": source_counts(examples, said, label)} for label in Label}
    card = _pin(
        out,
        {
            "languages": list(LANGUAGES),
            "thresholds": {name: chosen[name] for name in ("distress", "joy")},
            "threshold_policy": POLICY,
            "screen_passes": float((raw.rows(own).screen >= chosen["screen"]).mean()),
            "validation": validation,
            "validation_sure": found["slices"]["sure"].get("2-3"),
            "confusion": {"affect": found["affect_confusion"], "voice": found["voice_confusion"]},
            "validated_on": "real turns, out of fold" if plan.real else "a fifth of the written turns, held out",
            "trained_on": counts_of([*written_examples(), *plan.real]),
            "levels": {str(int(a)): sum(e.affect == a for e in written_examples()) for a in Affect},
            "training": asdict(plan.training),
        },
    )
    embedded = out.parent.name == "weights"
    write_card(card, out.parent.parent / "cards" / "scorer.md" if embedded else out / "scorer.md")
    return card


def examples_at(rows: Any, examples: Sequence[Example]) -> list[Example]:
    """The examples of these row numbers."""
    return [examples[n] for n in np.asarray(rows)]
