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

from classifiers.fit_screen import Taught, Text, fit_and_score, screen_figures, teach, unlearnt
from classifiers.reading import Reading, Scores, first_largest
from classifiers.scorer import Scorer
from classifiers.scorer_card import write_card
from classifiers.scorer_choose import POLICY, Raw, counts_of, own_figures_rows, predictions, source_counts, thresholds
from classifiers.scorer_evaluate import figures
from classifiers.scorer_folds import hold_out
from classifiers.screen import NoScreen, Screen
from classifiers.train_codes import fit_codes
from classifiers.train_network import Training, fit
from classifiers.train_screen import ScreenTraining
from classifiers.training_text import Example, written_examples
from classifiers.training_work import HELD, key_of, load_reading, save_reading, work_folder
from classifiers.weights_file import (
    CARD,
    CODES,
    GRAPH,
    PINNED,
    SCREEN,
    TOKENIZER,
    WEIGHTS,
    digest_of,
    read_card,
    split_weights,
)  # fmt: skip
from schemas.labels import Affect, Label

LANGUAGES = ("en",)
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a training run does. real: gold of real turns, and turns of public transcripts that we labelled. unlabelled:
    further text for the screen to learn from."""

    real: Sequence[Example] = ()
    unlabelled: Sequence[Text] = ()
    training: Training = field(default_factory=Training)
    screen: ScreenTraining = field(default_factory=ScreenTraining)

    def labelled(self) -> list[Example]:
        """Everything that the shipped model sees."""
        return [*written_examples(), *self.real]

    def texts(self) -> list[Text]:
        """What the screen learns from: the labelled turns, in order, and then the others."""
        own = [Text(e.turn, e.source, e.group, e.written) for e in self.labelled()]
        return [*own, *self.unlabelled]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What one validation model says of the turns that it did not see. reading: their windows, all read."""

    examples: Sequence[Example]
    reading: Reading

    def raw(self, clear: dict[str, NDArray[np.float64]]) -> Raw:
        """Scores before any threshold. clear: by example id, the screen's score of each of its windows."""
        found: Scores = self.reading.scores(np.ones(len(self.reading.inputs), dtype=bool))
        windows = np.concatenate([clear[e.id] for e in self.examples]) if self.examples else np.zeros(0)
        most = [first_largest(p, self.reading.first, self.reading.owners) for p in self.reading.windows()]
        return Raw(found.distress, found.joy, windows[most[0]], windows[most[1]], found.affect, found.voice)


def train_scorer(out: Path, plan: Plan, say: Say, work: Path | None = None) -> dict[str, Any]:
    """Trains into folder `out` and returns the card's JSON.

    The shipped model sees every turn. Thresholds and figures rest on models that are trained in the same way and see
    only a part (`scorer_folds`): two with real turns, so that every real turn is judged by a model that did not see its
    conversation, else one. The screen learns from the shipped model; figures rest on screens that did not see the
    conversation. work: folder of what is done so far; a run with the same turns and settings goes on from there.
    """
    with work_folder(work) as folder:
        held = []
        for seen, unseen in hold_out(written_examples(), plan.real):
            place = folder / f"fold-{key_of(plan.training, seen, unseen)}"
            held.append(judge(place, seen, unseen, plan.training, say))
        ready = folder / f"model-{key_of(plan.training, plan.labelled())}"
        if not (ready / TOKENIZER).exists():
            say(f"the model to ship: {len(plan.labelled())} turns")
            build(ready, plan.labelled(), plan.training, say)
        out.mkdir(parents=True, exist_ok=True)
        for name in (GRAPH, WEIGHTS, CODES, TOKENIZER):
            shutil.copyfile(ready / name, out / name)
    taught, clear = add_screen(out, plan, say)
    return finish(out, plan, held, taught, clear)


def judge(folder: Path, seen: Sequence[Example], unseen: Sequence[Example], training: Training, say: Say) -> HeldOut:
    """A model trained in `folder` on the seen turns, and its scores of the unseen."""
    reading = load_reading(folder / HELD)
    if reading is None:
        say(f"a model for validation: {len(seen)} turns, {len(unseen)} held out")
        build(folder, seen, training, say)
        reading = unscreened(folder).start([e.turn for e in unseen])
        reading.read(np.ones(len(reading.inputs), dtype=bool))
        save_reading(folder / HELD, reading)
    return HeldOut(unseen, reading)


def unscreened(folder: Path) -> Scorer:
    """The full model in `folder`, whose screen lets everything pass."""
    return Scorer(folder, {"digest": "", "languages": list(LANGUAGES), "thresholds": {}}, NoScreen())


