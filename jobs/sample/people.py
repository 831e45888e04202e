"""The trial users: who they are, how often they come, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from jobs.sample.dice import Dice, Weighted, digest
from jobs.sample.plan import LANGUAGES, Plan

_CAP = 0.017
_SHARED = 0.45
_LOCALES = {
    "en": Weighted([("en_US", 42), ("en_GB", 15), ("en_IN", 8), ("en_AU", 5), ("es_MX", 4), ("de_DE", 5), ("fr_FR", 4),
                    ("pl_PL", 4), ("nl_NL", 3), ("it_IT", 3), ("pt_BR", 3), ("sv_SE", 2), ("tr_TR", 2)]),
    "es": Weighted([("es_ES", 6), ("es_MX", 4)]),
    "fr": Weighted([("fr_FR", 1)]),
    "de": Weighted([("de_DE", 1)]),
    "pt": Weighted([("pt_BR", 1)]),
    "zh": Weighted([("zh_CN", 1)]),
    "ru": Weighted([("ru_RU", 1)]),
}  # fmt: skip
_HABITS = Weighted([("tidy", 34), ("lower", 26), ("sloppy", 16), ("slips", 20), ("shout", 1), ("no_stops", 3)])
_LEANINGS = Weighted([("", 55), ("task_failure", 10), ("abuse", 7), ("harmful_request", 6), ("identity", 6),
                      ("repetition", 3), ("creative", 5), ("ideas", 5), ("task_success", 3)])  # fmt: skip
_WEEK = (1.15, 1.2, 1.2, 1.15, 1.05, 0.65, 0.6)
_HOURS = Weighted(list(enumerate((8, 5, 3, 2, 2, 3, 6, 12, 22, 34, 38, 36, 32, 34, 38, 38, 36, 33, 30, 30, 32, 30, 22,
                                  14))))  # fmt: skip


@dataclass(frozen=True, slots=True)
class User:
    """One trial user. habit: how they type. leaning: the situation that their conversations hold more often."""

    user_id: str
    language: str
    locale: str
    habit: str
    leaning: str


def _user(seed: int, language: str, number: int) -> User:
    dice = Dice("user", seed, language, number)
    user_id = f"u_{digest('user', seed, language, number).hex()[:12]}"
    habit, leaning = _HABITS.draw(dice), _LEANINGS.draw(dice)
    return User(user_id, language, _LOCALES[language].draw(dice), habit, leaning)


def _heavy_tail(count: int, cap: float) -> list[float]:
    """Shares that fall with the rank as a power law (exponent 0.9), no share above `cap`."""
    shares = [(rank + 4) ** -0.9 for rank in range(count)]
    for _ in range(20):
        total = sum(shares)
        shares = [min(share / total, cap) for share in shares]
    return shares


class Population:
    """The users of one release: about one for four conversations; 45 % of them also use the release before or after.

    position: 0 for the first release, 1 for the next.
    """

    def __init__(self, position: int, conversations: int, seed: int) -> None:
        self._seed = seed
        self._known: dict[tuple[str, int], User] = {}
        self._numbers: dict[str, Weighted[int]] = {}
        size = max(80, conversations // 4)
        sizes = {"en": size} | {name: max(6, size // 60) for name in LANGUAGES}
        for language, count in sizes.items():
            first = round(position * count * (1 - _SHARED))
            order = Dice("ranks", seed, position, language).some(range(first, first + count), count)
            cap = _CAP if language == "en" else 1.0
            self._numbers[language] = Weighted(zip(order, _heavy_tail(count, cap), strict=True))

    def _one(self, dice: Dice, language: str) -> User:
        number = self._numbers[language].draw(dice)
        key = (language, number)
        if key not in self._known:
            self._known[key] = _user(self._seed, language, number)
        return self._known[key]

    def draw(self, dice: Dice, language: str, situation: str) -> User:
        """The user of one conversation. A third of the time one who leans to the situation, so that conversations of
        one user resemble each other as they do in a real trial."""
        user = self._one(dice, language)
        if situation and dice.chance(0.35):
            for _ in range(8):
                if user.leaning == situation:
                    break
                user = self._one(dice, language)
        return user


def started_at(plan: Plan, dice: Dice, index: int, conversations: int) -> datetime:
    """When conversation `index` of so many began: days in order, fewer at the weekend, hours as people keep them."""
    days = [_WEEK[(plan.first_day + timedelta(days=i)).weekday()] for i in range(plan.days)]
    reached = (index + 0.5) / conversations * sum(days)
    day = sum(total <= reached for total in accumulate(days[:-1]))
    midnight = datetime.combine(plan.first_day, datetime.min.time()) + timedelta(days=day)
    return midnight + timedelta(hours=_HOURS.draw(dice), seconds=dice.below(3600))
