"""How fast whole scoring is on all cores, source by source, beside a plain transformers pipeline over the same turns.

Whole scoring is what the stage does: language, screen, encoder over windows in context, context codes. The plain
pipeline is a text classifier of the same encoder with untrained heads, which reads the start of each turn alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

Talk = list[tuple[str, str]]
"""A conversation: (role, text) in order."""
CHUNK = 48
"""Most conversations that a process is given at once, as a batch of the stage holds many; fewer where they are long."""
_CHUNK_CHARS = 60_000
PLAIN_SHARE = 8
"""The pipeline is given one chunk in so many, and one at least: it is slow."""
PLAIN_BATCH = 32
PLAIN_TOKENS = 256
"""Most tokens of a turn that the pipeline reads."""
_CHARS_A_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds of the clock for conversations that were scored: their tokens, and those of the model's turns alone."""

    conversations: int = 0
    tokens: int = 0
    own: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Tokens of whole conversations a second."""
        return self.tokens / self.seconds if self.seconds else 0.0

    @property
    def own_rate(self) -> float:
        """Tokens of the model's turns a second."""
        return self.own / self.seconds if self.seconds else 0.0

    def __add__(self, other: Speed) -> Speed:
        """Both together."""
        return Speed(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def bench(sources: Mapping[str, Sequence[Talk]], tokens: int, cores: int) -> dict[str, tuple[Speed, Speed]]:
    """By source, speed of whole scoring, and of the plain pipeline on a part of it, on `cores` processes.

    Of each source the first conversations with about `tokens` tokens in all are taken. Conversations in a language that
    the scorer does not know are no work and not counted. Models are loaded and warm before the clock runs.
    """
    out = {}
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        for name, talks in sorted(sources.items()):
            chunks = _chunks(talks, tokens)
            list(pool.map(_plain, [chunks[0][:4]] * (2 * cores)))
            list(pool.map(_whole, [chunks[0][:4]] * (2 * cores)))
            out[name] = (_timed(pool, _whole, chunks), _timed(pool, _plain, chunks[::PLAIN_SHARE]))
    return out


def _chunks(talks: Sequence[Talk], tokens: int) -> list[list[Talk]]:
    """The first conversations with about `tokens` tokens, in parts for one process at a time."""
    chunks: list[list[Talk]] = [[]]
    held, whole = 0, 0
    for talk in talks:
        size = sum(len(text) for _, text in talk)
        if chunks[-1] and (held + size > _CHUNK_CHARS or len(chunks[-1]) == CHUNK):
            chunks.append([])
            held = 0
        chunks[-1].append(talk)
        held, whole = held + size, whole + size
        if whole >= tokens * _CHARS_A_TOKEN:
            break
    return chunks


def _timed(pool: Executor, work: Any, chunks: Sequence[list[Talk]]) -> Speed:
    began = time.perf_counter()
    found = list(pool.map(work, chunks))
    seconds = time.perf_counter() - began
    return sum(found, Speed(seconds=seconds))


def _rows(talks: Sequence[Talk]) -> Iterator[dict[str, Any]]:
    for number, talk in enumerate(talks):
        turns = [{"role": role, "text": text, "thinking": "", "generated": role == "assistant"} for role, text in talk]
        yield {"conversation_key": str(number), "turns": turns, "masked": 0, "scrub_failed": False}


def _whole(talks: Sequence[Talk]) -> Speed:
    from classifiers.scorer import load_scorer
    from pipelines.score import score_rows
    from schemas.policy import ScorePolicy

    policy = ScorePolicy()
    out = score_rows(list(_rows(talks)), load_scorer(policy.model), policy, 0.0)
    return _size([talk for talk, row in zip(talks, out, strict=True) if not row["not_scored"]])


def _plain(talks: Sequence[Talk]) -> Speed:
    texts = [text for talk in talks for role, text in talk if role == "assistant" and text.strip()]
    plain_scores(texts)
    return _size(talks)


def plain_scores(texts: Sequence[str]) -> None:
    """The plain pipeline over texts; what it says of them is not kept."""
    if texts:
        _pipeline()(list(texts), batch_size=PLAIN_BATCH, truncation=True, max_length=PLAIN_TOKENS)


_KEPT: dict[str, Any] = {}


def _pipeline() -> Any:
    if "pipeline" not in _KEPT:
        import torch
        from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

        from classifiers.network import encoder_folder

        torch.set_num_threads(1)
        folder = str(encoder_folder())
        model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=5)
        _KEPT["pipeline"] = pipeline(
            "text-classification", model=model, tokenizer=AutoTokenizer.from_pretrained(folder), device=-1
        )
    return _KEPT["pipeline"]


def _size(talks: Sequence[Talk]) -> Speed:
    """What there is to score, in no time."""
    if "tokenizer" not in _KEPT:
        from tokenizers import Tokenizer

        from classifiers.scorer import EMBEDDED
        from classifiers.weights_file import TOKENIZER

        _KEPT["tokenizer"] = Tokenizer.from_file(str(EMBEDDED / TOKENIZER))
        _KEPT["tokenizer"].no_truncation()
        _KEPT["tokenizer"].no_padding()
    turns = [(role, text) for talk in talks for role, text in talk]
    found = _KEPT["tokenizer"].encode_batch([text for _, text in turns], add_special_tokens=False)
    sizes = [(role, len(one.ids)) for (role, _), one in zip(turns, found, strict=True)]
    return Speed(len(talks), sum(n for _, n in sizes), sum(n for role, n in sizes if role == "assistant"))
