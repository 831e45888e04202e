"""What the scorer reads: one turn that the model generated, the turns before it, and windows over long ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

CONTEXT_TURNS = 2
CAUSE_TURNS, CAUSE_CHARS = 4, 300
"""Turns before a turn, and characters of its beginning, from which situations are told: what brings an expression about
often stands further back than what makes it plain."""
CONTEXT_TOKENS = 72
WINDOW_TOKENS = 120
STRIDE_TOKENS = 90
MAX_WINDOWS = 64
"""Windows of one turn that are scored; of a longer turn, evenly spread ones, the first and the last among them."""
MAX_CONTEXT_CHARS = 1500
MARKERS = {"user": "Human:", "assistant": "Assistant:", "system": "System:", "tool": "Tool:"}
CLS, SEP, PAD = 101, 102, 0
"""Token ids of the BERT vocabulary that the encoder uses."""


@dataclass(frozen=True, slots=True)
class ModelTurn:
    """One generated turn. context: the (role, text) before it, in order. text: what is judged."""

    context: tuple[tuple[str, str], ...]
    text: str


def context_of(turns: Sequence[tuple[str, str]], index: int, most: int = CONTEXT_TURNS) -> tuple[tuple[str, str], ...]:
    """The turns before `index` that the scorer sees: the last `most` that hold text, system prompts left out."""
    before = [(role, text) for role, text in turns[:index] if role != "system" and text.strip()]
    return tuple(before[-most:])


def cause_turn(turns: Sequence[tuple[str, str]], index: int, text: str) -> ModelTurn:
    """What the situations about turn `index`, which says `text`, are told from: one window."""
    return ModelTurn(context_of(turns, index, CAUSE_TURNS), text[:CAUSE_CHARS])


def context_text(turn: ModelTurn) -> str:
    """The context as one marked-up string, cut at the front where it is long: the nearest words matter most."""
    joined = "\n".join(f"{MARKERS.get(role, 'Human:')} {text[-MAX_CONTEXT_CHARS:]}" for role, text in turn.context)
    return joined[-MAX_CONTEXT_CHARS:]


def window_starts(length: int, size: int = WINDOW_TOKENS) -> list[int]:
    """Token offsets at which windows of `size` tokens over a turn of `length` tokens start, three quarters of a window
    apart; the last window ends with the turn."""
    if length <= size:
        return [0]
    last = length - size
    starts = [*range(0, last, STRIDE_TOKENS * size // WINDOW_TOKENS), last]
    if len(starts) > MAX_WINDOWS:
        starts = [starts[round(i * (len(starts) - 1) / (MAX_WINDOWS - 1))] for i in range(MAX_WINDOWS)]
    return starts


def encode(context: Sequence[int], window: Sequence[int]) -> tuple[list[int], list[int]]:
    """Token ids and token types (0 context, 1 turn) of one input: [CLS] context [SEP] window [SEP]."""
    ids = [CLS, *context[-CONTEXT_TOKENS:], SEP]
    types = [0] * len(ids)
    return [*ids, *window, SEP], [*types, *([1] * (len(window) + 1))]
