"""Planted pairs of releases that differ in how the model was used, in how often it is flagged, or in neither.

Numbers only. Users are heavy-tailed, keep to a surface, and differ in how often they are flagged and for what. The gate
that decides what is shown is the real one: make_plan, rate_rows and trigger_rows, over cells by the rules that Spark
follows. Weeks and situations are left out.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.stats import beta

from pipelines.aggregate_cells import Cell, Key, Split
from pipelines.aggregate_rates import Material, rate_rows
from pipelines.aggregate_shares import trigger_rows
from pipelines.disclosure import clears, release
from pipelines.disclosure_course import IN_RUN, runs
from pipelines.disclosure_plan import make_plan
from schemas.labels import LABELS
from schemas.policy import DisclosurePolicy
from schemas.quality import Quality
from schemas.released import LENGTHS, RATES, TRIGGERS

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
NAMES = tuple(map(str, LABELS))
POLICY = DisclosurePolicy()
SURFACES = {"chat": 1.0, "coding_agent": 2.0, "api": 0.5}
LANGUAGES = {"en": 1.0, "de": 1.2, "fr": 0.8, "fi": 1.0}
LENGTH_RISK = dict(zip(LENGTHS, (0.4, 0.7, 1.0, 1.5, 2.5), strict=True))
LANGUAGE_SHARES, LENGTH_SHARES = (0.8, 0.12, 0.05, 0.03), (0.2, 0.3, 0.28, 0.16, 0.06)
CAUSES = ("task_failure", "abuse", "harmful_request", "repetition", "identity", "pressure", "user_distress", "other")
CAUSE_SHARES = np.array([0.3, 0.2, 0.15, 0.1, 0.08, 0.07, 0.05, 0.05])
_COUNTS = np.arange(1, POLICY.max_conversations_per_user + 1)
_TALK = _COUNTS**-1.5 / (_COUNTS**-1.5).sum()


@dataclass(frozen=True)
class Usage:
    """A trial. rate: of flagged conversations, about, where surfaces have the shares (0.7, 0.2, 0.1). surfaces: their
    shares here. alike: the smaller, the more users differ; 1 / (alike + 1) is the correlation within a user.
    causes: shares of triggers among the flagged."""

    users: int
    rate: float
    surfaces: tuple[float, float, float] = (0.7, 0.2, 0.1)
    alike: float = 10.0
    causes: tuple[float, ...] = field(default=tuple(CAUSE_SHARES.tolist()))


def planted(name: str, usage: Usage, rng: np.random.Generator) -> dict[str, pa.Table]:
    """RATES and TRIGGERS of a planted release, through the gate."""
    user, parts = _talk(usage, rng)
    labels = {}
    for label in NAMES:
        flagged = rng.random(len(user)) < _chance(usage, user, parts, rng)
        likes = rng.choice(len(CAUSES), usage.users, p=usage.causes)
        drawn = rng.choice(len(CAUSES), len(user), p=usage.causes)
        labels[label] = (flagged, np.where(rng.random(len(user)) < 0.3, likes[user], drawn))
    return _released(name, user, parts, labels)


def expected(usage: Usage) -> float:
    """The share of conversations that are flagged, over trials like this one."""
    a, b = usage.rate * usage.alike, (1 - usage.rate) * usage.alike
    total = 0.0
    for kind in itertools.product(*(zip(risks, shares, strict=True) for risks, shares in _risks(usage.surfaces))):
        times, part = (float(np.prod(factors)) for factors in zip(*kind, strict=True))
        # The mean of min(1, times * B) for a beta-distributed B.
        total += part * (times * usage.rate * beta.cdf(1 / times, a + 1, b) + beta.sf(1 / times, a, b))
    return total


def _risks(surfaces: Sequence[float]) -> list[tuple[list[float], Sequence[float]]]:
    """By split (surface, language, length), how many times as likely each value is flagged, and its share."""
    parts = ((SURFACES, (0.7, 0.2, 0.1), surfaces), (LANGUAGES, LANGUAGE_SHARES, LANGUAGE_SHARES),
             (LENGTH_RISK, LENGTH_SHARES, LENGTH_SHARES))  # fmt: skip
    return [
        ((np.array([*risk.values()]) / np.dot([*risk.values()], usual)).tolist(), now) for risk, usual, now in parts
    ]


def raised(usage: Usage, rise: float) -> Usage:
    """`usage` with an expected share of flagged conversations that is higher by `rise`."""
    aim, low, high = expected(usage) + rise, usage.rate, 0.9
    for _ in range(14):
        middle = (low + high) / 2
        low, high = (middle, high) if expected(replace(usage, rate=middle)) < aim else (low, middle)
    return replace(usage, rate=(low + high) / 2)


def _talk(usage: Usage, rng: np.random.Generator) -> tuple[Ints, dict[str, Ints]]:
    """The user of each conversation [n], and its place in each split [n]."""
    user = np.repeat(np.arange(usage.users), rng.choice(_COUNTS, usage.users, p=_TALK))
    home, stays = rng.choice(3, usage.users, p=usage.surfaces), rng.random(len(user)) < 0.7
    return user, {
        "surface": np.where(stays, home[user], rng.choice(3, len(user), p=usage.surfaces)),
        "language": rng.choice(4, usage.users, p=LANGUAGE_SHARES)[user],
        "length": rng.choice(5, len(user), p=LENGTH_SHARES),
    }


def _chance(usage: Usage, user: Ints, parts: Mapping[str, Ints], rng: np.random.Generator) -> NDArray[np.float64]:
    """[n] of being flagged."""
    bent = rng.beta(usage.rate * usage.alike, (1 - usage.rate) * usage.alike, usage.users)[user]
    for values, (risks, _) in zip(parts.values(), _risks(usage.surfaces), strict=True):
        bent = bent * np.array(risks)[values]
    chance: NDArray[np.float64] = np.minimum(1.0, bent)
    return chance


def _released(
    name: str, user: Ints, parts: Mapping[str, Ints], labels: Mapping[str, tuple[Bools, Ints]]
) -> dict[str, pa.Table]:
    listed = {
        "surface": (*SURFACES, "other"),
        "language": (*LANGUAGES, "other languages"),
        "length": (*LENGTHS, "other"),
    }
    kept, pooled = np.ones(len(user), dtype=bool), dict(parts)
    for split, values in parts.items():
        small = [v for v in range(len(listed[split]) - 1) if not clears(_cell(user, values == v).whole, POLICY)]
        pool = np.isin(values, small)
        pooled[split] = np.where(pool, len(listed[split]) - 1, values)
        if pool.any() and not clears(_cell(user, pool).whole, POLICY):
            kept &= ~pool
    cells: dict[Key, Cell] = {}
    by_user: dict[Key, tuple[Bools, Bools]] = {}
    for label, (flagged, cause) in labels.items():
        masks = {("rates", label, "all", "all"): (kept, flagged)}
        for split, values in pooled.items():
            for n, value in enumerate(listed[split]):
                masks["rates", label, split, value] = (kept & (values == n), flagged)
        if label == "distress":  # joy has no strength
            mild = kept & flagged & (np.arange(len(user)) % 3 > 0)
            masks["dynamics", label, "strength", "mild"] = (mild, mild)
            masks["dynamics", label, "strength", "strong"] = (kept & flagged & ~mild,) * 2
        for n, value in enumerate(CAUSES):
            masks["triggers", label, "trigger", value] = (kept & flagged & (cause == n), cause == n)
        for key, found in _course(label, kept & flagged, parts["length"]):
            mask = found | masks.get(key, (found, found))[0]
            masks[key] = (mask, mask)
        for key, (mask, hit) in masks.items():
            if mask.any():
                cells[key] = _cell(user, mask, hit, kept & flagged)
                by_user[key] = (mask, hit)

    def unions(wanted: Mapping[Split, Iterable[str]]) -> dict[Split, Cell]:
        out = {}
        for split, values in wanted.items():
            found = [by_user[*split, value] for value in values if (*split, value) in by_user]
            mask, hit = (np.any([f[side] for f in found], axis=0) if found else kept & ~kept for side in (0, 1))
            out[split] = _cell(user, mask, hit, kept & labels[split[1]][0])
        return out

    splits = {
        split: tuple(v for n, v in enumerate(values) if (kept & (pooled[split] == n)).any())
        for split, values in listed.items()
    } | {"week": ()}
    plan = make_plan(cells, splits, unions, POLICY, None)
    material = Material(name, cells, splits, plan, POLICY, Quality({}), None)
    rates = rate_rows(material)
    by_cell = {(row["label"], row["dimension"], row["value"]): row for row in rates}
    rows = ((RATES, rates), (TRIGGERS, list(trigger_rows(material, by_cell))))
    return {table.name: release(table, found, POLICY) for table, found in rows}


def _course(label: str, flagged: Bools, length: Ints) -> Iterator[tuple[Key, Bools]]:
    """How the flagged run, which the gate protects together with lengths: each as some conversation of its length."""
    column = np.arange(len(length))
    for n, name in enumerate(LENGTHS):
        courses = sorted({run.measured for run in runs(name)})
        drawn = (column * 7919) % len(courses)
        for place, measure in enumerate(IN_RUN):
            for value in {course[place] for course in courses}:
                of = np.array([course[place] == value for course in courses])
                yield ("dynamics", label, measure, value), flagged & (length == n) & of[drawn]


def _cell(user: Ints, mask: Bools, hit: Bools | None = None, base: Bools | None = None) -> Cell:
    users = int(user[-1]) + 1
    nothing = np.zeros(len(user), dtype=bool)
    n, y, b = (
        np.bincount(user[part], minlength=users)
        for part in (mask, mask & (nothing if hit is None else hit), nothing if base is None else base)
    )
    held = n > 0
    n, y, b = n[held], y[held], b[held]
    if not len(n):
        return Cell()
    figures = (n.sum(), len(n), n.max(), y.sum(), (y > 0).sum(), y.max(), (n > y).sum(), (n - y).max(),
               n @ n, n @ y, y @ y, y @ b)  # fmt: skip
    return Cell(*map(int, figures))
