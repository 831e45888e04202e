"""A differentially private release: exact counts, noise by way of the ledger, and the tables that follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jobs.ledger import drawn
from jobs.workspace import Workspace
from pipelines.dp_noise import accountant, deviation, epsilon, noised
from pipelines.dp_people import dp_counts
from pipelines.dp_tables import Noisy, dp_tables
from pipelines.frames import Frame
from pipelines.pseudonym import pseudonym
from pipelines.stages import Run
from schemas.policy_dp import QUERIES, DpPolicy
from schemas.policy_file import fingerprint
from schemas.quality import Quality

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame


@dataclass(frozen=True, slots=True)
class PrivateRelease:
    """tables: by name, all but the gates. counts: for the manifest. privacy: what is promised and what was spent.
    scored_share: of the users, those of whom a conversation was scored; None where it cannot be told."""

    tables: dict[str, pa.Table]
    counts: dict[str, int | None]
    privacy: dict[str, Any]
    scored_share: float | None


def private_release(
    clustered: DataFrame, terms: pa.Table, frame: Frame, run: Run, space: Workspace, quality: Quality,
    baseline: str | None,
) -> PrivateRelease:  # fmt: skip
    """The release of `clustered` (CLUSTERED) and `terms` (CLUSTER_TERMS) over the clusters of `frame`.

    The same counts under the same policy and frame get the answer that they got before. baseline: name of the release
    named for comparison. Raises DisclosureError where the ledger refuses; see jobs/ledger.py.
    """
    policy, floors = run.policies.dp, run.policies.disclosure
    counts = dp_counts(clustered, terms, frame, policy)
    spending = [policy.rho, policy.user_cells, policy.user_terms]
    draw = pseudonym(run.pseudonym_key, "dp draw", fingerprint(counts, spending, frame.digest))
    spent = drawn(space, draw, policy.rho, policy.rho_cap, lambda: noised(counts, policy))
    noisy = Noisy(spent.answer, floors, policy)
    tables = dp_tables(noisy, run.release, frame, quality, baseline)
    with_id = noisy.shown("totals", "with_id")
    told = {
        "users": noisy.users(),
        "users_with_id": with_id,
        "users_not_scored": noisy.shown("totals", "not_scored"),
        "conversations": None,
        "conversations_with_user": None,
    }
    unit = "user" if with_id else "conversation"
    return PrivateRelease(tables, told, _facts(policy, spent.total, frame, unit), noisy.scored_share())


def _facts(policy: DpPolicy, total: float, frame: Frame, unit: str) -> dict[str, Any]:
    """What a reader needs to know of the promise: all but the noise and what was spent is known beforehand."""
    return {
        "policy": "dp",
        "unit": unit,
        "neighbours": f"one {unit}'s data added or removed",
        "rho": policy.rho,
        "epsilon": _up(epsilon(policy.rho, policy.delta)),
        "delta": policy.delta,
        "rho_spent": total,
        "epsilon_spent": _up(epsilon(total, policy.delta)),
        "rho_cap": policy.rho_cap,
        "user_cells": policy.user_cells,
        "user_terms": policy.user_terms,
        "noise": {query: round(deviation(query, policy), 2) for query in QUERIES},
        "accountant": accountant(),
        "frame": frame.release,
    }


def _up(figure: float) -> float:
    """An epsilon as it is told: three decimals, rounded up."""
    return -(-figure * 1000 // 1) / 1000
