"""GLiNER as the name model: from a folder alone, and given no more at once than it reads.

GLiNER itself passes over the end of a long text with a mere warning, leaves weights that a file lacks to chance, and
fetches by name whatever a folder lacks. Here a long text is read in overlapping parts, and such a folder is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from classifiers.local_model import most_tokens
from classifiers.scrub_engine import NameSpan
from classifiers.scrub_plugin import Finder
from schemas.errors import UsageError

KINDS = {
    "person": "PERSON",
    "organization": "ORGANIZATION",
    "city or place": "LOCATION",
    "street address": "ADDRESS",
}
"""What GLiNER is asked for, and the entity type that each is."""
THRESHOLD = 0.3
_CONFIG, _WEIGHTS, _TOKENIZER = "gliner_config.json", "model.safetensors", "tokenizer_config.json"
_MAKE_ANEW = (
    " Where there is a network, make the folder anew with `GLiNER.from_pretrained(NAME).save_pretrained(FOLDER,"
    " safe_serialization=True)`."
)


def gliner_finder(folder: Path) -> Finder:
    """The function from a text to its names, by the GLiNER model of a folder.

    Raises UsageError where the folder lacks something that would be fetched, or asks for code to be run.
    """
    from gliner import GLiNER

    _check(folder)
    model = GLiNER.from_pretrained(str(folder), local_files_only=True)
    _check_weights(folder, model)
    tokenizer, splitter = model.data_processor.transformer_tokenizer, model.data_processor.words_splitter
    tokenizer.model_max_length = most_tokens(tokenizer, model.config.encoder_config)
    asked = [part for kind in KINDS for part in (model.config.ent_token, kind)] + [model.config.sep_token]
    room = tokenizer.model_max_length - len(tokenizer(asked, is_split_into_words=True)["input_ids"])
    if room < 1 or not tokenizer.is_fast:
        _refuse("must be of a model with a fast tokenizer that reads longer texts than the labels alone")

    def find(text: str) -> list[NameSpan]:
        words = list(splitter(text))
        if not words:
            return []
        sizes = _sizes(tokenizer, [word for word, _, _ in words])
        places = [(words[a][1], words[b - 1][2]) for a, b in windows(sizes, model.config.max_len, room)]
        # One at a time: in a batch GLiNER finds names in what fills up the shorter texts.
        found = [model.predict_entities(text[low:high], list(KINDS), threshold=THRESHOLD) for low, high in places]
        return [
            NameSpan(low + name["start"], low + name["end"], KINDS[name["label"]], float(name["score"]))
            for (low, _), names in zip(places, found, strict=True)
            for name in names
        ]

    return find


def windows(sizes: Sequence[int], most_words: int, room: int) -> Iterator[tuple[int, int]]:
    """First and last (exclusive) word of each part: at most `most_words` words and, but for a single word, `room`
    tokens.

    sizes: tokens of each word. A part shares a quarter of its words with the one before.
    """
    first = 0
    while True:
        last, tokens = first, 0
        while last < len(sizes) and last - first < most_words and (last == first or tokens + sizes[last] <= room):
            tokens += sizes[last]
            last += 1
        yield first, last
        if last == len(sizes):
            return
        first = max(first + 1, last - (last - first) // 4)


def _sizes(tokenizer: Any, words: list[str]) -> list[int]:
    sizes = [0] * len(words)
    for word in tokenizer(words, is_split_into_words=True, add_special_tokens=False, verbose=False).word_ids():
        sizes[word] += 1
    return sizes


def _check(folder: Path) -> None:
    config = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))
    for name in (_WEIGHTS, _TOKENIZER):
        if not (folder / name).is_file():
            _refuse(f"the folder must hold {name}")
    if not isinstance(config.get("encoder_config"), dict):
        _refuse(f"{_CONFIG} must hold the encoder's own configuration, `encoder_config`")
    if '"auto_map"' in json.dumps(config):
        _refuse(f"{_CONFIG} must not name code to be run, as `auto_map` does")
    if config.get("labels_encoder") or config.get("labels_decoder"):
        _refuse("must be of a model with one encoder for text and labels")
    if config.get("words_splitter_type", "whitespace") != "whitespace":
        _refuse("must be of a model that splits words by `whitespace`")


def _check_weights(folder: Path, model: Any) -> None:
    from safetensors import safe_open

    with safe_open(folder / _WEIGHTS, framework="numpy") as file:
        missing = set(model.model.state_dict()) - set(file.keys())
    if missing:
        _refuse(f"{_WEIGHTS} must hold all weights of the model; {len(missing)} are missing")


def _refuse(rule: str) -> None:
    raise UsageError(f"policy [scrub], field 'nlp_model': {rule}.{_MAKE_ANEW}")
