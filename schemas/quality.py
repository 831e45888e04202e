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
class LabelQuality:
    """One label's figures on validation turns, at the threshold (0 to 1) that flags.

    hits of n_positive turns that hold the expression were flagged, and false of n_negative turns that do not. The
    counts are None where nothing was measured: the rates cannot be corrected then.
    """

    threshold: float | None = None
    n_positive: int | None = None
    hits: int | None = None
    n_negative: int | None = None
    false: int | None = None
    recall: Estimate = Estimate()
    false_positive_rate: Estimate = Estimate()
    precision: Estimate = Estimate()
    average_precision: Estimate = Estimate()
    basis: str = "validation"

    def __post_init__(self) -> None:
        for part, whole in ((self.hits, self.n_positive), (self.false, self.n_negative)):
            if (part is None) != (whole is None) or (part is not None and whole is not None and not 0 <= part <= whole):
                raise ContractError(
                    "the scorer's card: hits must lie between 0 and n_positive, and false between 0 and n_negative;"
                    " both of a pair are given or null. Train the scorer again, or correct its card."
                )

    @property
    def measured(self) -> bool:
        """True where recall and false-positive rate rest on at least one turn each."""
        return bool(self.n_positive) and bool(self.n_negative)


@dataclass(frozen=True, slots=True)
class Quality:
    """Figures by label (`distress`, `joy`)."""

    labels: Mapping[str, LabelQuality]

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
                n_positive=_count(measured.get("n_positive")),
                hits=_count(measured.get("hits")),
                n_negative=_count(measured.get("n_negative")),
                false=_count(measured.get("false")),
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


def _count(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise ContractError("the scorer's card: a count must be a whole number or null. Train the scorer again.")
    return value


def _estimate(value: Any) -> Estimate:
    if value is None:
        return Estimate()
    if not isinstance(value, list | tuple) or len(value) != 3:
        raise ContractError("the scorer's card: a figure must be [value, low, high] or null. Train the scorer again.")
    return Estimate(*(_number(part) for part in value))
