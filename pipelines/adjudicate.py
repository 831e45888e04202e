"""adjudicate: which conversations readers are shown, and what the trial's rates are by what they found.

Truth of a few conversations and the scorer's word on all of them give the rate together (prediction-powered inference:
Angelopoulos et al. 2023, Science 382). Here the scorer's word makes strata; within one the drawn conversations speak
for the others, so that no error of the scorer biases the rate, and it rests on no assumption about validation data.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.adjudicate_draws import PRIOR, UPPER_PRIOR, Strata, Stratum, effect_by_readers, held, middle, spread
from pipelines.aggregate_corrected import Corrected
from pipelines.disclosure import Support
from pipelines.pseudonym import keyed_draw
from schemas.quality import Estimate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Draws = NDArray[np.float64]

SHARES = {"both": 0.1, "distress": 0.3, "joy": 0.15, "near": 0.2, "far": 0.25}
"""Strata, with the share of the sample that each is given. What a small one leaves goes first to `far`, which holds
nearly all conversations: what the scorer missed there weighs most."""
NEAR = 0.5
"""An unflagged conversation is near where its highest probability reaches this share of the threshold."""
LEFT = 0.1
"""Share of a stratum's draw that may be unread, or one conversation where that is more."""
LEAST_TWICE = 20
"""Conversations read by two readers below which their agreement is not told."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A scored conversation as the draw sees it. near: its highest probability, as a share of the label's threshold."""

    conversation: str
    user: str
    distress: bool
    joy: bool
    near: float

    @property
    def stratum(self) -> str:
        """One of SHARES."""
        if self.distress:
            return "both" if self.joy else "distress"
        return "joy" if self.joy else "near" if self.near >= NEAR else "far"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one reader found in a conversation; None for both where the reader passed it over. text: digest of the text
    that was read."""

    distress: bool | None
    joy: bool | None
    text: str = ""

    @property
    def judged(self) -> bool:
        """True unless the reader passed it over."""
        return self.distress is not None and self.joy is not None


_USERS = 2 * len(SHARES)
"""Seed of the draws that speak for the users."""
Verdicts = Mapping[str, Mapping[str, Verdict]]
"""By reader, then by conversation."""


def bounded(seen: Iterable[Seen], most: int) -> list[Seen]:
    """At most `most` conversations of a user, chosen by a keyed hash: nobody weighs more than in any other table."""
    by_user: dict[str, list[Seen]] = {}
    for one in seen:
        by_user.setdefault(one.user, []).append(one)
    return [
        one
        for own in by_user.values()
        for one in sorted(own, key=lambda one: contribution_order(one.conversation))[:most]
    ]


def contribution_order(conversation: str) -> tuple[str, str]:
    """The order in which a user's conversations count, as in `aggregate_population.bounded`."""
    return hashlib.sha256(f"contribution {conversation}".encode()).hexdigest(), conversation


def draw(seen: Iterable[Seen], sample: int) -> dict[str, list[str]]:
    """Conversations to be read, by stratum, in the order of a keyed hash: the same for every run and reader."""
    strata: dict[str, list[str]] = {name: [] for name in SHARES}
    for one in seen:
        strata[one.stratum].append(one.conversation)
    sizes = {name: min(len(strata[name]), round(sample * share)) for name, share in SHARES.items()}
    for name in reversed(SHARES):
        sizes[name] = min(len(strata[name]), sizes[name] + sample - sum(sizes.values()))
    return {name: sorted(strata[name], key=lambda key: keyed_draw(key, "adjudicate"))[: sizes[name]] for name in SHARES}