def add_screen(out: Path, plan: Plan, say: Say) -> tuple[Taught, NDArray[np.float64]]:
    """Puts a screen, without a threshold yet, beside the model in `out`; what it learnt from, and the windows' scores
    by screens that did not see the conversation."""
    taught = teach(unscreened(out), plan.texts(), say)
    screen, clear = fit_and_score(taught, plan.screen, say)
    screen.save(out / SCREEN)
    return taught, clear


def build(folder: Path, examples: Sequence[Example], training: Training, say: Say) -> None:
    """Network, heads of the context codes and, last, the tokenizer into `folder`."""
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
    fit_codes(examples).save(folder / CODES)
    shutil.copyfile(encoder_folder() / "tokenizer.json", folder / TOKENIZER)


def _pin(folder: Path, card: dict[str, Any]) -> dict[str, Any]:
    card = card | {"digest": digest_of(folder, PINNED)}
    (folder / CARD).write_text(json.dumps(card, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    embedded = folder.parent.name == "weights"
    write_card(card, folder.parent.parent / "cards" / "scorer.md" if embedded else folder / "scorer.md")
    return card


def finish(
    out: Path, plan: Plan, held: Sequence[HeldOut], taught: Taught, clear: NDArray[np.float64]
) -> dict[str, Any]:
    """Thresholds, figures and card of the model in `out`, from what the validation models say.

    The shipped thresholds are chosen on all held-out turns; for the figures, each model's turns are judged at
    thresholds that were chosen on the other's. clear: see `add_screen`.
    """
    ends = np.searchsorted(taught.owners, np.arange(len(plan.labelled()) + 1))
    by_id = {e.id: clear[ends[n] : ends[n + 1]] for n, e in enumerate(plan.labelled())}
    parts = [(h.examples, h.raw(by_id), own_figures_rows(h.examples)) for h in held]
    examples = [e for h in held for e in h.examples]
    raw = Raw.joined([part for _, part, _ in parts])
    own = own_figures_rows(examples)
    chosen = thresholds(examples_at(own, examples), raw.rows(own))
    screen = pin_screen(out, screen_figures(_honest(plan, held, taught), clear, chosen))
    measured = [examples_at(rows, found) for found, _, rows in parts]
    apart = [thresholds(found, raw.rows(rows)) for found, (_, raw, rows) in zip(measured, parts, strict=True)]
    said = [
        prediction
        for n, (found, raw, _) in enumerate(parts)
        for prediction in predictions(found, raw, apart[(n + 1) % len(apart)], screen["threshold"])
    ]
    found = figures(examples_at(own, examples), [said[n] for n in own], chosen)
    validation = {str(label): found[str(label)] | {"sources": source_counts(examples, said, label)} for label in Label}
    return _pin(
        out,
        {
            "languages": list(LANGUAGES),
            "thresholds": chosen,
            "threshold_policy": POLICY,
            "screen": screen,
            "validation": validation,
            "validation_sure": found["slices"]["sure"].get("2-3"),
            "confusion": {"affect": found["affect_confusion"], "voice": found["voice_confusion"]},
            "validated_on": "real turns, out of fold" if plan.real else "a fifth of the written turns, held out",
            "trained_on": counts_of([*written_examples(), *plan.real]),
            "levels": {str(int(a)): sum(e.affect == a for e in written_examples()) for a in Affect},
            "training": asdict(plan.training) | {"screen": asdict(plan.screen)},
        },
    )


def _honest(plan: Plan, held: Sequence[HeldOut], taught: Taught) -> Taught:
    """What was taught, where labelled turns are judged by the models that did not see them."""
    number = {e.id: n for n, e in enumerate(plan.labelled())}
    windows = {}
    for part in held:
        ends = np.searchsorted(part.reading.owners, np.arange(len(part.examples) + 1))
        for n, e in enumerate(part.examples):
            own = slice(ends[n], ends[n + 1])
            windows[number[e.id]] = tuple(values[own] for values in part.reading.windows())
    return unlearnt(taught, len(number), windows)


def train_screen(out: Path, plan: Plan, say: Say) -> dict[str, Any]:
    """A new screen for the model in `out`, and the card's JSON with its figures. The others stay as they are: they rest
    on the screen that was there."""
    card = read_card(out)
    taught, clear = add_screen(out, plan, say)
    figures = screen_figures(taught, clear, card["thresholds"]) | {"later": True}
    return _pin(out, card | {"screen": pin_screen(out, figures)})


def pin_screen(out: Path, figures: dict[str, Any]) -> dict[str, Any]:
    """Stores the threshold with the screen in `out`; returns the figures."""
    screen = Screen.load(out / SCREEN)
    screen.threshold = figures["threshold"]
    screen.save(out / SCREEN)
    return figures


def examples_at(rows: Any, examples: Sequence[Example]) -> list[Example]:
    """The examples of these row numbers."""
    return [examples[n] for n in np.asarray(rows)]
