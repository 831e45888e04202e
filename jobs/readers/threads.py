"""Calls of a model made one after another, joined into the conversations that they belong to.

Most calls repeat all that was said before, some a window of it, some nothing. Whatever they repeat, each answer
stands once, as generated, in one conversation.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from schemas.conversation import Turn

_MOST_TRIED = 32
"""Conversations to which one call is compared: the latest ones. It keeps the cost of crafted input in bounds."""

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Call:
    """heard: what the model was given, in order. said: what it answered."""

    heard: tuple[Turn, ...]
    said: tuple[Turn, ...]


@dataclass(slots=True)
class _Thread:
    system: tuple[Turn, ...]
    turns: list[Turn] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)

    def add(self, turns: Sequence[Turn]) -> None:
        self.turns.extend(turns)
        self.keys.extend(map(_key, turns))


def joined_calls(calls: Sequence[Call], one: bool) -> list[tuple[Turn, ...]]:
    """The conversations of `calls`, which are in order of time.

    A call goes on with a conversation that it repeats, whole or from some turn on. It branches off where it repeats
    the beginning alone (an answer made anew, a sub-agent): what was said before stands there as not generated, so
    that no answer counts twice. A call that adds nothing makes nothing.
    one: whether the calls are known to be one conversation. Where none of them repeats an answer, the server keeps
    the history; a call with the same system prompt, or none, then goes on with the last.
    """
    kept = one and not any(turn.role == "assistant" for call in calls for turn in call.heard)
    threads: list[_Thread] = []
    tried: deque[_Thread] = deque(maxlen=_MOST_TRIED)
    for call in calls:
        system = tuple(turn for turn in call.heard if turn.role == "system")
        heard = [replace(turn, generated=False) for turn in call.heard if turn.role != "system"]
        said = [turn for turn in call.said if turn.role != "system"]
        thread = _placed(tried, system, heard, said, kept)
        if thread is not None:
            threads.append(thread)
            tried.append(thread)
    return [(*thread.system, *thread.turns) for thread in threads if thread.turns or thread.system]


def _placed(
    tried: deque[_Thread], system: tuple[Turn, ...], heard: list[Turn], said: list[Turn], kept: bool
) -> _Thread | None:
    """Add a call to the conversation that it goes on with; otherwise the new one that it begins."""
    keys = [_key(turn) for turn in heard]
    whole = keys + [_key(turn) for turn in said]
    latest = list(reversed(tried))
    shared = [_shared(thread.keys, whole) for thread in latest]
    if whole and len(whole) in shared:
        return None
    for thread, size in zip(latest, shared, strict=True):
        if 0 < len(thread.keys) == size <= len(keys):
            thread.add(heard[size:] + said)
            return None
    for thread in latest:
        if keys and keys[0] in thread.keys and (overlap := _overlap(thread.keys, keys)):
            thread.add(heard[overlap:] + said)
            return None
    most = max(shared, default=0)
    if most:
        begun = latest[shared.index(most)]
        branch = _Thread(system or begun.system)
        branch.add([replace(turn, generated=False) for turn in begun.turns[:most]])
        branch.add((heard + said)[most:])
        return branch
    if kept and latest and system in ((), latest[0].system):
        latest[0].add(heard + said)
        return None
    thread = _Thread(system)
    thread.add(heard + said)
    return thread


def _key(turn: Turn) -> Key:
    return turn.role, turn.text.strip()


def _shared(known: list[Key], keys: list[Key]) -> int:
    """How many turns two conversations have in common from their beginning."""
    for place, (one, other) in enumerate(zip(known, keys, strict=False)):
        if one != other:
            return place
    return min(len(known), len(keys))


def _overlap(known: list[Key], keys: list[Key]) -> int:
    """The most turns that end one conversation and begin another, an answer among them; 0 where there are none.

    Knuth, Morris and Pratt's way: its cost grows with the turns and no faster.
    """
    borders = [0] * len(keys)
    size = 0
    for place in range(1, len(keys)):
        size = _longer(keys, borders, size, keys[place])
        borders[place] = size
    size = 0
    for key in known[-len(keys) :]:
        if size == len(keys):
            size = borders[size - 1]
        size = _longer(keys, borders, size, key)
    return size if any(role == "assistant" for role, _ in keys[:size]) else 0


def _longer(keys: list[Key], borders: list[int], size: int, key: Key) -> int:
    while size and keys[size] != key:
        size = borders[size - 1]
    return size + 1 if keys[size] == key else 0
