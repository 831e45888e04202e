"""What the name model is trained on: templates filled anew for each pass, corpora by others, comments and talk."""

from __future__ import annotations

import csv
import gzip
import math
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from classifiers.scrub_corpora import (
    CHAT,
    COMMENTS,
    FOREIGN,
    PRESIDIO,
    TWEETS,
    WNUT,
    read_code,
    read_conll,
    read_goemotions,
    read_presidio,
    read_transcripts,
)
from classifiers.scrub_figures import FAMILY_NAMES
from classifiers.scrub_fill import Labelled, fill, read_templates, recase
from classifiers.scrub_tokens import FREQUENCIES, TURN, Cut, word_key
from classifiers.scrub_values import Values

FILLS = 12
"""Times that each template is filled anew in an epoch."""
CODE = 700
"""Stretches of code drawn in an epoch."""
PLAIN_COMMENTS = 8000
"""Comments without a name drawn in an epoch."""
TURNS = 2000
"""English turns without labels drawn in an epoch."""
TRAINED_ON = (
    "people", "people_in_talk", "places", "places_in_talk", "plain_talk", "plain_facts", "plain_in_talk",
    "social", "comments",
)  # fmt: skip
SOCIAL = ("social.posts", "social.loose_talk", "people_in_talk.comments", "people_in_talk.sports_and_music")
"""Sections in which people are named as in posts: by nicknames and handles too."""
RENAMED = 0.5
"""Share of persons in labelled corpora who get another name in a pass: the words around teach, not who is named."""


def common_words(corpora: Path | None) -> dict[int, int]:
    """Frequency class (1 to 7, the logarithm of the count) by key, of words that stand in lower case in
    public talk. Family names of people whom everybody talks about are none of them."""
    counts: Counter[str] = Counter()
    for lines in read_templates(("plain_talk", "plain_facts", "plain_in_talk")).values():
        for line in lines:
            counts.update(word for word in Cut(line).words if word.islower())
    if corpora is not None:
        with gzip.open(corpora / COMMENTS, "rt", encoding="utf-8", newline="") as stream:
            for row in csv.reader(stream, delimiter="\t"):
                text = re.sub(r"\[(?:NAME|RELIGION)\]", " ", row[0])
                counts.update(word for word in Cut(text).words if word.islower())
        for name in CHAT:
            for item in read_transcripts(corpora / name, foreign=False):
                # Once a turn: a name that one of them repeats is no common word.
                counts.update({word for word in Cut(item.text).words if word.islower()})
    return {
        word_key(word): min(FREQUENCIES - 1, int(math.log2(n)))
        for word, n in counts.items()
        if n >= 2 and word not in FAMILY_NAMES
    }


def fixed_items(corpora: Path | None) -> list[Labelled]:
    """What others labelled, the parts for training."""
    if corpora is None:
        return []
    presidio = list(read_presidio(corpora / PRESIDIO, "train"))
    social = [*read_conll(corpora / WNUT), *read_conll(corpora / TWEETS, "train")]
    return social + 2 * presidio


def mostly_names(items: Iterable[Labelled]) -> frozenset[str]:
    """Words in lower case that labelled items have mostly within persons' names. The source of comments leaves
    some of them unlabelled: those of people whom everybody talks about."""
    named, seen = Counter[str](), Counter[str]()
    for item in items:
        cut = Cut(item.text)
        people = [(start, end) for start, end, kind in item.spans if kind == "PERSON"]
        for word, place in zip(cut.words, cut.starts, strict=True):
            if word.isalpha():
                seen[word.lower()] += 1
                named[word.lower()] += any(start <= place < end for start, end in people)
    return frozenset(word for word, total in named.items() if total >= 2 and total >= 0.7 * seen[word])


def epoch_items(values: Values, fixed: list[Labelled], corpora: Path | None, rng: random.Random) -> Iterator[Labelled]:
    """All that one pass of training reads, in random order: templates filled anew, what others labelled with some of
    its names replaced, comments and talk."""
    draws = {True: values.social_slots(), False: values.slots()}
    templates = [(line, name in SOCIAL) for name, lines in read_templates(TRAINED_ON).items() for line in lines]
    items = [fill(line, draws[social], TURN) for line, social in templates for _ in range(FILLS)]
    items += [renamed(item, values.called, rng) for item in fixed]
    if corpora is not None:
        names = [values.called() for _ in range(4000)]
        comments = list(read_goemotions(corpora / COMMENTS, rng, names))
        items += [item for item in comments if item.spans]
        items += rng.sample([item for item in comments if not item.spans], PLAIN_COMMENTS)
        items += _unlabelled(corpora, rng)
    items += read_code(rng, CODE)
    rng.shuffle(items)
    for item in items:
        # In unlabelled text letter case is what tells names from words: it stays.
        cased = item.outside in ("chat", "cased", "code") or rng.random() > 0.35
        yield item if cased else recase(item, rng)


def _unlabelled(corpora: Path, rng: random.Random) -> list[Labelled]:
    english = [item for name in CHAT for item in read_transcripts(corpora / name, foreign=False)]
    return rng.sample(english, TURNS) + list(read_transcripts(corpora / FOREIGN, foreign=True))


def renamed(item: Labelled, name: Callable[[], str], rng: random.Random) -> Labelled:
    """An item with each of its persons replaced by another, by even chance, in the letter case of the one before."""
    text, spans, at = "", [], 0
    for start, end, kind in item.spans:
        text += item.text[at:start]
        value = item.text[start:end]
        if kind == "PERSON" and rng.random() < RENAMED:
            made = name()
            value = made.lower() if value.islower() else made.upper() if value.isupper() and len(value) > 3 else made
        spans.append((len(text), len(text) + len(value), kind))
        text += value
        at = end
    return Labelled(text + item.text[at:], tuple(spans), item.outside)
