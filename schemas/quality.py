"""How good the scorer is, as its card says it: per label, figures on validation turns with the counts behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from schemas.errors import ContractError
from schemas.labels import LABELS


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with the ends of its 95 % interval; None where it was not measured, never 0."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """hits of n_positive turns with the expression were flagged, and false of n_negative turns without it.

    Turns that stand for others count as so many turns without weights as tell the same: no whole numbers then.
    """

    n_positive: float
    hits: float
    n_negative: float
    false: float

    def __post_init__(self) -> None:
        if not (0 <= self.hits <= self.n_positive and 0 <= self.false <= self.n_negative):
            raise ContractError(
                "the scorer's card: hits must lie between 0 and n_positive, and false between 0 and n_negative."
                " Train the scorer again, or correct its card."
            )


@dataclass(frozen=True, slots=True)
class LabelQuality:
    """One label's figures on validation turns, at the threshold (0 to 1) that flags.

    sources: the counts behind recall and false-positive rate, one entry a source of validation turns; empty where
    nothing was measured: the rates cannot be corrected then.
    """

    threshold: float | None = None
    sources: tuple[Counts, ...] = ()
    recall: Estimate = Estimate()
    false_positive_rate: Estimate = Estimate()
    precision: Estimate = Estimate()
    average_precision: Estimate = Estimate()
    basis: str = "validation"

    @property
    def measured(self) -> bool:
        """True where recall and false-positive rate rest on at least one turn each."""
        return any(s.n_positive for s in self.sources) and any(s.n_negative for s in self.sources)


@dataclass(frozen=True, slots=True)
class Quality:
    """Figures by label (`distress`, `joy`).

    languages: of the conversations that they speak for, where another model scored the others; None: of all.
    """

    labels: Mapping[str, LabelQuality]
    languages: frozenset[str] | None = None

    def of(self, label: str, dimension: str, value: str) -> LabelQuality:
        """What can be said of the scorer's errors in a part of the trial; nothing where another model may have scored
        some of it. Only a single language is known to be one model's."""
        mixed = self.languages is not None and not (dimension == "language" and value in self.languages)
        return LabelQuality() if mixed else self.labels.get(label, LabelQuality())

    def at(self, thresholds: Mapping[str, float], languages: frozenset[str] | None = None) -> Quality:
        """The quality at the thresholds (by label) that a run flags by: of what was measured at another one, only the
        average precision still holds."""
        found = {}
        for label, threshold in thresholds.items():
            quality = self.labels.get(label, LabelQuality())
            moved = LabelQuality(threshold=threshold, average_precision=quality.average_precision)
            found[label] = quality if quality.threshold == threshold else moved
        return Quality(found, languages)

    @classmethod
    def from_card(cls, card: Mapping[str, Any]) -> Quality:
        """The quality that a scorer's card (its JSON as a dictionary) states.

        Raises ContractError where a figure is not `[value, low, high]`, or counts contradict each other.
        """
        found = {}
        for label in LABELS:
            measured = dict((card.get("validation") or {}).get(label) or {})
            found[str(label)] = LabelQuality(
                threshold=_number((card.get("thresholds") or {}).get(label)),
                sources=tuple(map(_counts, (measured.get("sources") or {}).values())),
                recall=_estimate(measured.get("recall")),
                false_positive_rate=_estimate(measured.get("false_positive_rate")),
                precision=_estimate(measured.get("precision")),
                average_precision=_estimate(measured.get("average_precision")),
            )
        return cls(found)


def _number(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise ContractError("the scorer's card: a figure must be a number or null. Train the scorer again.")
    return float(value)


def _counts(value: Any) -> Counts:
    names = ("n_positive", "hits", "n_negative", "false")
    found = [value.get(name) if isinstance(value, Mapping) else None for name in names]
    counts = [_number(count) for count in found]
    if None in counts:
        raise ContractError(f"the scorer's card: a source needs the counts {', '.join(names)}. Train the scorer again.")
    return Counts(*(count for count in counts if count is not None))


def _estimate(value: Any) -> Estimate:
    if value is None:
        return Estimate()
    if not isinstance(value, list | tuple) or len(value) != 3:
        raise ContractError("the scorer's card: a figure must be [value, low, high] or null. Train the scorer again.")
    return Estimate(*(_number(part) for part in value))
