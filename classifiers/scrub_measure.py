"""Measures the whole scrubber: on the project's synthetic gold, on corpora by others, on real transcripts."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from classifiers.scrub_corpora import PRESIDIO, TWEETS, WNUT_DEV, read_conll, read_presidio_all
from classifiers.scrub_evaluate import evaluate
from classifiers.scrub_forms import make_forms
from classifiers.scrub_gold import make_gold
from classifiers.scrubber import Scrubber

GOLD_SEEDS = (101, 102, 103, 104, 105)
NAME_FILLS = 2
IDENTIFIER_FILLS = 24
FORM_VALUES = 200
"""Values of each kind in written forms, for each seed."""
SPEED_CHARACTERS = 600_000
TRANSCRIPTS = ("oasst_sample", "wildchat_en", "sgd_train")


def measure(scrubber: Scrubber, corpora: Path | None) -> dict[str, Any]:
    """Reports by name: `gold` and `forms` over all seeds, and, where the corpora are there, what others labelled and
    how much of real transcripts is masked."""
    found: dict[str, Any] = {
        "seeds": len(GOLD_SEEDS),
        "gold": evaluate(_seeded(lambda seed: make_gold(seed, NAME_FILLS, IDENTIFIER_FILLS)), scrubber),
        "forms": evaluate(_seeded(lambda seed: make_forms(seed, FORM_VALUES)), scrubber),
    }
    if corpora is None:
        return found
    found["presidio"] = evaluate(read_presidio_all(corpora / PRESIDIO, "held_out"), scrubber)
    found["wnut"] = evaluate(_social(corpora / WNUT_DEV, ""), scrubber)
    found["tweets"] = evaluate(_social(corpora / TWEETS, "held_out"), scrubber)
    found["transcripts"] = {name: _transcripts(corpora / "transcripts", name, scrubber) for name in TRANSCRIPTS}
    return found


def _seeded(make: Any) -> Iterator[dict[str, Any]]:
    """Gold lines of all seeds, with ids of their own."""
    for seed in GOLD_SEEDS:
        for line in make(seed):
            yield line | {"id": f"{seed}-{line['id']}"}


def _social(path: Path, fold: str) -> Iterable[dict[str, Any]]:
    """Gold of persons and places; @-mentions, which a pattern finds, count as a type of their own."""
    for number, item in enumerate(read_conll(path, fold)):
        spans = []
        for start, end, kind in item.spans:
            mention = item.text[max(0, start - 1) : start + 1].find("@") >= 0
            if kind in ("PERSON", "LOCATION"):
                spans.append({"start": start, "end": end, "type": "MENTION" if mention else kind})
        yield {"id": number, "text": item.text, "spans": spans}


def _transcripts(folder: Path, name: str, scrubber: Scrubber) -> dict[str, float]:
    """Share of characters masked, and thousands of characters a second of processor time, over the first
    conversations of a file; the whole file where it is the one that the limits are set for."""
    size = hidden = spent = 0.0
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as stream:
        for line in stream:
            texts = [message["content"] or "" for message in json.loads(line)["messages"]]
            began = time.process_time()
            spans = scrubber.find(texts)
            spent += time.process_time() - began
            size += sum(map(len, texts))
            hidden += sum(span.end - span.start for found in spans for span in found)
            if size > SPEED_CHARACTERS and name != "wildchat_en":
                break
    return {"characters": size, "masked": round(hidden / size, 4), "kb_per_second": round(size / spent / 1000)}
