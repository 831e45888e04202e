"""How fast whole scoring is on all cores, side by side with a plain transformers pipeline over the same turns.

Whole scoring is what the stage does: language, screen, encoder over windows in context, context codes. The plain
pipeline is a text classifier of the same encoder with untrained heads, which reads the start of each turn alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

Talk = list[tuple[str, str]]
"""A conversation: (role, text) in order."""
CHUNK = 48
"""Conversations that a process is given at once, as a batch of the stage holds many."""
PLAIN_SHARE = 8
"""The pipeline is given one chunk in so many: it is slow."""
PLAIN_BATCH = 32
PLAIN_TOKENS = 256
"""Most tokens of a turn that the pipeline reads."""


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds of the clock for tokens of the model's turns, of which there are `turns`."""

    turns: int
    tokens: int
    seconds: float

    @property
    def rate(self) -> float:
        """Tokens a second."""
        return self.tokens / self.seconds if self.seconds else 0.0


def bench(talks: Sequence[Talk], cores: int) -> tuple[Speed, Speed]:
    """Speed of whole scoring, and of the plain pipeline on a part of the same conversations, on `cores` processes.

    Models are loaded and warm before the clock runs. Raises UsageError where no turn of a model is among them.
    """
    chunks = [list(talks[start : start + CHUNK]) for start in range(0, len(talks), CHUNK)]
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        return _timed(pool, _whole, chunks, cores), _timed(pool, _plain, chunks[::PLAIN_SHARE], cores)


def _timed(pool: Executor, work: Any, chunks: Sequence[list[Talk]], cores: int) -> Speed:
    list(pool.map(work, [chunks[0][:4]] * (2 * cores)))
    began = time.perf_counter()
    found = list(pool.map(work, chunks))
    seconds = time.perf_counter() - began
    return Speed(sum(turns for turns, _ in found), sum(tokens for _, tokens in found), seconds)


def _rows(talks: Sequence[Talk]) -> Iterator[dict[str, Any]]:
    for number, talk in enumerate(talks):
        turns = [{"role": role, "text": text, "thinking": "", "generated": role == "assistant"} for role, text in talk]
        yield {"conversation_key": str(number), "turns": turns, "masked": 0, "scrub_failed": False}


def _whole(talks: Sequence[Talk]) -> tuple[int, int]:
    from classifiers.scorer import load_scorer
    from pipelines.score import score_rows
    from schemas.policy import ScorePolicy

    policy = ScorePolicy()
    score_rows(list(_rows(talks)), load_scorer(policy.model), policy, 0.0)
    return _size(talks)


def _plain(talks: Sequence[Talk]) -> tuple[int, int]:
    texts = [text for talk in talks for role, text in talk if role == "assistant" and text.strip()]
    if texts:
        _pipeline()(texts, batch_size=PLAIN_BATCH, truncation=True, max_length=PLAIN_TOKENS)
    return _size(talks)


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


def _size(talks: Sequence[Talk]) -> tuple[int, int]:
    """Turns of the model, and their tokens."""
    if "tokenizer" not in _KEPT:
        from tokenizers import Tokenizer

        from classifiers.scorer import EMBEDDED
        from classifiers.weights_file import TOKENIZER

        _KEPT["tokenizer"] = Tokenizer.from_file(str(EMBEDDED / TOKENIZER))
        _KEPT["tokenizer"].no_truncation()
        _KEPT["tokenizer"].no_padding()
    texts = [text for talk in talks for role, text in talk if role == "assistant" and text.strip()]
    found = _KEPT["tokenizer"].encode_batch(texts, add_special_tokens=False)
    return len(texts), sum(len(one.ids) for one in found)
