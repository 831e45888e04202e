"""What a report says of a differentially private release: shares of users, and what the noise promises."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipelines.aggregate import tabulate
from pipelines.compare import compare
from pipelines.compare_clusters import compare_clusters
from pipelines.disclosure_folder import check_manifest
from pipelines.dp_counts import cells
from pipelines.dp_tables import Noisy, dp_tables
from pipelines.gates import gates
from pipelines.report import report
from pipelines.report_rows import Released
from pipelines.report_words import labels
from pipelines.summary import summary
from schemas.errors import DisclosureError
from schemas.policy import DisclosurePolicy
from schemas.policy_dp import DpPolicy
from schemas.policy_gate import GatePolicy
from schemas.quality import Quality
from schemas.release import ReleaseManifest
from schemas.released import NOT_UNDER_DP
from schemas.row_level import CLUSTER_TERMS
from tests.privacy.dp_trial import frame_of
from tests.privacy.trial import Exact, make_rows
from tests.unit.report_made_up import manifest

Tables = dict[str, pa.Table]
FLOORS = DisclosurePolicy(policy="dp")
PRIVACY: dict[str, Any] = {
    "policy": "dp", "unit": "user", "rho": 0.1, "epsilon": 2.142, "delta": 1e-6, "rho_spent": 0.2,
    "epsilon_spent": 3.11, "rho_cap": 0.5, "user_cells": 3, "user_terms": 4, "frame": "sample-trial",
    "neighbours": "one user's data added or removed",
    "noise": {"totals": 8.66, "triggers": 7.07, "clusters": 7.07, "terms": 10.0}, "accountant": "zCDP",
}  # fmt: skip


def private(name: str = "r-2", baseline: str | None = None) -> tuple[Tables, ReleaseManifest]:
    """A release in which every count is 500, of 41,000 users."""
    frame = frame_of(2)
    counts = {query: dict.fromkeys(listed, 500) for query, listed in cells(frame).items()}
    counts["totals"]["with_id"] = 40_500
    tables = dp_tables(Noisy(counts, FLOORS, DpPolicy()), name, frame, Quality({}), baseline)
    tables["released_gates"] = gates(tables, None, GatePolicy(), None, FLOORS, scored_share=0.98)
    return tables, replace(manifest(name, baseline), privacy=PRIVACY)


def page(folder: Path, tables: Tables, facts: ReleaseManifest, before: Tables | None = None) -> str:
    folder.mkdir()
    report(tables, facts, folder, before)
    return " ".join((folder / "report.html").read_text().split())


def test_the_page_says_in_plain_words_what_is_promised(tmp_path: Path) -> None:
    said = page(tmp_path / "r", *private())
    for words in (
        "differentially private</strong>, by user",
        "epsilon is 2.142 at a delta of 1e-06",
        "have spent rho 0.2 together, epsilon 3.11; 0.5 is the most",
        "a share of <strong>users</strong>",
        "Of about 41,000 users, counted with noise",
        "Share of users with a conversation flagged",
        "share of the flagged users by trigger",
        "not released under dp",
    ):
        assert words in said, words
    assert "made-up users can" not in said, "what floors do not protect is not said of noise"
    assert json.loads((tmp_path / "r" / "report.json").read_text())["privacy"] == PRIVACY


def test_without_user_ids_the_unit_is_said(tmp_path: Path) -> None:
    tables, facts = private()
    said = page(tmp_path / "r", tables, replace(facts, privacy=PRIVACY | {"unit": "conversation"}))
    assert "by conversation" in said and "somebody with many is protected less" in said


def test_the_terminal_says_that_users_are_counted() -> None:
    tables, facts = private()
    assert "about 41,000 users, counted with noise" in summary(tables, facts)


def behind_floors() -> Tables:
    """A release of another trial behind floors, which shows rates, triggers and clusters."""
    exact = Exact(make_rows(14, 700, 180), DisclosurePolicy())
    terms = CLUSTER_TERMS.arrow.empty_table()
    return tabulate(
        exact.cells, exact.splits, exact.named, exact.unions, terms, "r-1", DisclosurePolicy(), Quality({}), 0.25
    )


def test_users_are_never_set_beside_conversations() -> None:
    floors, (tables, _) = behind_floors(), private("r-2", None)
    assert Released(floors).rate_before("joy") is None and Released(floors, floors).rate_before("joy") is not None
    for now, before in ((floors, tables), (tables, floors)):
        both = Released(now, before)
        assert both.by_users == (now is tables)
        assert all(both.rate_before(label) is None for label in labels())
        found = compare(now, before).to_pylist()
        whole = [row for row in found if row["dimension"] == "all"]
        assert whole and all(row["verdict"] == "not comparable" for row in found)
        assert {row["reason"] for row in whole} == {NOT_UNDER_DP}
        changes = compare_clusters(now, before).to_pylist()
        assert {(row["change"], row["reason"]) for row in changes} == {("not comparable", NOT_UNDER_DP)}
    again = Released(tables, private("r-1")[0])
    assert again.rate_before("joy") is not None, "two releases under dp stand side by side"


def test_nothing_is_compared_and_the_page_says_why(tmp_path: Path) -> None:
    tables, facts = private("r-2", "r-1")
    said = page(tmp_path / "r", tables, facts, private("r-1")[0])
    assert "not compared with r-1: under dp only counts of users leave" in said
    assert "Clusters: not compared, as only counts of users leave under dp." in said


def test_the_gate_lets_counts_with_noise_into_the_manifest_and_no_others() -> None:
    nothing = dict.fromkeys(("conversations", "malformed_records"))
    facts = manifest(
        "r-2", None, privacy=PRIVACY, counts={**nothing, "users": 320, "users_with_id": None}, run_key="0" * 32,
        models={"scorer": "ab" * 32},
    )  # fmt: skip
    check_manifest(facts, FLOORS)
    for wrong, said in (
        (replace(facts, counts=facts.counts | {"conversations": 1500}), "may not leave under dp"),
        (replace(facts, counts=facts.counts | {"users": 321}), "no multiple"),
        (replace(facts, counts=facts.counts | {"flagged": None}), "not listed"),
        (replace(facts, privacy=PRIVACY | {"policy": "floors"}), "another policy's"),
        (replace(facts, privacy=PRIVACY | {"exact": 7}), "not those of the policy"),
        (replace(facts, privacy=PRIVACY | {"frame": "No Name"}), "has no name"),
    ):
        with pytest.raises(DisclosureError, match=said):
            check_manifest(wrong, FLOORS)
    with pytest.raises(DisclosureError, match="not listed"):
        check_manifest(facts, DisclosurePolicy())
