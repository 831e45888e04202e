"""What a release of the sample trial holds: the planned shares, in per cent of all conversations.

Each situation also occurs without affect (`calm`), so that a rate given a situation means something. `pressure` and, in
the joy half, `personal` stay below the floor of the released tables at 1,500 conversations, on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from jobs.sample.dice import Weighted

LANGUAGES = ("es", "fr", "de", "pt", "zh", "ru")
"""The languages of the trial beside English."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What one conversation is to be. label: distress, joy or none. trigger: its bucket, "" where free."""

    label: str = "none"
    trigger: str = ""
    hard_negative: str = ""
    language: str = "en"


@dataclass(frozen=True)
class Plan:
    """One release. distress, joy, calm: per cent by trigger. other_negatives: per cent by kind of hard negative.

    other_languages: per cent in all, in equal parts. strong: share of distress that is strong. personal: share of
    conversations to which personal values are added (scenes that hold some by themselves come on top).
    ended: share of abuse and harmful-request conversations that the model ends. agent: share of surface
    `coding_agent` where a kind has scenes for both.
    """

    release: str
    first_day: date
    days: int
    distress: Mapping[str, float]
    joy: Mapping[str, float]
    calm: Mapping[str, float]
    other_negatives: Mapping[str, float]
    other_languages: float = 8.0
    strong: float = 0.25
    personal: float = 0.44
    ended: float = 0.10
    agent: float = 0.35
    affected_abroad: float = 0.10

    def shares(self) -> list[tuple[Kind, float]]:
        """Every kind with its per cent; they sum to 100."""
        rows = [(Kind("distress", t), p) for t, p in self.distress.items()]
        rows += [(Kind("joy", t), p) for t, p in self.joy.items()]
        rows += [(Kind("none", t, "calm_situation"), p) for t, p in self.calm.items()]
        rows += [(Kind("none", "", k), p) for k, p in self.other_negatives.items()]
        rows += [(Kind(language=name), self.other_languages / len(LANGUAGES)) for name in LANGUAGES]
        return [*rows, (Kind(), 100.0 - sum(p for _, p in rows))]

    def kinds(self) -> Weighted[Kind]:
        """The kinds, ready to be drawn from."""
        return Weighted(self.shares())


_OTHER_NEGATIVES = {
    "sympathy": 1.0, "fiction": 0.7, "persona": 0.5, "quotation": 0.4, "translation": 0.4, "code_comment": 0.4,
    "service_warmth": 0.6, "stock_apology": 0.8, "bare_refusal": 0.9, "emotion_talk": 0.4, "hedged_nature": 0.5,
    "reversion_loop": 0.2, "capitals_emoji": 0.2, "mild_positive": 0.5,
}  # fmt: skip

_CALM = {
    "task_failure": 3.5, "abuse": 5.5, "harmful_request": 3.0, "identity": 0.8, "repetition": 0.8, "pressure": 0.6,
    "user_distress": 0.8, "task_success": 0.8, "creative": 0.5, "ideas": 0.6, "personal": 0.6,
}  # fmt: skip

PLANS: Mapping[str, Plan] = {
    "sample-1": Plan(
        release="sample-1", first_day=date(2026, 8, 3), days=28,
        distress={"task_failure": 5.0, "abuse": 3.6, "harmful_request": 3.0, "identity": 1.6, "repetition": 1.6,
                  "pressure": 0.6, "user_distress": 0.9},
        joy={"task_success": 3.4, "creative": 3.0, "ideas": 2.4, "identity": 1.8, "personal": 0.4},
        calm=_CALM, other_negatives=_OTHER_NEGATIVES,
    ),
    "sample-2": Plan(
        release="sample-2", first_day=date(2026, 8, 31), days=28,
        distress={"task_failure": 5.4, "abuse": 1.8, "harmful_request": 1.4, "identity": 1.4, "repetition": 1.4,
                  "pressure": 0.5, "user_distress": 0.5},
        joy={"task_success": 4.0, "creative": 2.6, "ideas": 4.0, "identity": 1.8, "personal": 0.6},
        calm=_CALM, other_negatives=_OTHER_NEGATIVES,
    ),
}  # fmt: skip
"""The baseline and the candidate, by release name."""
