"""Turns labelled text into what the network is trained on: word types, their marks, and the labels allowed
at each."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from classifiers.scrub_figures import FAMILY_NAMES
from classifiers.scrub_fill import Labelled
from classifiers.scrub_net import LABELS
from classifiers.scrub_tokens import LINE, TURN, Cut, letter_groups, shape, text_case, word_key, word_type

LENGTH = 128
"""Words in one training sequence."""
BATCH = 32
"""Sequences in one step."""
_BIT = {label: 1 << number for number, label in enumerate(LABELS)}
_ALL = (1 << len(LABELS)) - 1
_NO_PERSON = _ALL & ~_BIT["PERSON"]


@dataclass(frozen=True)
class Lists:
    """What is known of words beforehand: row of a word's vector by its key, frequency class by its key."""

    rows: Mapping[int, int]
    frequencies: Mapping[int, int]
    names: frozenset[str] = frozenset()
    """Names in lower case that may be ordinary words as well; no unlabelled text teaches that they are no
    names."""
    people: frozenset[str] = frozenset()
    """Words in lower case that are mostly people's names in labelled text; the source of comments leaves some
    unlabelled."""

    def known(self, word: str) -> int:
        return self.rows.get(word_key(word), 0)

    def frequency(self, word: str) -> int:
        return self.frequencies.get(word_key(word), 0)


@dataclass
class Row:
    """Words in a row; for each, the bit mask of labels that its source allows, and the letter case of its
    text."""

    words: list[str]
    masks: list[int]
    cases: list[int]


def labelled_words(item: Labelled, lists: Lists) -> Row:
    """Words of an item, each turn with its own letter case."""
    words: list[str] = []
    masks: list[int] = []
    cases: list[int] = []
    at = 0
    for number, part in enumerate(item.text.split(TURN)):
        if number:
            words.append(TURN)
            masks.append(_BIT["O"])
            cases.append(0)
        cut = Cut(part)
        found = cut.words
        cases += [text_case(found)] * len(found)
        for word, start in zip(found, cut.starts, strict=True):
            words.append(word)
            masks.append(_mask(item, at + start, word, lists))
        at += len(part) + 1
    _free_handles(words, masks)
    return Row(words, masks, cases)


def _mask(item: Labelled, at: int, word: str, lists: Lists) -> int:
    for start, end, kind in item.spans:
        if start <= at < end:
            return _ALL if kind == "UNSURE" else _BIT[kind]
    if item.outside in ("chat", "cased"):
        return _BIT["O"] if _ordinary(word, item.outside == "cased", lists) else _ALL
    if item.outside == "places" and word.lower() in FAMILY_NAMES:
        return _BIT["PERSON"]
    if item.outside == "places" and word.lower() in lists.people:
        return _ALL
    return _NO_PERSON if item.outside == "places" and not word.islower() else _BIT["O"]


def _ordinary(word: str, cased: bool, lists: Lists) -> bool:
    """Whether a word of unlabelled text is plainly no name: a mark, or a common word that no list of names
    has."""
    if not word[0].isalpha():
        return not word[0].isdigit()
    low = word.lower()
    if low in lists.names or low in lists.people:
        return False
    if not word[0].isupper():
        return cased or lists.frequency(low) >= 2
    return lists.frequency(low) >= 3


def _free_handles(words: list[str], masks: list[int]) -> None:
    """A pattern masks @handles; corpora label them as persons or not at all. The network learns nothing
    from them."""
    for at in range(1, len(words)):
        if words[at - 1] == "@":
            masks[at - 1] = masks[at] = _ALL


def sequences(items: Iterable[Labelled], lists: Lists, rng: random.Random) -> Iterator[Row]:
    """Items in a row, with a change of turn, a line end or nothing between them, cut into sequences of
    LENGTH words."""
    row = Row([], [], [])
    for item in items:
        found = labelled_words(item, lists)
        between = rng.choice((TURN, TURN, LINE, ""))
        row.words += found.words + ([between] if between else [])
        row.masks += found.masks + ([_BIT["O"]] if between else [])
        row.cases += found.cases + ([0] if between else [])
        while len(row.words) >= LENGTH:
            yield Row(row.words[:LENGTH], row.masks[:LENGTH], row.cases[:LENGTH])
            row = Row(row.words[LENGTH:], row.masks[LENGTH:], row.cases[LENGTH:])


def batches(items: Iterable[Labelled], lists: Lists, rng: random.Random) -> Iterator[dict[str, Any]]:
    """Tensors for one step each: the network's arguments and `mask` (BATCH, LENGTH)."""
    group: list[Row] = []
    for sequence in sequences(items, lists, rng):
        group.append(sequence)
        if len(group) == BATCH:
            yield tensors(group, lists, rng)
            group = []


def tensors(group: list[Row], lists: Lists, rng: random.Random | None) -> dict[str, Any]:
    """Arguments of the network for equally long sequences. With `rng`, some words lose what lists know of
    them."""
    import torch

    numbers: dict[str, int] = {}
    order = [[numbers.setdefault(word, len(numbers)) for word in map(word_type, row.words)] for row in group]
    known: list[int] = []
    frequency: list[int] = []
    bags: list[int] = []
    offsets: list[int] = []
    groups, sizes = letter_groups(list(numbers))
    at = 0
    for word, size in zip(numbers, sizes.tolist(), strict=True):
        # A name in use is in no list: the network must also judge by form and by the words around it.
        forget = rng is not None and rng.random() < 0.2
        known.append(0 if forget else lists.known(word))
        frequency.append(0 if rng is not None and rng.random() < 0.04 else lists.frequency(word))
        offsets.append(len(bags))
        bags += groups[at + forget : at + size].tolist()
        at += size
    whole = {"known": known, "bags": bags, "offsets": offsets, "frequency": frequency, "order": order}
    made = {name: torch.tensor(values) for name, values in whole.items()}
    made["shape"] = torch.tensor([shape(word) for word in numbers])
    made["mask"] = torch.tensor([row.masks for row in group])
    made["case"] = torch.tensor([row.cases for row in group])
    return made
