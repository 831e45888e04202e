"""adjudicate: which conversations readers are shown, and what the trial's rates are by what they found.

Truth of a few conversations and the scorer's word on all of them give the rate together (prediction-powered inference:
Angelopoulos et al. 2023, Science 382). Here the scorer's word makes strata; within one the drawn conversations speak
for the others, so that no error of the scorer biases the rate, and it rests on no assumption about validation data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.aggregate_corrected import POINTS, Corrected
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
LEAST_READ = 0.9
"""Share of a stratum's draw that must have been read; readers may pass over a few."""
LEAST_TWICE = 20
"""Conversations read by two readers below which their agreement is not told."""
PRIOR = 1 / 3
"""Both parameters of a stratum's beta prior: the median of the result is then close to what was found (Kerman 2011,
Electronic Journal of Statistics 5). With Jeffreys' half, strata without a find pull a sum of strata up."""


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
    """What one reader found in a conversation."""

    distress: bool
    joy: bool


Verdicts = Mapping[str, Mapping[str, Verdict]]
"""By reader, then by conversation."""


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
class Stratum:
    """conversations: in the trial. read: of the draw. found: by label, how many of those hold the expression (halves
    where two readers differ)."""

    name: str
    conversations: int
    drawn: int
    read: int
    found: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Adjudication:
    """What readers found in a trial. users: distinct ones behind what was read. agreement: Cohen's kappa by label."""

    strata: tuple[Stratum, ...]
    users: int
    agreement: Mapping[str, float | None]

    @property
    def read(self) -> int:
        """Conversations that were read."""
        return sum(one.read for one in self.strata)

    def read_flagged(self, label: str) -> int:
        """Conversations that were read among those flagged for the label."""
        return sum(one.read for one in self.strata if _flags(one.name, label))

    @property
    def complete(self) -> bool:
        """True where enough of every stratum was read for the rates to rest on it."""
        return self.read > 0 and all(one.read >= LEAST_READ * one.drawn for one in self.strata)

    def rate(self, label: str, effect: float = 1.0) -> Corrected:
        """The trial's rate with a 95 % interval. effect: design effect of the raw rate, for users with many
        conversations."""
        whole, _ = self._draws(label, effect)
        return _summary(whole / sum(one.conversations for one in self.strata))

    def precision(self, label: str, effect: float = 1.0) -> Estimate:
        """Share of the flagged conversations that hold the expression; nothing where none is flagged."""
        total = sum(one.conversations for one in self.strata if _flags(one.name, label))
        return _estimate(self._draws(label, effect)[1] / total) if total else Estimate()

    def recall(self, label: str, effect: float = 1.0) -> Estimate:
        """Share of the conversations with the expression that are flagged."""
        whole, flagged = self._draws(label, effect)
        return _estimate(flagged / whole)

    def _draws(self, label: str, effect: float) -> tuple[Draws, Draws]:
        """POINTS draws of how many conversations hold the expression: in all, and of the flagged."""
        import numpy as np
        from scipy.special import betaincinv
        from scipy.stats import binom

        whole, flagged = np.zeros(POINTS), np.zeros(POINTS)
        for number, one in enumerate(self.strata):
            if not one.conversations:
                continue
            found, other = one.found[label] / effect, (one.read - one.found[label]) / effect
            share = betaincinv(found + PRIOR, other + PRIOR, _spread(2 * number))
            # What was read is known; of the rest, so many hold it as chance will have it.
            count = one.found[label] + binom.ppf(_spread(2 * number + 1), one.conversations - one.read, share)
            whole += count
            if _flags(one.name, label):
                flagged += count
        return whole, flagged


def _spread(seed: int) -> Draws:
    """POINTS numbers that fill (0, 1) evenly, in an order of their own for each seed, the same on every run: together a
    Latin hypercube (McKay, Beckman and Conover 1979, Technometrics 21)."""
    import numpy as np

    return (np.random.default_rng(seed).permutation(POINTS) + 0.5) / POINTS


def _flags(stratum: str, label: str) -> bool:
    return stratum in ("both", label)


def _summary(draws: Draws) -> Corrected:
    found = _estimate(draws)
    return Corrected("adjudicated", found.value, found.low, found.high)


def _estimate(draws: Draws) -> Estimate:
    import numpy as np

    low, middle, high = (float(value) for value in np.quantile(draws, (0.025, 0.5, 0.975)))
    return Estimate(middle, low, high)


def adjudicated(seen: Sequence[Seen], verdicts: Verdicts, sample: int, labels: Sequence[str]) -> Adjudication:
    """What the verdicts on the drawn conversations say of the trial. Verdicts on others are left out."""
    by_key = {one.conversation: one for one in seen}
    strata, read = [], []
    for name, keys in draw(seen, sample).items():
        known = [key for key in keys if any(key in found for found in verdicts.values())]
        found = {label: sum(_mean(key, verdicts, label) for key in known) for label in labels}
        size = sum(one.stratum == name for one in seen)
        strata.append(Stratum(name, size, len(keys), len(known), found))
        read += known
    users = len({by_key[key].user for key in read})
    return Adjudication(tuple(strata), users, {label: agreement(read, verdicts, label) for label in labels})


def _mean(key: str, verdicts: Verdicts, label: str) -> float:
    said = [getattr(found[key], label) for found in verdicts.values() if key in found]
    return float(sum(said) / len(said))


def agreement(keys: Iterable[str], verdicts: Verdicts, label: str) -> float | None:
    """Cohen's kappa (1960) of the first two readers, in the order of their names, who read the same conversations.

    None where they share fewer than LEAST_TWICE, or chance explains everything.
    """
    pairs = []
    for key in keys:
        said = [getattr(found[key], label) for _, found in sorted(verdicts.items()) if key in found]
        if len(said) > 1:
            pairs.append((said[0], said[1]))
    if len(pairs) < LEAST_TWICE:
        return None
    n = len(pairs)
    first, second = sum(a for a, _ in pairs) / n, sum(b for _, b in pairs) / n
    chance = first * second + (1 - first) * (1 - second)
    return None if chance == 1 else float((sum(a == b for a, b in pairs) / n - chance) / (1 - chance))
