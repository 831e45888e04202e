"""Turns as a model by others reads them: its own special tokens, our windows and context."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from classifiers.reading import Input
from classifiers.turn import CONTEXT_TOKENS, WINDOW_TOKENS, ModelTurn, context_text, window_starts

MAX_TURN_CHARS = 60_000


@dataclass(frozen=True, slots=True)
class Template:
    """An input of one text or two as the tokenizer makes it: (id, type, None) of a special token, and in the place of
    a text (any id, type, number of the text)."""

    parts: tuple[tuple[int, int, int | None], ...]

    @classmethod
    def of(cls, tokenizer: Any, texts: int) -> Template:
        """Read off an input of `texts` short texts. Raises ValueError where the tokenizer makes none."""
        encoded = tokenizer(*["a"] * texts)
        ids = encoded["input_ids"]
        rows = list(zip(ids, encoded.get("token_type_ids") or [0] * len(ids), encoded.sequence_ids(0), strict=True))
        parts = tuple(row for n, row in enumerate(rows) if row[2] is None or n == 0 or rows[n - 1][2] != row[2])
        if [place for _, _, place in parts if place is not None] != list(range(texts)):
            raise ValueError("no such input")
        return cls(parts)

    @property
    def specials(self) -> int:
        """Number of special tokens."""
        return sum(place is None for _, _, place in self.parts)

    def fill(self, *texts: Sequence[int]) -> Input:
        """The input of texts given as token ids."""
        ids: list[int] = []
        types: list[int] = []
        for token, kind, place in self.parts:
            own = [token] if place is None else texts[place]
            ids += own
            types += [kind] * len(own)
        return ids, types


class Windows:
    """Windows over turns. A text's special tokens count as plain text, so that no turn can pretend to end."""

    def __init__(self, tokenizer: Any, most: int, context: bool) -> None:
        """most: tokens that the model reads at once. context: whether the turns before are the first text of a pair."""
        self._backend = tokenizer.backend_tokenizer
        self._alone = Template.of(tokenizer, 1)
        self._pair = Template.of(tokenizer, 2) if context else None
        self._backend.no_truncation()
        self._backend.no_padding()
        self._backend.encode_special_tokens = True
        self.room = most - (self._pair or self._alone).specials
        self._before = min(CONTEXT_TOKENS, self.room // 3) if context else 0
        self._size = min(WINDOW_TOKENS, self.room - self._before)

    def of(self, turn: ModelTurn) -> list[Input]:
        """The turn's windows, in order; a turn without text has one."""
        text = self._tokens(turn.text[:MAX_TURN_CHARS])
        context = self._tokens(context_text(turn))[-self._before :] if self._pair else []
        windows = [text[start : start + self._size] for start in window_starts(len(text), self._size)]
        if self._pair and context:
            return [self._pair.fill(context, window) for window in windows]
        return [self._alone.fill(window) for window in windows]

    def _tokens(self, text: str) -> list[int]:
        whole = text.encode("utf-8", "replace").decode()  # half a surrogate pair is no text to a tokenizer
        return list(self._backend.encode(whole, add_special_tokens=False).ids)
