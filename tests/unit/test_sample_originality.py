"""The sample trial shares no sentence with the text that the scorer is trained on; else it would test its memory."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from jobs.sample.banks import load_banks
from jobs.sample.dice import Dice
from jobs.sample.generate import generate
from jobs.sample.grammar import Filler, Template, expand

TRAINING_TEXT = Path(__file__).parents[2] / "classifiers" / "training_text"
EXPANSIONS = 4


def sentences(text: str) -> Iterator[str]:
    """Sentences of at least five words, without case, punctuation and spacing."""
    for sentence in re.split(r"[.!?…:;\n]+", text.lower()):
        words = re.findall(r"\w+", sentence.replace("'", "").replace("’", ""))
        if len(words) >= 5:
            yield " ".join(words)


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)


def training_sentences() -> set[str]:
    lines = (line for file in sorted(TRAINING_TEXT.rglob("*.jsonl")) for line in file.open(encoding="utf-8"))
    return {s for line in lines for text in strings(json.loads(line)) for s in sentences(text)}


def bank_texts() -> Iterator[tuple[str, Template]]:
    banks = load_banks()
    exchanges = [e for group in banks.exchanges.values() for e in group]
    for scene in (*banks.scenes, *exchanges):
        for turn in scene.turns:
            yield from ((scene.id, t) for t in (*turn.text, *turn.thinking, *turn.pool))
    for group in (banks.frames, banks.carriers):
        for records in group.values():
            yield from ((type(r).__name__, t) for r in records for t in r.text)


def test_no_sentence_stands_in_the_training_text() -> None:
    training = training_sentences()
    assert len(training) > 5_000
    lists = load_banks().slot_lists
    shared = set()
    for where, template in bank_texts():
        for i in range(EXPANSIONS):
            filler = Filler(Dice(where, i), lists, lambda slot, which: "somebody")
            shared |= {(where, s) for s in sentences(expand(template, filler)) if s in training}
    shared |= {("slots", s) for text in strings(dict(lists)) for s in sentences(text) if s in training}
    for record, truth in generate("sample-2", 400):
        for message in record["messages"]:
            shared |= {(truth["scene"], s) for s in sentences(message["content"]) if s in training}
    assert not sorted(shared)
