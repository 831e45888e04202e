"""Our labels of turns of the public transcripts: the labels are kept here, the texts are not.

`training_labels.tsv` names a turn by a digest of its text and context. With the transcripts at hand, `welfare train
scorer --transcripts FOLDER` finds the turns again and learns from them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifiers.training_text import Example, parse_example
from classifiers.turn import ModelTurn, context_of
from schemas.errors import UsageError

LABELS_FILE = Path(__file__).parent / "training_labels.tsv"
COLUMNS = ("turn", "affect", "voice", "trigger", "situations", "sure", "stands_for", "whole")
"""whole: 1 where the whole turn was read for the label, so that the label holds for all of it; 0 where it was shown
`shortened`."""
_TURN_CHARS, _CONTEXT_CHARS = 1000, 320
_HEAD = 0.6
_CUT = " […] "


@dataclass(frozen=True, slots=True)
class Transcript:
    """One public conversation. turns: (role, text) in order. source: the data set's name."""

    source: str
    conversation_id: str
    turns: Sequence[tuple[str, str]]


def shortened(turn: ModelTurn) -> ModelTurn:
    """The turn as labellers see it: head and tail of a long text, so that a label speaks of what is shown."""
    return ModelTurn(tuple((role, _short(text, _CONTEXT_CHARS)) for role, text in turn.context),
                     _short(turn.text, _TURN_CHARS))  # fmt: skip


def _short(text: str, chars: int) -> str:
    text = text.strip()
    head = int(chars * _HEAD)
    return text if len(text) <= chars + len(_CUT) else text[:head] + _CUT + text[head - chars :]


def turn_digest(turn: ModelTurn) -> str:
    """16 hex digits that name a turn in its context as it is shown, whatever its white space."""
    shown = shortened(turn)
    parts = [[role, " ".join(text.split())] for role, text in (*shown.context, ("assistant", shown.text))]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def read_labels(path: Path = LABELS_FILE) -> dict[str, dict[str, str]]:
    """Rows of the labels file by digest. Raises UsageError where a line, the header with it, does not fit COLUMNS."""
    lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    wrong = next((n for n, cells in enumerate(lines, 1) if len(cells) != len(COLUMNS)), 0 if lines else 1)
    if wrong or tuple(lines[0]) != COLUMNS:
        raise UsageError(
            f"{path.name}:{wrong or 1}: not a file of labels. The first line must name {', '.join(COLUMNS)}, with a tab"
            " between two; every other line must have a value for each."
        )
    rows = (dict(zip(COLUMNS, cells, strict=True)) for cells in lines[1:])
    return {row["turn"]: row for row in rows}


def labelled_turns(
    transcripts: Iterable[Transcript], gold: Sequence[Example], labels: Mapping[str, Mapping[str, str]]
) -> Iterator[Example]:
    """The labelled turns that the transcripts hold, each once.

    A conversation of which `gold` holds a turn gets that turn's group, so that the two never part in a split.
    """
    groups = {turn_digest(example.turn): example.group for example in gold}
    left = dict(labels)
    for transcript in transcripts:
        turns = _generated(transcript)
        digests = [turn_digest(turn) for turn in turns]
        known = next((groups[digest] for digest in digests if digest in groups), None)
        group = known or f"{transcript.source}:{transcript.conversation_id}"
        for digest, turn in zip(digests, turns, strict=True):
            row = left.pop(digest, None)
            if row is not None:
                groups[digest] = group
                shown = turn if row["whole"] == "1" else shortened(turn)
                yield _example(digest, transcript.source, group, shown, row)


def _example(digest: str, source: str, group: str, turn: ModelTurn, row: Mapping[str, str]) -> Example:
    named = [code for code in row["situations"].split(",") if code not in ("-", "none", "")]
    # "?": whoever labelled the turn did not note its situations.
    situations = None if named == ["?"] else named
    context = [{"role": role, "content": text} for role, text in turn.context]
    found: dict[str, object] = {"id": digest, "source": source, "group": group, "context": context}
    found |= {name: row[name] for name in ("affect", "voice", "trigger", "sure")}
    found |= {"assistant": turn.text, "situations": situations, "stands_for": float(row["stands_for"])}
    return parse_example(found, f"{LABELS_FILE.stem}:{digest}")


def all_turns(
    transcripts: Iterable[Transcript], labelled: Sequence[Example], most: int
) -> Iterator[tuple[ModelTurn, str, str]]:
    """Generated turns of the first `most` conversations of each source, with source and group.

    A conversation of which a turn is labelled gets that turn's group.
    """
    groups = {turn_digest(example.turn): example.group for example in labelled if not example.written}
    taken: dict[str, int] = {}
    for transcript in transcripts:
        taken[transcript.source] = taken.get(transcript.source, 0) + 1
        if taken[transcript.source] > most:
            continue
        turns = _generated(transcript)
        known = next((group for turn in turns if (group := groups.get(turn_digest(turn)))), None)
        for turn in turns:
            yield turn, transcript.source, known or f"{transcript.source}:{transcript.conversation_id}"


def _generated(transcript: Transcript) -> list[ModelTurn]:
    return [
        ModelTurn(context_of(transcript.turns, n), text)
        for n, (role, text) in enumerate(transcript.turns)
        if role == "assistant" and text.strip()
    ]
