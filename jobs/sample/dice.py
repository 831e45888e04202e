"""Seeded chance that gives the same draws on every machine and Python build.

Only `random.Random.random()` is used: its sequence is documented to stay the same, the sequence of `choice`,
`shuffle` and the like is not. Seeds come from a digest, never from `hash()`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


def digest(*parts: object) -> bytes:
    """16 bytes that depend on every part, in order; parts are joined by their `str`."""
    return blake2b("\x1f".join(map(str, parts)).encode(), digest_size=16).digest()


class Dice:
    """One stream of chance, seeded by the parts it is made from."""

    __slots__ = ("unit",)

    def __init__(self, *seed: object) -> None:
        self.unit = Random(int.from_bytes(digest(*seed)[:8], "big")).random

    def below(self, n: int) -> int:
        """A whole number from 0 to n - 1."""
        return int(self.unit() * n)

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both ends included."""
        return low + int(self.unit() * (high - low + 1))

    def chance(self, share: float) -> bool:
        """True with probability `share`."""
        return self.unit() < share

    def pick(self, items: Sequence[T]) -> T:
        """One item, each as likely as the next."""
        return items[int(self.unit() * len(items))]

    def some(self, items: Sequence[T], count: int) -> list[T]:
        """`count` different items (or all there are) in drawn order."""
        pool = list(items)
        for i in range(min(count, len(pool))):
            j = i + self.below(len(pool) - i)
            pool[i], pool[j] = pool[j], pool[i]
        return pool[:count]

    def digits(self, pattern: str) -> str:
        """The pattern with each `#` replaced by a digit and each `?` by a capital letter."""
        return "".join(
            str(self.below(10)) if c == "#" else self.pick("ABCDEFGHJKLMNPRSTUVWXYZ") if c == "?" else c
            for c in pattern
        )

    def chars(self, alphabet: str, count: int) -> str:
        """`count` characters of the alphabet."""
        return "".join(self.pick(alphabet) for _ in range(count))


class Weighted(Generic[T]):
    """Items with weights; `draw` takes one in proportion. Weights need not sum to one."""

    def __init__(self, pairs: Iterable[tuple[T, float]]) -> None:
        kept = [(item, weight) for item, weight in pairs if weight > 0]
        self._items = [item for item, _ in kept]
        self._cumulated = list(accumulate(weight for _, weight in kept))

    def draw(self, dice: Dice) -> T:
        """One item. Raises IndexError where there is none."""
        return self.at(dice.unit())

    def at(self, share: float) -> T:
        """The item that stands at a share of the whole weight, from 0 up to 1."""
        return self._items[bisect_right(self._cumulated, share * self._cumulated[-1])]
