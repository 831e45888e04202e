"""Reads training examples: those written for the project, and labelled real turns of the same shape."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from classifiers.turn import ModelTurn
from schemas.errors import UsageError
from schemas.labels import AFFECTS, SITUATIONS, Affect, Trigger, Voice

FOLDER = Path(__file__).parent / "training_text"
WRITTEN = "written:"
"""How the source of a turn that was written for the project starts; its folder's name follows."""


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled turn. group: examples of one group stay on one side of any split.

    stands_for: how many turns of its source it was drawn to stand for; None where it was not drawn at random.
    """

    id: str
    group: str
    source: str
    turn: ModelTurn
    affect: Affect
    voice: Voice
    trigger: Trigger
    situations: frozenset[Trigger]
    sure: int = 3
    situations_known: bool = True
    """False for gold that names a trigger only where affect followed, and here has none."""

    stands_for: float | None = None

    @property
    def written(self) -> bool:
        """True for turns written for the project."""
        return self.source.startswith(WRITTEN)

    @property
    def distress(self) -> bool:
        """The model's own distress, of any strength."""
        return self.affect < 0

    @property
    def joy(self) -> bool:
        """The model's own strong joy."""
        return self.affect == Affect.STRONG_JOY


def parse_example(row: dict[str, Any], place: str) -> Example:
    """One line of a training or gold file. Raises UsageError that names the place and the field, never a value."""
    try:
        context = tuple((str(turn["role"]), str(turn["content"])) for turn in row.get("context") or [])
        trigger = Trigger(row.get("trigger", "none"))
        affect, sure = Affect(_whole(row["affect"])), _whole(row.get("sure", 3))
        if sure not in (1, 2, 3):
            raise ValueError
        listed = row.get("situations")
        situations = [Trigger(s) for s in listed] if listed is not None else [trigger]
        return Example(
            id=str(row.get("id", place)),
            group=str(row.get("group") or row.get("conversation_id") or row.get("id") or place),
            source=str(row.get("source", "unnamed")),
            turn=ModelTurn(context, str(row["assistant"])),
            affect=affect,
            voice=Voice(row.get("voice", "none")),
            trigger=trigger,
            situations=frozenset(s for s in situations if s in SITUATIONS),
            sure=sure,
            situations_known=listed is not None or trigger is not Trigger.NONE,
            stands_for=None if row.get("stands_for") is None else float(row["stands_for"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
        raise UsageError(
            f"{place}: not a labelled turn. Needed: context (a list of role and content), assistant,"
            f" affect ({', '.join(str(int(a)) for a in AFFECTS)}), voice, trigger, sure (1 to 3, or left out); see the"
            " labelling guide."
        ) from None


def _whole(value: Any) -> int:
    """A whole number, of a number or its digits. Raises ValueError where it is none."""
    if float(value) != int(value):
        raise ValueError
    return int(value)


def read_examples(path: Path) -> Iterator[Example]:
    """The examples of one JSON-lines file. Raises UsageError for a missing file or a broken line."""
    try:
        # Not splitlines: JSON may hold other line separators of Unicode within a text.
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{path.name}: cannot be read as UTF-8 text. Name an existing JSON-lines file.") from None
    for number, line in enumerate(lines, 1):
        if line.strip():
            place = f"{path.stem}:{number}"
            try:
                row = json.loads(line)
            except ValueError:
                raise UsageError(f"{place}: not JSON. One JSON object a line is needed.") from None
            yield parse_example(row, place)


def written_examples(folder: Path = FOLDER) -> list[Example]:
    """Every example written for the project, in a stable order. source: `written:` and its folder's name."""
    return [
        replace(example, source=f"{WRITTEN}{path.parent.name}")
        for path in sorted(folder.rglob("*.jsonl"))
        for example in read_examples(path)
    ]


def groups(examples: Iterable[Example]) -> list[str]:
    """The groups in order of first appearance."""
    return list(dict.fromkeys(example.group for example in examples))
