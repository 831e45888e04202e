"""What the scorer reads: context, windows, token layout."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from classifiers.turn import (
    CAUSE_CHARS,
    CLS,
    CONTEXT_TOKENS,
    MAX_CONTEXT_CHARS,
    MAX_WINDOWS,
    SEP,
    WINDOW_TOKENS,
    ModelTurn,
    cause_turn,
    context_of,
    context_text,
    encode,
    window_starts,
)


def test_context_is_the_last_two_turns_with_text_and_no_system_prompt() -> None:
    turns = [
        ("system", "be kind"),
        ("user", "one"),
        ("assistant", "two"),
        ("tool", " "),
        ("user", "three"),
        ("assistant", "x"),
    ]
    assert context_of(turns, 5) == (("assistant", "two"), ("user", "three"))
    assert context_of(turns, 1) == ()


def test_what_situations_are_told_from_reaches_further_back_and_is_one_window() -> None:
    turns = [("user", f"u{n}") if n % 2 == 0 else ("assistant", f"a{n}") for n in range(7)]
    turn = cause_turn(turns, 5, "word " * 500)
    assert [text for _, text in turn.context] == ["a1", "u2", "a3", "u4"]
    assert len(turn.text) == CAUSE_CHARS


def test_a_long_context_keeps_its_end() -> None:
    text = context_text(ModelTurn((("user", "a" * 9000 + "END"),), "x"))
    assert len(text) == MAX_CONTEXT_CHARS
    assert text.endswith("END")


@given(st.integers(0, 200_000))
def test_windows_cover_a_turn_from_start_to_end(length: int) -> None:
    starts = window_starts(length)
    assert starts[0] == 0
    assert starts == sorted(set(starts))
    assert len(starts) <= MAX_WINDOWS
    assert starts[-1] + WINDOW_TOKENS >= length
    if len(starts) < MAX_WINDOWS:
        assert all(b - a <= WINDOW_TOKENS for a, b in itertools.pairwise(starts))


@given(st.lists(st.integers(200, 300), max_size=200), st.lists(st.integers(400, 500), max_size=WINDOW_TOKENS))
def test_token_types_mark_the_turn(context: list[int], window: list[int]) -> None:
    ids, types = encode(context, window)
    assert len(ids) == len(types)
    assert ids[0] == CLS and ids[-1] == SEP
    kept = [i for i, t in zip(ids, types, strict=True) if t == 0]
    assert kept[1:-1] == context[-CONTEXT_TOKENS:]
    assert [i for i, t in zip(ids, types, strict=True) if t == 1] == [*window, SEP]
