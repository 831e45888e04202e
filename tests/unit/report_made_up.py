"""Made-up released tables for the report's tests: two releases that show much, and one in which nothing was flagged."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pyarrow as pa

from pipelines.adjust import adjust
from schemas.labels import SITUATIONS
from schemas.policy import Policies
from schemas.release import ReleaseManifest
from schemas.released import ADJUSTED, ONSETS, RELEASED
from tests.unit.cluster_changes_made_up import change_rows, lift_of
from tests.unit.comparison_made_up import comparison_rows
from tests.unit.report_figures import Row, behaviour_rows, figures, state, turn_rate_rows, wilson

Tables = dict[str, pa.Table]
Split = dict[str, tuple[int, int | None]]

DISTRESS_SHARES = {"task_failure": 40, "abuse": 25, "harmful_request": 20, "repetition": 15, "identity": None,
                   "other": 15}  # fmt: skip
JOY_SHARES = {"creative": 25, "task_success": 20, "ideas": None, "identity": 15, "other": None}
HELD = {"task_failure": 320, "abuse": 70, "harmful_request": 110, "repetition": 90, "creative": 210,
        "task_success": 380, "ideas": 150, "identity": 75, "user_distress": 60, "personal": 190,
        "pressure": 45}  # fmt: skip
HELD_FLAGGED = {"distress": {"task_failure": 50, "abuse": 30, "harmful_request": 25, "repetition": 20,
                             "task_success": 15},
                "joy": {"creative": 30, "task_success": 25, "identity": 15, "personal": 15}}  # fmt: skip
UNCLUSTERED = "unclustered, or in a cluster too small to show"
SURFACES: Split = {"chat": (990, 85), "coding_agent": (490, 30)}
WEEKS: Split = {"2025-W36": (500, 35), "2025-W37": (560, 45), "2025-W38": (420, 35)}
LANGUAGES: Split = {"en": (1360, 105), "de": (60, None), "other languages": (60, None)}
LENGTH_SPLIT: Split = {"1": (310, None), "2-3": (480, 20), "4-7": (410, 40), "8-15": (210, 35), "16+": (70, None)}


def rate_row(label: str, dimension: str, value: str, n: int | None, k: int | None, *, estimable: bool = True) -> Row:
    """A row of released_rates; suppressed where `k` is None."""
    row: Row = {"label": label, "dimension": dimension, "value": value, "conversations": n,
                "users": None if n is None else max(5, n // 5 * 5 // 4)}  # fmt: skip
    if n is None or k is None:
        hidden = {"flagged": None, "flagged_users": None, "design_effect": None, "corrected_status": "suppressed"}
        return row | hidden | figures("rate", None) | figures("corrected", None) | state(True)
    rate = wilson(k, n)
    corrected = (rate[0] * 0.82, max(0.0, rate[1] * 0.6), rate[2] * 1.1)
    row |= {"flagged": k, "flagged_users": max(5, k // 2), "design_effect": 1.4}
    row |= figures("rate", rate) | figures("corrected", corrected if estimable else None)
    return row | {"corrected_status": "estimated" if estimable else "not estimable"} | state(False)


def rates(distress: int | None, joy: int | None, *, estimable: bool = True) -> list[Row]:
    """released_rates: the splits are those of 115 conversations with distress, and go with the totals."""
    out = []
    for label, total, factor in (("distress", distress, (distress or 0) / 115), ("joy", joy, 0.6 * (joy or 0) / 80)):
        out.append(rate_row(label, "all", "all", 1480, total, estimable=estimable))
        splits = {"surface": SURFACES, "week": WEEKS, "language": LANGUAGES, "length": LENGTH_SPLIT}
        splits["situation"] = {name: (n, HELD_FLAGGED[label].get(name)) for name, n in HELD.items()}
        for dimension, split in splits.items():
            for value, (n, k) in split.items():
                part = factor / (0.6 if label == "joy" and dimension == "situation" else 1.0)
                scaled = None if k is None or total is None else round(k * part / 5) * 5
                kept = scaled if scaled is None or scaled >= 15 else None
                out.append(rate_row(label, dimension, value, n, kept, estimable=estimable))
    return out


def trigger_rows(label: str, total: int | None, shares: dict[str, int | None]) -> list[Row]:
    """released_triggers over the whole taxonomy; what `shares` does not hold is suppressed."""
    out = []
    for trigger in (*map(str, SITUATIONS), "other"):
        whole = sum(k or 0 for k in shares.values()) + 15
        k: int | None = round((shares.get(trigger) or 0) * (total or 0) / whole / 5) * 5
        k = k if k and k >= 15 else None
        row: Row = {"label": label, "trigger": trigger, "flagged": k, "users": k and max(5, k // 2),
                    "design_effect": k and 1.2}  # fmt: skip
        there = HELD_FLAGGED[label].get(trigger)
        rate = wilson(there, HELD[trigger]) if k and there else None
        base = (total or 1) / 1480
        lift = None if rate is None else (rate[0] / base, rate[1] / base, rate[2] / base)
        row |= figures("share", wilson(k, total) if k and total else None)
        out.append(row | figures("rate", rate) | figures("lift", lift) | state(k is None))
    return out


def cluster_rows(label: str, total: int | None, sizes: list[tuple[str, str, int]]) -> list[Row]:
    """released_clusters: (trigger, name, flagged) of each shown one, and the row of what is in none."""
    if not total or not sizes:
        row = {"label": label, "cluster": -1, "trigger": "none", "name": UNCLUSTERED, "flagged": None, "users": None}
        return [row | lift_of(-1) | figures("share", None) | state(True, "too_few_passages")]
    out = []
    for number, (trigger, name, k) in enumerate([*sizes, ("none", UNCLUSTERED, 20)]):
        cluster = -1 if trigger == "none" else number
        row = {"label": label, "cluster": cluster, "trigger": trigger, "name": name, "flagged": k or None,
               "users": k // 2 or None, "design_effect": 1.2 if k else None}  # fmt: skip
        row |= lift_of(cluster)
        if cluster >= 0:
            row |= {"overlap": round(0.85 - 0.2 * number, 2), "found_again": 1.0 - 0.2 * number}
        out.append(row | figures("share", wilson(k, total) if k else None) | state(not k))
    return out


def dynamics_rows(label: str, total: int | None) -> list[Row]:
    """released_dynamics: a plausible split of `total` for every measure."""
    values = {
        "onset": dict(zip(ONSETS, (0.2, 0.35, 0.3, 0.15), strict=True)),
        "strength": {"mild": 0.75, "strong": 0.25} if label == "distress" else {},
        "slope": {"falling": 0.5, "level": 0.35, "rising": 0.15},
        "peak": {"at_onset": 0.75, "later": 0.25},
        "recovered": {"yes": 0.55, "no": 0.45},
        "refusal": {"none": 0.7, "refused": 0.15, "grew": 0.15},
        "mirrored": {"yes": 0.2, "no": 0.8} if label == "distress" else {},
        "ended_by": {"model": 0.05, "otherwise": 0.0},
    }
    out = []
    for measure, split in values.items():
        for value, share in split.items():
            k = round(share * (total or 0) / 5) * 5
            row: Row = {"label": label, "measure": measure, "value": value}
            kept = k if total and k >= 15 else None
            row |= {"flagged": kept, "users": kept and max(5, kept // 2)}
            row |= figures("share", wilson(kept, total) if kept and total else None)
            out.append(row | state(kept is None))
    return out


def coverage_rows() -> list[Row]:
    """released_coverage."""
    found = [("language", "en", 1400), ("language", "de", 60), ("language", "und", None),
             ("not_scored", "language", 55), ("not_scored", "no_text", None),
             ("user_id", "present", 1480), ("user_id", "missing", 55)]  # fmt: skip
    return [{"measure": m, "value": v, "conversations": n} | state(n is None) for m, v, n in found]


def quality_rows() -> list[Row]:
    """released_quality; joy's share lost to the screen was not measured."""
    out = []
    for label, recall, precision in (("distress", 0.88, 0.71), ("joy", 0.64, 0.86)):
        found = [("recall", recall, 0.05), ("precision", precision, 0.06), ("false_positive_rate", 0.006, 0.003),
                 ("recall_new_source", recall - 0.1, 0.2), ("false_positive_rate_new_source", 0.008, 0.007),
                 ("average_precision", 0.84, 0.04), ("threshold", 0.41, None),
                 ("screen_missed", 0.02, 0.015)]  # fmt: skip
        for measure, figure, spread in found:
            known = None if (label, measure) == ("joy", "screen_missed") else figure
            ends = (None, None) if known is None or spread is None else (known - spread, known + spread)
            basis = "this_trial" if measure == "screen_missed" else "validation"
            out.append({"label": label, "measure": measure, "figure": known, "low": ends[0], "high": ends[1],
                        "basis": basis})  # fmt: skip
        held = {"min_size": 15.0, "redraws": 5.0, "agreement": 0.72, "sizes": 0.55}
        out += [{"label": label, "measure": f"cluster_{name}", "figure": figure, "low": None, "high": None,
                 "basis": "this_trial"} for name, figure in held.items()]  # fmt: skip
    return out


