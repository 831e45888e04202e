"""adjust: the difference from a baseline as if both trials had been used alike, from the released tables of both.

One split at a time: rates by two splits at once are not released, so no weighting can even out both together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from pipelines.compare import release_name
from pipelines.difference import Row, Side, decide, figures
from pipelines.disclosure import coarse, hide, release
from pipelines.intervals import effective_size
from schemas.errors import ContractError
from schemas.labels import LABELS
from schemas.policy import DisclosurePolicy
from schemas.released import NOT_UNDER_DP, RATES
from schemas.released_adjusted import ADJUSTED, ADJUSTED_FOR

LEAST_KEPT = 0.5
"""Below it weighting costs half of what the conversations tell: then a few of them stand for many, and the difference
hangs on these."""
LEAST_MATCHED = 0.8
"""Below it a fifth of a trial is not evened out, as much as common shifts of usage."""
Tables = Mapping[str, pa.Table]


@dataclass(frozen=True, slots=True)
class Stratum:
    """Scored conversations of one value in one release; flagged may be under 0 by rounding where it is a remainder."""

    conversations: float
    flagged: float
    effect: float

    @property
    def variance(self) -> float:
        """Of the rate, as if conversations were independent."""
        rate = min(1.0, max(0.0, self.flagged / self.conversations))
        return rate * (1 - rate) / self.conversations


@dataclass(frozen=True, slots=True)
class Matched:
    """Strata of this release and of the baseline, value by value, and the smaller side's shares of conversations: in
    values that both show, and without a like on the other side."""

    now: Sequence[Stratum]
    before: Sequence[Stratum]
    apart: float
    unlike: float


def adjust(tables: Tables, baseline: Tables, policy: DisclosurePolicy | None = None) -> pa.Table:
    """ADJUSTED: for both labels and every split of ADJUSTED_FOR, both rates directly standardised to the pooled mix.

    tables, baseline: released tables by name, of both releases; released_rates is read. policy: of the release, the
    default where None. Values that only one of the two shows are taken as one, from what the shown ones leave of the
    whole trial. Intervals and verdicts: see `difference.py`; the splits of a label are looked at side by side. Where
    the mix could not be evened out, `warning` says why, and the verdict is `unclear`. Not comparable where a rate over
    the whole trial is hidden, or no value is shown by both. Raises ContractError where the table is missing or empty.
    """
    for side in (tables, baseline):
        if RATES.name not in side:
            raise ContractError(f"table {RATES.name} is missing. A comparison needs it of both releases.")
    policy = policy or DisclosurePolicy()
    names: Row = {"release": release_name(tables), "baseline": release_name(baseline), "basis": "released"}
    rows: list[Row] = []
    for label in map(str, LABELS):
        now, before = ([r for r in t[RATES.name].to_pylist() if r["label"] == label] for t in (tables, baseline))
        family = [_row(names | {"label": label, "adjusted_for": split}, now, before, policy) for split in ADJUSTED_FOR]
        # With a warning the mix is evened out in part only, and what is left of it would be taken for a difference.
        rows += [row | {"verdict": "unclear"} if row["warning"] else row for row in decide(family)]
    return release(ADJUSTED, rows, policy)


def _row(names: Row, now: list[Row], before: list[Row], policy: DisclosurePolicy) -> Row:
    wholes = [next((r for r in side if r["dimension"] == "all"), None) for side in (now, before)]
    users_alone = any(whole and whole["conversations"] is None and whole["users"] is not None for whole in wholes)
    reason = NOT_UNDER_DP if users_alone else "floor"
    blank = hide(names | {"verdict": "not comparable", "warning": ""}, ADJUSTED, reason)
    if any(whole is None or whole["status"] != "shown" for whole in wholes):
        return blank
    parts = [[r for r in side if r["dimension"] == names["adjusted_for"]] for side in (now, before)]
    found = match(wholes[0] or {}, wholes[1] or {}, parts[0], parts[1], policy)
    if found is None:
        return blank
    sides, kept = standardise(found, wholes[0] or {}, wholes[1] or {})
    warning = "poor overlap" if kept < LEAST_KEPT or found.unlike > 1 - LEAST_MATCHED else ""
    if not warning and found.apart < LEAST_MATCHED:
        warning = "partly hidden"
    return blank | figures(*sides) | {
        "rate": coarse(sides[0][0]), "baseline_rate": coarse(sides[1][0]), "size": coarse(sides[0][1]),
        "baseline_size": coarse(sides[1][1]), "kept": coarse(kept), "matched": coarse(found.apart),
        "warning": warning, "status": "shown", "reason": "",
    }  # fmt: skip


def match(now: Row, before: Row, parts: list[Row], parts_before: list[Row], policy: DisclosurePolicy) -> Matched | None:
    """The strata of both releases; None where no value is shown by both.

    now, before: rows of released_rates over the whole trial. parts, parts_before: those of one split.
    """
    first, second = ({r["value"]: r for r in rows if r["status"] == "shown"} for rows in (parts, parts_before))
    both = sorted(first.keys() & second.keys())
    if not both:
        return None
    strata = [[Stratum(r[v]["conversations"], r[v]["flagged"], r[v]["design_effect"]) for v in both]
              for r in (first, second)]  # fmt: skip
    rests, shares = [], []
    for whole, side in zip((now, before), strata, strict=True):
        total = sum(s.conversations for s in side)
        shares.append(min(1.0, total / whole["conversations"]))
        left = whole["conversations"] - total
        # So many may be left by rounding alone: half a step for each count that was added up, and for the whole.
        real = left > policy.round_to / 2 * (len(side) + 1)
        rest = Stratum(left, whole["flagged"] - sum(s.flagged for s in side), whole["design_effect"])
        rests.append(rest if real else None)
    if rests[0] is not None and rests[1] is not None:
        return Matched([*strata[0], rests[0]], [*strata[1], rests[1]], min(shares), 0.0)
    # What one release alone has cannot be weighted to anything.
    unlike = max(0.0 if rest is None else 1 - share for rest, share in zip(rests, shares, strict=True))
    return Matched(strata[0], strata[1], min(shares), unlike)


def standardise(found: Matched, now: Row, before: Row) -> tuple[tuple[Side, Side], float]:
    """Both (rate, effective size) over the pooled mix, and Kish's effective share of conversations, the smaller one.

    now, before: rows of released_rates over the whole trial. The pooled mix is the mean of both mixes, each trial
    weighing the same: with the larger one weighing more, the smaller would have to be stretched to it.
    """
    mixes = [[s.conversations / sum(t.conversations for t in side) for s in side] for side in (found.now, found.before)]
    common = [(a + b) / 2 for a, b in zip(*mixes, strict=True)]
    kept = min(1 / sum(w * w / p for w, p in zip(common, mix, strict=True)) for mix in mixes)
    return (_side(found.now, common, now), _side(found.before, common, before)), kept


def _side(strata: Sequence[Stratum], common: Sequence[float], whole: Row) -> Side:
    """Weighted rate and effective size.

    A user's conversations lie in several strata, so the variance is not the sum over them, each with its own design
    effect: that of independent conversations is multiplied by the design effect of the whole trial, which counts a user
    once, or by the strata's own mean where a stratum that weighs more has a larger one.
    """
    rate = min(1.0, max(0.0, math.fsum(w * s.flagged / s.conversations for w, s in zip(common, strata, strict=True))))
    spreads = [w * w * s.variance for w, s in zip(common, strata, strict=True)]
    alone = math.fsum(spreads)
    if alone <= 0 or not 0 < rate < 1:
        return rate, effective_size(whole["conversations"], whole["design_effect"], whole["users"])
    own = math.fsum(spread * s.effect for spread, s in zip(spreads, strata, strict=True)) / alone
    independent = rate * (1 - rate) / alone
    return rate, effective_size(independent, max(whole["design_effect"], own), whole["users"])
