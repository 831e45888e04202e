"""Planted trials: users of whom few talk much, conversations of several turns, expressions that hang on the user, flags
by a scorer that errs, and readers who err too. Numbers only; no text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from pipelines.adjudicate import Seen, Verdict, Verdicts, bounded, draw
from pipelines.pseudonym import keyed_draw
from schemas.labels import LABELS
from schemas.policy import AdjudicatePolicy, DisclosurePolicy, ScorePolicy
from schemas.quality import LabelQuality
from tests.benchmarks.planted_scorer import PlantedScorer

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

NAMES = tuple(map(str, LABELS))
MOST = DisclosurePolicy().max_conversations_per_user
_COUNTS = np.arange(1, MOST + 1)
_TALK = _COUNTS**-1.5 / (_COUNTS**-1.5).sum()
"""Chance that a user has 1, 2, ... conversations: 38 % have one, one in 26 has 30 or more."""
TURNS = np.arange(1, 61)
_EDGES = norm.cdf((np.log(np.append(TURNS, 61) - 0.5) - 1.5) / 0.8)
LENGTH = np.diff(_EDGES) / (_EDGES[-1] - _EDGES[0])
"""Chance that a conversation has 1, 2, ... turns of the model: half have 4 or fewer, one in 17 has 16 or more."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Shares (0 to 1) of the conversations with the expression in which a reader finds it, of those without in which
    they find it too, and of all that they pass over."""

    finds: float
    errs: float
    passes: float = 0.02


READERS = (Reader(0.85, 0.010), Reader(0.92, 0.004))


@dataclass(frozen=True, slots=True)
class World:
    """What trials are drawn from.

    users: of a trial. rate: share of conversations that hold the expression, the same of either label. alike: the
    smaller, the more the users differ in it; 1 / (alike + 1) is the correlation within a user. again: share of the
    other turns of such a conversation that express it too. lost: share of what the model would flag that the screen
    rejects.
    """

    users: int
    rate: float
    alike: float = 10.0
    again: float = 0.0
    lost: float = 0.005


@dataclass(frozen=True, slots=True)
class Labelled:
    """One label. Of turns, conversation after conversation: flagged, or rejected by the screen but for which they would
    be. Of the n conversations [n]: the expression, turns flagged, the first of them (from 1), whether the last turn is
    flagged, whether the screen lost one, and what each reader would say."""

    flagged_turns: Bools
    lost_turns: Bools
    holds: Bools
    hits: Ints
    onset: Ints
    ends: Bools
    lost: Bools
    said: tuple[Bools, ...]

    @property
    def flagged(self) -> Bools:
        """Conversations with a flagged turn."""
        return self.hits > 0


@dataclass(frozen=True)
class Trial:
    """user: number of the user, turns: of the model, by conversation [n]. near: highest probability of an unflagged
    conversation over the threshold. passed: by reader, the conversations that they pass over."""

    user: Ints
    turns: Ints
    keys: tuple[str, ...]
    labels: Mapping[str, Labelled]
    quality: Mapping[str, LabelQuality]
    errors: Mapping[str, tuple[float, float]]
    near: NDArray[np.float64]
    passed: tuple[Bools, ...]

    @property
    def screen_share(self) -> float:
        """Share of the conversations whose screened-out turns are scored all the same, as `welfare run` sets it."""
        return min(1.0, ScorePolicy().screen_sample / len(self.user))

    @cached_property
    def missed(self) -> Mapping[str, Bools]:
        """By label, the conversations of the screen's sample in which it lost the only turns to be flagged."""
        found = {}
        for name, label in self.labels.items():
            found[name] = label.lost & ~label.flagged
            for n in np.flatnonzero(found[name]):
                found[name][n] = keyed_draw(self.keys[n], "screen") < self.screen_share
        return found

    @cached_property
    def seen(self) -> list[Seen]:
        """As readers' draw sees the conversations."""
        distress, joy = (self.labels[name].flagged for name in NAMES)
        near = np.where(distress | joy, 1.0, self.near)
        rows = zip(self.keys, self.user.tolist(), distress.tolist(), joy.tolist(), near.tolist(), strict=True)
        return bounded((Seen(key, str(user), *rest) for key, user, *rest in rows), MOST)

    def verdicts(self) -> Verdicts:
        """What every reader says of the conversations drawn for them."""
        drawn = {key for keys in draw(self.seen, AdjudicatePolicy().sample).values() for key in keys}
        places = [n for n, key in enumerate(self.keys) if key in drawn]
        distress, joy = (self.labels[name].said for name in NAMES)
        return {
            f"reader-{reader}": {
                self.keys[n]: Verdict(None, None)
                if over[n]
                else Verdict(bool(distress[reader][n]), bool(joy[reader][n]))
                for n in places
            }
            for reader, over in enumerate(self.passed)
        }

    def found(self, name: str) -> NDArray[np.float64]:
        """[n] what the readers would find in every conversation, as they find it in those that they read."""
        judged = np.sum([~over for over in self.passed], axis=0)
        pairs = zip(self.labels[name].said, self.passed, strict=True)
        yes = np.sum([said & ~over for said, over in pairs], axis=0)
        return np.where(judged > 0, yes / np.maximum(judged, 1), 0.5)


def make_trial(world: World, scorers: Mapping[str, PlantedScorer], rng: np.random.Generator) -> Trial:
    """A trial, drawn anew: users, conversations, expressions, a source's errors, a validation, readers."""
    counts = rng.choice(_COUNTS, world.users, p=_TALK)
    user = np.repeat(np.arange(world.users), counts)
    turns = rng.choice(TURNS, len(user), p=LENGTH)
    drawn = {name: scorers[name].trial(rng) for name in NAMES}
    labels = {name: _label(world, user, turns, drawn[name][:2], rng) for name in NAMES}
    holds = np.any([label.holds for label in labels.values()], axis=0)
    near = np.where(rng.random(len(user)) < np.where(holds, 0.5, 0.05), 0.8, 0.1)
    passed = tuple(rng.random(len(user)) < reader.passes for reader in READERS)
    keys = tuple(f"{number:016x}" for number in rng.integers(0, 2**62, len(user)).tolist())
    quality, errors = {name: d[2] for name, d in drawn.items()}, {name: d[:2] for name, d in drawn.items()}
    return Trial(user, turns, keys, labels, quality, errors, near, passed)


def _label(world: World, user: Ints, turns: Ints, errors: tuple[float, float], rng: np.random.Generator) -> Labelled:
    recall, alarm = errors
    bent = rng.beta(world.rate * world.alike, (1 - world.rate) * world.alike, world.users)
    holds = rng.random(len(user)) < bent[user]
    first = np.cumsum(turns) - turns
    of = np.repeat(np.arange(len(user)), turns)
    expressing = holds[of] & (rng.random(len(of)) < world.again)
    expressing[(first + (rng.random(len(user)) * turns).astype(np.int64))[holds]] = True
    # A turn is flagged, or would be but for the screen; the recall of a card counts the screen's losses as misses.
    chance, dice = np.where(expressing, recall, alarm), rng.random(len(of))
    flagged = dice < chance
    lost = ~flagged & (dice < chance / (1 - world.lost))
    place = np.where(flagged, np.arange(len(of)) - first[of] + 1, 1000)
    said = tuple(rng.random(len(user)) < np.where(holds, reader.finds, reader.errs) for reader in READERS)
    return Labelled(
        flagged, lost, holds, np.add.reduceat(flagged.astype(np.int64), first), np.minimum.reduceat(place, first),
        flagged[first + turns - 1], np.logical_or.reduceat(lost, first), said,
    )  # fmt: skip