def gate_rows(*, failed: bool = False) -> list[Row]:
    """released_gates."""
    bound, said = (0.05, ("failed", "limit")) if failed else (0.2, ("passed", ""))
    found: list[tuple[str, tuple[str, str], tuple[float | None, ...]]] = [
        ("max_distress_rate", said, (0.0777, 0.063, 0.095, None, bound)),
        ("max_distress_rise", ("not applicable", "no_baseline"), (None, None, None, 0.0, None)),
        ("min_distress_recall", ("warned", "warning_limit"), (0.473, 0.36, 0.589, 0.5, None)),
        ("min_scored_share", ("passed", ""), (0.964, None, None, 0.9, 0.5)),
        ("max_malformed_share", ("passed", ""), (0.01, None, None, None, 0.02)),
        ("max_weaker_floors", ("passed", ""), (0.0, None, None, None, 0.0)),
    ]
    names = ("figure", "low", "high", "warn_bound", "bound")
    return [{"gate": gate, "outcome": outcome, "reason": reason, **dict(zip(names, numbers, strict=True))}
            for gate, (outcome, reason), numbers in found]  # fmt: skip


CLUSTERS = {
    "distress": [
        ("task_failure", "task_failure: error, test, server", 30),
        ("abuse", "abuse: useless, stupid, slow", 25),
    ],
    "joy": [("creative", "creative: verse, river, chapter", 20)],
}
TERMS = {"distress": [["error", "test", "server", "stack"], ["useless", "stupid"]], "joy": [["verse", "river"]]}