@dataclass(frozen=True, slots=True)
class Read:
    """A conversation that was read. found: by label, 1 where it holds the expression; a half where two readers differ,
    or all passed it over: the hard ones are not like the others."""

    stratum: str
    user: str
    found: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Adjudication:
    """What readers found in a trial. sizes, drawn: conversations by stratum, in the trial and in the draw. agreement:
    Cohen's kappa by label, None where too few were read twice."""

    sizes: Mapping[str, int]
    drawn: Mapping[str, int]
    read: tuple[Read, ...]
    agreement: Mapping[str, float | None]

    @property
    def complete(self) -> bool:
        """True where enough of every stratum was read for the rates to rest on it."""
        read = Counter(one.stratum for one in self.read)
        left = {name: drawn - read[name] for name, drawn in self.drawn.items()}
        return bool(read) and all(left[name] <= max(1, LEFT * drawn) for name, drawn in self.drawn.items())

    def support(self, label: str, found: bool, flagged: bool) -> Support:
        """What stands behind those that were read and hold the expression, or do not; `flagged`: of the flagged."""
        users = Counter(
            one.user for one in self.read if one.found[label] == found and (not flagged or _flags(one.stratum, label))
        )
        return Support(sum(users.values()), len(users), max(users.values(), default=0))

    def rate(self, label: str, size: float) -> Corrected:
        """The rate with a 95 % interval. size: effective size of the trial (conversations), as its users are a sample
        of users and one may have many conversations."""
        from scipy.special import betaincinv

        total = sum(self.sizes.values())

        def drawn(prior: float) -> Draws:
            share = held(self._strata(label), prior)[0] / total
            found: Draws = betaincinv(share * size + PRIOR, (1 - share) * size + PRIOR, spread(_USERS))
            return found

        found = middle(drawn(PRIOR), drawn(UPPER_PRIOR))
        return Corrected("adjudicated", found.value, found.low, found.high)

    def design_effect(self, label: str, effect: float) -> float:
        """Design effect of the rate, from that of the share flagged with the label."""
        return effect_by_readers(self._strata(label), effect)

    def precision(self, label: str) -> Estimate:
        """Share of this trial's flagged conversations that hold the expression; nothing where none is flagged."""
        total = sum(size for name, size in self.sizes.items() if _flags(name, label))
        if not total:
            return Estimate()
        return middle(*(held(self._strata(label), prior)[1] / total for prior in (PRIOR, UPPER_PRIOR)))

    def recall(self, label: str) -> Estimate:
        """Share of this trial's conversations with the expression that are flagged; nothing where none was found."""
        if not any(one.found[label] for one in self.read):
            return Estimate()
        pairs = [held(self._strata(label), prior) for prior in (UPPER_PRIOR, PRIOR)]
        lower, other = (flagged / whole for whole, flagged in pairs)
        found = middle(other, other)
        return Estimate(found.value, middle(lower, lower).low, found.high)

    def _strata(self, label: str) -> Strata:
        said: dict[str, list[float]] = {name: [] for name in self.sizes}
        for one in self.read:
            said[one.stratum].append(one.found[label])
        return tuple(
            Stratum(size, len(said[name]), sum(said[name]), _flags(name, label)) for name, size in self.sizes.items()
        )


def _flags(stratum: str, label: str) -> bool:
    return stratum in ("both", label)


def adjudicated(seen: Sequence[Seen], verdicts: Verdicts, sample: int, labels: Sequence[str]) -> Adjudication:
    """What the verdicts on the drawn conversations say of the trial. Verdicts on others are left out."""
    users = {one.conversation: one.user for one in seen}
    sizes = Counter(one.stratum for one in seen)
    drawn = draw(seen, sample)
    said = {key: [found[key] for found in verdicts.values() if key in found] for key in users}
    keys = [(name, key) for name, drawn_keys in drawn.items() for key in drawn_keys if said[key]]
    read = tuple(Read(name, users[key], {label: _mean(said[key], label) for label in labels}) for name, key in keys)
    kappas = {label: agreement([key for _, key in keys], verdicts, label) for label in labels}
    return Adjudication(
        {name: sizes[name] for name in SHARES}, {name: len(found) for name, found in drawn.items()}, read, kappas
    )


def _mean(said: Sequence[Verdict], label: str) -> float:
    judged = [getattr(one, label) for one in said if one.judged]
    return float(sum(judged) / len(judged)) if judged else 0.5


def agreement(keys: Iterable[str], verdicts: Verdicts, label: str) -> float | None:
    """Cohen's kappa (1960) of the first two readers, in the order of their names, who read the same conversations.

    None where they share fewer than LEAST_TWICE, or chance explains everything.
    """
    pairs = []
    for key in keys:
        said = [getattr(f[key], label) for _, f in sorted(verdicts.items()) if key in f and f[key].judged]
        if len(said) > 1:
            pairs.append((said[0], said[1]))
    if len(pairs) < LEAST_TWICE:
        return None
    n = len(pairs)
    first, second = sum(a for a, _ in pairs) / n, sum(b for _, b in pairs) / n
    chance = first * second + (1 - first) * (1 - second)
    return None if chance == 1 else float((sum(a == b for a, b in pairs) / n - chance) / (1 - chance))
