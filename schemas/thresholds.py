"""The thresholds that a run flags by. Scores of two models do not compare, so each model has its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from schemas.labels import LABELS
from schemas.policy import Policies


@dataclass(frozen=True, slots=True)
class Thresholds:
    """own: probability (0 to 1) by label, for what the model of [score] scored.

    others: the same for what the model of [multilingual] scored; None where there is none, and `own` is then for all.
    languages: of the conversations that the model of [score] scored.
    """

    own: Mapping[str, float]
    others: Mapping[str, float] | None = None
    languages: tuple[str, ...] = ()

    def of(self, language: str) -> Mapping[str, float]:
        """Those for a scored conversation in `language`."""
        return self.own if self.others is None or language in self.languages else self.others

    @property
    def validated(self) -> frozenset[str] | None:
        """Languages that the scorer's validation can speak for; None where it scored everything."""
        return None if self.others is None else frozenset(self.languages)

    def plain(self) -> dict[str, Any]:
        """The thresholds as JSON-able values."""
        if self.others is None:
            return dict(self.own)
        return dict(self.own) | {"multilingual": dict(self.others), "languages": list(self.languages)}

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Thresholds:
        """What `plain` gave."""
        own = {name: value for name, value in plain.items() if name not in ("multilingual", "languages")}
        return cls(own, plain.get("multilingual"), tuple(plain.get("languages", ())))

    @classmethod
    def chosen(cls, card: Mapping[str, Any], policies: Policies, languages: tuple[str, ...]) -> Thresholds:
        """The policy's thresholds, and where it names none, those of the scorer's card.

        languages: of the conversations that the model of [score] scores.
        """
        named = {str(label): getattr(policies.flag, f"{label}_threshold") for label in LABELS}
        own = {label: card["thresholds"][label] if value is None else value for label, value in named.items()}
        if policies.multilingual.plug is None:
            return cls(own)
        others = {str(label): getattr(policies.multilingual, f"{label}_threshold") for label in LABELS}
        return cls(own, others, languages)