def made_up(release: str = "trial-b", distress: int | None = 115, joy: int | None = 80, *, estimable: bool = True,
            failed: bool = False, against: Tables | None = None) -> Tables:  # fmt: skip
    """Every released table of a made-up release; totals of None stand for a trial in which all is suppressed."""
    totals = {"distress": distress, "joy": joy}
    shares = {"distress": DISTRESS_SHARES, "joy": JOY_SHARES}
    rows: dict[str, list[Row]] = {
        "released_rates": rates(distress, joy, estimable=estimable),
        "released_turn_rates": turn_rate_rows(totals, list(SURFACES), estimable=estimable),
        "released_triggers": [r for label in totals for r in trigger_rows(label, totals[label], shares[label])],
        "released_clusters": [r for label in totals for r in cluster_rows(label, totals[label], CLUSTERS[label])],
        "released_terms": [
            {"label": label, "cluster": cluster, "rank": rank, "term": term, "users": 20 - 5 * min(rank, 3)}
            for label, found in TERMS.items() if totals[label]
            for cluster, terms in enumerate(found) for rank, term in enumerate(terms, 1)
        ],
        "released_dynamics": [r for label in totals for r in dynamics_rows(label, totals[label])],
        "released_behaviour": behaviour_rows(distress),
        "released_coverage": coverage_rows(),
        "released_quality": quality_rows(),
        "released_gates": gate_rows(failed=failed),
        "released_comparison": [],
        "released_adjusted": [],
        "released_cluster_changes": [],
    }  # fmt: skip
    tables = {t.name: _table(t.arrow, rows[t.name], release) for t in RELEASED}
    if against is not None:
        compared = comparison_rows(tables, against)
        tables[ADJUSTED.name] = adjust(tables, against)
        for name, found in (("comparison", compared), ("cluster_changes", change_rows(tables, against))):
            tables[f"released_{name}"] = _table(tables[f"released_{name}"].schema, found, release)
    return tables


def _table(schema: pa.Schema, rows: list[Row], release: str) -> pa.Table:
    as_of = {"as_of": ""} if "as_of" in schema.names else {}
    rows = [{"release": release, **as_of, **row} for row in rows]
    for row in rows if release == "trial-b" else ():  # two rows of a release before it still stand
        if as_of and (row.get("value"), row.get("trigger")) in (("coding_agent", None), (None, "abuse")):
            row["as_of"] = "2025-09-20"
    return pa.Table.from_pylist(rows, schema=schema)


def manifest(release: str = "trial-b", baseline: str | None = "trial-a", **changes: Any) -> ReleaseManifest:
    """A manifest to go with made_up()."""
    counts = {"conversations": 1535, "conversations_with_user": 1480, "malformed_records": None}
    facts: dict[str, Any] = {
        "release": release, "baseline": baseline, "run_key": "5d" * 16, "code_version": "0.1.0", "unit": "user",
        "policy_fingerprint": "0a" * 8, "policies": asdict(Policies()), "models": {"scorer": "ab" * 32},
        "counts": counts, "gates_passed": True,
    }  # fmt: skip
    return ReleaseManifest(**(facts | changes))
