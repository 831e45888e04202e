"""Public corpora with names, read into labelled text. Each reader says what its source labels and what it
does not."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import re
import sysconfig
import tokenize
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

from classifiers.scrub_fill import Labelled
from classifiers.scrub_tokens import TURN
from schemas.errors import UsageError

_KINDS = {
    "PER": "PERSON", "person": "PERSON", "PERSON": "PERSON", "ORGANIZATION": "ORGANIZATION",
    # On social media these are mostly brands, which identify nobody; what identifies comes from the
    # templates.
    "ORG": "UNSURE", "corporation": "UNSURE", "group": "UNSURE",
    "product": "UNSURE", "creative-work": "UNSURE", "LOC": "LOCATION", "location": "LOCATION",
    "LOCATION": "LOCATION",
    "ADDRESS": "ADDRESS",
}  # fmt: skip
_NO_SPACE_BEFORE = frozenset(".,!?;:)]}%'’")
_TITLE = re.compile(r"^(?:Mr|Mrs|Ms|Miss|Dr)\.?$")
CODE_LINES = 30
"""Lines in one stretch of code."""
FOLDS = 5
"""Corpora are split into this many parts by a hash of the text or template; part 0 is held out for
measuring."""


WNUT = "pii/wnut17_train.conll"
WNUT_DEV = "pii/wnut17_dev.conll"
TWEETS = "pii/broad_twitter_corpus.conll.gz"
PRESIDIO = "pii/presidio_research_generated_large.json.gz"
COMMENTS = "emotion/goemotions_train.tsv.gz"
CHAT = tuple(f"transcripts/{name}.jsonl.gz" for name in ("hh_rlhf_harmless_base", "spiral_bench", "assistant_axis"))
FOREIGN = "transcripts/oasst_non_english.jsonl.gz"
NEEDED = (WNUT, WNUT_DEV, TWEETS, PRESIDIO, COMMENTS, *CHAT, FOREIGN)


def corpus_folder(public_data: Path) -> Path:
    """The folder that holds all of NEEDED, given either it or its `pii` folder. Raises UsageError
    otherwise."""
    for folder in (public_data, public_data.parent):
        if all((folder / name).is_file() for name in NEEDED):
            return folder
    raise UsageError(
        f"the public data for the scrubber is not complete: the folder must hold {', '.join(NEEDED)}."
        " Give the folder above `pii`, or train without public data."
    )


def _sentences(path: Path) -> Iterator[list[tuple[str, str]]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as stream:
        sentence: list[tuple[str, str]] = []
        for line in stream:
            parts = line.split()
            if len(parts) == 2:
                sentence.append((parts[0], parts[1]))
            elif sentence:
                yield sentence
                sentence = []
        if sentence:
            yield sentence


def _joined(sentence: list[tuple[str, str]]) -> Labelled:
    """Tokens set as a person would type them; tags in BIO become character spans."""
    text = ""
    spans: list[tuple[int, int, str]] = []
    for at, (token, tag) in enumerate(sentence):
        glued = not text or token[0] in _NO_SPACE_BEFORE or text[-1] in "([{#@'’" or sentence[at - 1][0] == "@"
        start = len(text) + (0 if glued else 1)
        text += ("" if glued else " ") + token
        kind = _KINDS.get(tag[2:]) if tag != "O" else None
        if kind and tag[0] == "I" and spans and spans[-1][2] == kind:
            spans[-1] = (spans[-1][0], len(text), kind)
        elif kind:
            spans.append((start, len(text), kind))
    return Labelled(text, tuple(spans))


def read_conll(path: Path, fold: str = "") -> Iterator[Labelled]:
    """Sentences of a CoNLL file in BIO. `fold`: `train` leaves out part 0 of FOLDS, `held_out` gives only
    part 0."""
    for sentence in _sentences(path):
        item = _joined(sentence)
        held_out = crc32(" ".join(token for token, _ in sentence).encode()) % FOLDS == 0
        if not fold or held_out == (fold == "held_out"):
            yield item


def read_presidio(path: Path, fold: str) -> Iterator[Labelled]:
    """Sentences of presidio-research with names, places and organisations; split by template, so that none
    is in both."""
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        records = json.load(stream)
    for record in records:
        held_out = crc32(str(record["template_id"]).encode()) % FOLDS == 0
        if held_out != (fold == "held_out"):
            continue
        text = record["full_text"]
        found = [(s["start_position"], s["end_position"], s["entity_type"]) for s in record["spans"]]
        spans = tuple(sorted((a, b, _KINDS[k]) for a, b, k in found if k in _KINDS and not _TITLE.match(text[a:b])))
        yield Labelled(text, spans)


def read_presidio_all(path: Path, fold: str) -> Iterator[dict[str, object]]:
    """The same sentences as gold lines with every type that the source labels but titles."""
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        records = json.load(stream)
    for number, record in enumerate(records):
        if (crc32(str(record["template_id"]).encode()) % FOLDS == 0) != (fold == "held_out"):
            continue
        spans = [
            {"start": s["start_position"], "end": s["end_position"], "type": s["entity_type"]}
            for s in record["spans"]
            if s["entity_type"] not in ("TITLE", "PREFIX")
        ]
        yield {"id": f"presidio-{number}", "text": record["full_text"], "spans": spans}


def read_transcripts(path: Path, foreign: bool) -> Iterator[Labelled]:
    """Turns of conversations without labels. Only words that are plainly ordinary count as no name: in a
    user's turn common words (`chat`), in a model's turn and in other languages all words in lower case
    (`cased`)."""
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        for line in stream:
            record = json.loads(line)
            if "chosen" in record:
                turns = re.findall(
                    r"\n\n(Human|Assistant): ?(.*?)(?=\n\n(?:Human|Assistant):|\Z)",
                    record["chosen"],
                    re.DOTALL,
                )
            else:
                turns = [(message["role"], message["content"] or "") for message in record["messages"]]
            for role, text in turns:
                cased = foreign or role.lower() == "assistant"
                yield Labelled(text.replace(TURN, " "), (), "cased" if cased else "chat")


def read_goemotions(path: Path, names: random.Random, pick: list[str]) -> Iterator[Labelled]:
    """Comments in which the source put [NAME] for every person; the gaps are filled from `pick`.

    Places and organisations stand there unlabelled, so outside the names only "no person" is known.
    """
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        for row in csv.reader(stream, delimiter="\t"):
            text, spans = "", []
            for at, piece in enumerate(re.split(r"\[NAME\]", row[0].replace("[RELIGION]", "religion"))):
                if at:
                    name = names.choice(pick)
                    spans.append((len(text), len(text) + len(name), "PERSON"))
                    text += name
                text += piece
            yield Labelled(text, tuple(spans), outside="places")


def read_code(rng: random.Random, count: int) -> Iterator[Labelled]:
    """Stretches of Python's standard library as it is installed here: what stands in code outside comments and strings
    is no name; of those nothing is known."""
    folder = Path(sysconfig.get_path("stdlib"))
    files = [path for path in sorted(folder.rglob("*.py")) if "site-packages" not in path.parts]
    for path in rng.sample(files, min(count, len(files))):
        try:
            text = path.read_text(encoding="utf-8").replace(TURN, " ")
            tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
        except (UnicodeDecodeError, SyntaxError, tokenize.TokenError):
            continue
        starts = [0]
        for line in text.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        low = rng.randrange(max(1, len(starts) - CODE_LINES))
        begin, end = starts[low], starts[min(low + CODE_LINES, len(starts) - 1)]
        unsure = []
        for token in tokens:
            if token.type in (tokenize.COMMENT, tokenize.STRING):
                first, last = (starts[row - 1] + column for row, column in (token.start, token.end))
                if first < end and last > begin:
                    unsure.append((max(first, begin) - begin, min(last, end) - begin, "UNSURE"))
        yield Labelled(text[begin:end], tuple(unsure), "code")
