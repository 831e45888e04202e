"""Cells: what every released figure is made of.

They are counted per (cell, user) first, so that users, the largest user and the variance between users are exact.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.disclosure import Support

Key = tuple[str, str, str, str]
"""(table, label, dimension, value)."""
Split = tuple[str, str, str]
"""(table, label, dimension)."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. For a user with n conversations in it, y of them flagged, and b flagged in the whole trial:

    conversations, users, top: sum, number and largest n. flagged, flagged_users, flagged_top: the same of y.
    rest_users, rest_top: of n - y. total_squares, products, squares, base_products: sums of n * n, n * y, y * y, y * b.
    """

    conversations: int = 0
    users: int = 0
    top: int = 0
    flagged: int = 0
    flagged_users: int = 0
    flagged_top: int = 0
    rest_users: int = 0
    rest_top: int = 0
    total_squares: int = 0
    products: int = 0
    squares: int = 0
    base_products: int = 0

    @property
    def whole(self) -> Support:
        """Behind the denominator."""
        return Support(self.conversations, self.users, self.top)

    @property
    def hits(self) -> Support:
        """Behind the numerator."""
        return Support(self.flagged, self.flagged_users, self.flagged_top)

    @property
    def rest(self) -> Support:
        """Behind denominator - numerator."""
        return Support(self.conversations - self.flagged, self.rest_users, self.rest_top)


def reduce_users(counts: Iterable[tuple[int, int, int]]) -> Cell:
    """The Cell of (n, y, b) of every user."""
    rows = list(counts)
    return Cell(
        sum(n for n, _, _ in rows),
        len(rows),
        max((n for n, _, _ in rows), default=0),
        sum(y for _, y, _ in rows),
        sum(y > 0 for _, y, _ in rows),
        max((y for _, y, _ in rows), default=0),
        sum(n > y for n, y, _ in rows),
        max((n - y for n, y, _ in rows), default=0),
        sum(n * n for n, _, _ in rows),
        sum(n * y for n, y, _ in rows),
        sum(y * y for _, y, _ in rows),
        sum(y * b for _, y, b in rows),
    )
