"""Measures a trained name model within the whole scrubber, and fills the model card from what was
measured."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from classifiers.scrub_corpora import PRESIDIO, TWEETS, WNUT_DEV, read_conll, read_presidio_all
from classifiers.scrub_evaluate import evaluate
from classifiers.scrub_fill import TEMPLATES
from classifiers.scrub_gold import make_gold
from classifiers.scrubber import Scrubber
from schemas.policy import ScrubPolicy

GOLD_SEEDS = (101, 102, 103, 104, 105)
GOLD_FILLS = 8
SPEED_CHARACTERS = 600_000
TRANSCRIPTS = ("oasst_sample", "wildchat_en", "sgd_train")
FRAME = TEMPLATES / "card.md"


def measure(weights: Path, corpora: Path | None) -> dict[str, Any]:
    """Reports by name: `gold` for each seed, and, where the corpora are there, held-out corpora and
    transcripts."""
    scrubber = Scrubber(ScrubPolicy(), weights)
    found: dict[str, Any] = {"gold": [evaluate(make_gold(seed, GOLD_FILLS), scrubber) for seed in GOLD_SEEDS]}
    if corpora is None:
        return found
    found["presidio"] = evaluate(read_presidio_all(corpora / PRESIDIO, "held_out"), scrubber)
    found["wnut"] = evaluate(_social(corpora / WNUT_DEV, ""), scrubber)
    found["tweets"] = evaluate(_social(corpora / TWEETS, "held_out"), scrubber)
    found["transcripts"] = {name: _transcripts(corpora / "transcripts", name, scrubber) for name in TRANSCRIPTS}
    return found


def _social(path: Path, fold: str) -> Iterator[dict[str, Any]]:
    """Gold of persons and places; @-mentions, which a pattern finds, count as a type of their own."""
    for number, item in enumerate(read_conll(path, fold)):
        spans = []
        for start, end, kind in item.spans:
            mention = item.text[max(0, start - 1) : start + 1].find("@") >= 0
            if kind in ("PERSON", "LOCATION"):
                spans.append({"start": start, "end": end, "type": "MENTION" if mention else kind})
        yield {"id": number, "text": item.text, "spans": spans}


def _transcripts(folder: Path, name: str, scrubber: Scrubber) -> dict[str, float]:
    """Share of characters masked, and kilobytes a second of processor time, over the first conversations
    of a file."""
    size = hidden = spent = 0.0
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as stream:
        for line in stream:
            texts = [message["content"] or "" for message in json.loads(line)["messages"]]
            began = time.process_time()
            spans = scrubber.find(texts)
            scrubber_time = time.process_time() - began
            spent += scrubber_time
            size += sum(map(len, texts))
            hidden += sum(span.end - span.start for found in spans for span in found)
            if size > SPEED_CHARACTERS and name != "wildchat_en":
                break
    return {
        "characters": size,
        "masked": round(hidden / size, 4),
        "kb_per_second": round(size / spent / 1000),
    }


def card(run: dict[str, Any], figures: dict[str, Any]) -> str:
    """The model card in Markdown, from what `train` returned and `measure` found."""
    made = (
        f"Made by `welfare train scrubber` with seed {run['seed']}: {run['words']:,} words in "
        f"{run['steps']:,} steps,"
        f" {run['seconds']} s of one core. sha256 of the weights: `{run['sha256']}`."
    )
    tables = [_gold_table(figures["gold"])]
    if "presidio" in figures:
        tables += [_corpora_table(figures), _transcript_table(figures["transcripts"])]
    frame = FRAME.read_text(encoding="utf-8")
    return frame.replace("{{run}}", made).replace("{{figures}}", "\n\n".join(tables))


def _gold_table(reports: list[dict[str, Any]]) -> str:
    lines = [
        f"Synthetic gold, {len(reports)} seeds of {reports[0]['items']} items, templates and values never "
        f"trained on. The mean"
        " over seeds, and the lowest lower end of a seed's interval:\n",
        "| type | casing | recall | lowest end |",
        "|---|---|---|---|",
    ]
    for casing in sorted(reports[0]["by_casing"]):
        parts = [report["by_casing"][casing] for report in reports]
        for kind in sorted(parts[0]["entities"]):
            ratios = [part["entities"][kind]["recall"] for part in parts if kind in part["entities"]]
            lines.append(f"| {kind} | {casing} | {_mean(ratios)} | {min(r['low'] for r in ratios):.3f} |")
    for name in ("recall", "precision"):
        ratios = [report[name] for report in reports]
        lines.append(f"| all, {name} | all | {_mean(ratios)} | {min(r['low'] for r in ratios):.3f} |")
    return "\n".join(lines)


def _mean(ratios: Iterable[dict[str, Any]]) -> str:
    values = [ratio["value"] for ratio in ratios]
    return f"{sum(values) / len(values):.3f}"


def _corpora_table(figures: dict[str, Any]) -> str:
    lines = ["Corpora by others, parts never trained on:\n", "| corpus | type | recall |", "|---|---|---|"]
    names = {"presidio": "presidio-research", "wnut": "WNUT17 dev", "tweets": "Broad Twitter, a fifth"}
    for key, name in names.items():
        for kind, figure in figures[key]["entities"].items():
            ratio = figure["recall"]
            lines.append(f"| {name} | {kind} | {ratio['value']:.3f} [{ratio['low']:.3f}, {ratio['high']:.3f}] |")
    lines.append(
        "\nDATE_TIME holds dates of every kind; the scrubber masks those of birth. MENTION: names behind an "
        "@. Countries and"
        " well-known makers stay by intent, which costs recall on LOCATION and ORGANIZATION."
    )
    return "\n".join(lines)


def _transcript_table(found: dict[str, dict[str, float]]) -> str:
    lines = ["Real transcripts, one core:\n", "| file | share of characters masked | KB/s |", "|---|---|---|"]
    lines += [f"| {name} | {100 * f['masked']:.1f} % | {f['kb_per_second']:.0f} |" for name, f in found.items()]
    return "\n".join(lines)
