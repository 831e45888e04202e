"""Remembers which personal values a conversation holds, and puts them into the text at the very end.

While a conversation is built each value is one private-use character. So the typing habits of `typing_habits.py` cannot
damage a value, and the truth records each form that a value was written in.
"""

from __future__ import annotations

import re
from typing import TypedDict

from jobs.sample.dice import Dice
from jobs.sample.pii import PERSONAL_SLOTS, Person

_MARK = re.compile(r"[\ue000-\uf8ff]")
_LOWERED = ("PERSON", "STREET_ADDRESS", "LOCATION", "ORGANIZATION")


class PlantedValue(TypedDict, total=False):
    """One value as it stands in the conversation. split: its parts where they stand in different turns."""

    type: str
    value: str
    split: list[str]


class Planted:
    """The personal values of one conversation of one user."""

    def __init__(self, dice: Dice, locale: str, *key: object) -> None:
        self._dice, self._locale, self._key = dice, locale, key
        self._people: dict[str, Person] = {}
        self._marks: dict[tuple[str, str], str] = {}
        self._values: dict[str, tuple[str, str]] = {}
        self._forms: dict[tuple[str, str], None] = {}

    def _of(self, which: str) -> Person:
        if which not in self._people:
            # Everybody but the user is one of a few acquaintances, who come again in the user's other conversations.
            key = (*self._key, which, self._dice.below(5)) if which else self._key
            self._people[which] = Person(self._locale, *key)
        return self._people[which]

    def mark(self, slot: str, which: str) -> str:
        """The stand-in for a personal slot; the value itself where the slot is none (`pii_nid_name`)."""
        kind = PERSONAL_SLOTS[slot]
        if not kind:
            return self._of(which).value(slot)
        if (slot, which) not in self._marks:
            half = slot[-2:] if slot.endswith(("_a", "_b")) else ""
            value = self._of(which).value(slot.removesuffix(half))
            if half:
                cut = len(value) // 2
                value = value[:cut] if half == "_a" else value[cut:]
            mark = chr(0xE000 + len(self._marks))
            self._marks[slot, which] = mark
            self._values[mark] = (kind, value)
        return self._marks[slot, which]

    def knows(self, slot: str, which: str) -> bool:
        """True once the slot's value has been used in this conversation."""
        return (slot, which) in self._marks

    def fill(self, text: str, lowered: bool = False) -> str:
        """The text with its values; with `lowered`, names and places as somebody types who never uses capitals."""

        def put(match: re.Match[str]) -> str:
            kind, value = self._values[match[0]]
            if lowered and kind in _LOWERED:
                value = value.lower()
            self._forms[kind, value] = None
            return value

        return _MARK.sub(put, text)

    def values(self) -> list[PlantedValue]:
        """What `fill` has put in, in order of appearance; the halves of a split number as one value."""
        halves = [self._values[m][1] for (slot, _), m in self._marks.items() if slot in ("pii_phone_a", "pii_phone_b")]
        found: list[PlantedValue] = [
            {"type": kind, "value": value} for kind, value in self._forms if value not in halves
        ]
        if halves:
            found.append({"type": "PHONE_NUMBER", "value": "".join(halves), "split": [h.strip() for h in halves]})
        return found
