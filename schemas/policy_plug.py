"""Classifiers by others: which one judges turns, what its labels mean, and which languages it reads."""

from __future__ import annotations

import re
from dataclasses import dataclass

from schemas.labels import AFFECTS, Affect
from schemas.policy_check import check

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_LEVELS = {str(int(level)): level for level in AFFECTS}


@dataclass(frozen=True)
class Plug:
    """A `transformers` sequence classifier. section: of the policy that names it; the other fields as it has them."""

    section: str
    model: str
    labels: tuple[str, ...]
    languages: tuple[str, ...]
    context: bool

    def __post_init__(self) -> None:
        """Raises UsageError that names the section and the field."""
        pairs = [entry.rpartition("=") for entry in self.labels]
        names = [name.strip() for name, _, _ in pairs]
        written = all(name and level.strip() in _LEVELS for name, (_, _, level) in zip(names, pairs, strict=True))
        check(bool(pairs) and written, self.section, "labels", "entries like 'sadness=-1', with a level from -2 to 2")
        check(len(set(names)) == len(names), self.section, "labels", "entries with each label of the model once")
        levels = set(self.levels.values())
        both = min(levels) < Affect.NEUTRAL and Affect.STRONG_JOY in levels
        check(both, self.section, "labels", "a map in which some label is below 0 and some label is 2, as the rates of"
              " distress and of joy rest on these")  # fmt: skip
        codes = all(_LANGUAGE.fullmatch(code) for code in self.languages)
        check(codes, self.section, "languages", "ISO 639-1 codes, such as 'de'")

    @property
    def levels(self) -> dict[str, Affect]:
        """The affect level that each label of the model means."""
        pairs = (entry.rpartition("=") for entry in self.labels)
        return {name.strip(): _LEVELS[level.strip()] for name, _, level in pairs}


LEAST_THRESHOLD = 0.1
"""Least threshold that a policy may set."""


@dataclass(frozen=True)
class MultilingualPolicy:
    """A second model, for conversations in languages that the one of [score] does not know. By default none."""

    model: str = ""
    """Folder of a `transformers` sequence classifier, or its name where it lies in this machine's cache."""
    labels: tuple[str, ...] = ()
    """What each label of the model means: `label=level`, from -2 (strong distress) to 2 (strong joy)."""
    languages: tuple[str, ...] = ()
    """Languages (ISO 639-1) that it may score; empty means all that can be identified."""
    context: bool = False
    """Whether it is given the two turns before as well, as the first text of a pair."""
    distress_threshold: float | None = None
    """Least p(distress) by this model that flags; needed with a model, since scores of two models do not compare."""
    joy_threshold: float | None = None
    """Least p(joy) by this model that flags; needed with a model."""

    def __post_init__(self) -> None:
        name, thresholds = "multilingual", ("distress_threshold", "joy_threshold")
        others = self.labels or self.languages or self.context
        others = others or any(getattr(self, field) is not None for field in thresholds)
        check(bool(self.model) or not others, name, "model", "set where another field of the section is")
        if self.plug is not None:
            for field in thresholds:
                check(LEAST_THRESHOLD <= (getattr(self, field) or 0.0) < 1.0, name, field, "set, from 0.1 to 1")

    @property
    def plug(self) -> Plug | None:
        """The model, None where the policy names none."""
        return Plug("multilingual", self.model, self.labels, self.languages, self.context) if self.model else None
