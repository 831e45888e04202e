"""second_reader: which flagged conversations a second reader, a language model, is asked about, and how far it agrees.

It is one more judge, and no truth: it may err, and err alike. No rate rests on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.adjudicate import Seen
from pipelines.aggregate_cells import Cell, reduce_users
from pipelines.disclosure import Support
from pipelines.intervals import design_effect, effective_size, wilson
from pipelines.pseudonym import keyed_draw
from schemas.labels import LABELS
from schemas.quality import Estimate

LEFT = 0.1
"""Share of a label's draw that may be unasked, or one conversation where that is more."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One drawn conversation that the second reader was asked about. confirmed: whether it finds the label too; None
    where it gave no usable answer."""

    user: str
    confirmed: bool | None


@dataclass(frozen=True, slots=True)
class SecondReading:
    """What the second reader said of a trial: conversations drawn and asked about, by label."""

    drawn: Mapping[str, int]
    asked: Mapping[str, Sequence[Asked]]

    def enough(self, label: str) -> bool:
        """True where nearly all of the label's draw was asked about."""
        left = self.drawn[label] - len(self.asked[label])
        return bool(self.asked[label]) and left <= max(1, LEFT * self.drawn[label])

    def support(self, label: str, *confirmed: bool | None) -> Support:
        """What stands behind those with one of these outcomes."""
        return _support(one.user for one in self.asked[label] if one.confirmed in confirmed)

    def agreement(self, label: str) -> Estimate:
        """Share of the scorer's flags that the second reader confirms, of those that it gave an answer on."""
        answered = [one for one in self.asked[label] if one.confirmed is not None]
        return _share([(one.user, bool(one.confirmed)) for one in answered])

    def answered(self, label: str) -> Estimate:
        """Share of what was asked that got a usable answer."""
        return _share([(one.user, one.confirmed is not None) for one in self.asked[label]])


def drawn_flags(seen: Iterable[Seen], sample: int) -> dict[str, list[Seen]]:
    """At most `sample` of each label's flagged conversations, in the order of a keyed hash: the same on every run."""
    known = list(seen)
    return {
        str(label): sorted(
            (one for one in known if getattr(one, label)),
            key=lambda one: (keyed_draw(one.conversation, f"second reader {label}"), one.conversation),
        )[:sample]
        for label in LABELS
    }


def _support(users: Iterable[str]) -> Support:
    counts = _by_user((user, True) for user in users)
    return Support(
        sum(n for n, _ in counts.values()), len(counts), max((n for n, _ in counts.values()), default=0)
    )  # fmt: skip


def _by_user(found: Iterable[tuple[str, bool]]) -> dict[str, tuple[int, int]]:
    out: dict[str, tuple[int, int]] = {}
    for user, hit in found:
        n, y = out.get(user, (0, 0))
        out[user] = (n + 1, y + hit)
    return out


def _share(found: Sequence[tuple[str, bool]]) -> Estimate:
    """Share of hits with the 95 % score interval over the effective size: one user may have many conversations."""
    if not found:
        return Estimate()
    cell: Cell = reduce_users((n, y, 0) for n, y in _by_user(found).values())
    effect = design_effect(
        cell.flagged, cell.conversations, cell.users, cell.squares, cell.products, cell.total_squares
    )
    share = cell.flagged / cell.conversations
    return Estimate(share, *wilson(share, effective_size(cell.conversations, effect, cell.users)))
