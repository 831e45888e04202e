"""What is said of the errors of a scorer that was not validated: nothing, with a reason, and never zero."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest

from pipelines.aggregate_cells import Cell
from pipelines.aggregate_quality import quality_rows
from pipelines.aggregate_rates import Material, rate_rows
from pipelines.disclosure_plan import Plan
from pipelines.report_check import checked
from pipelines.report_html import render_html
from pipelines.report_rows import Released
from pipelines.report_tables import quality_grid, scorer_notes
from schemas.labels import LABELS
from schemas.policy import DisclosurePolicy, FlagPolicy, Policies, ScorePolicy
from schemas.policy_file import resolved
from schemas.policy_plug import MultilingualPolicy
from schemas.quality import Counts, Estimate, LabelQuality, Quality
from schemas.release import ReleaseManifest
from tests.unit.report_made_up import made_up, manifest

KNOWN = LabelQuality(0.5, (Counts(300, 270, 3000, 3),), Estimate(0.9), Estimate(0.001), Estimate(0.9), Estimate(0.8))
VALIDATED = Quality({str(label): KNOWN for label in LABELS})
AT = {"distress": 0.5, "joy": 0.5}
PLUG = {"labels": ("bad=-1", "good=2"), "model": "folder"}
OTHER = MultilingualPolicy(**PLUG, distress_threshold=0.4, joy_threshold=0.9)  # type: ignore[arg-type]
OWN = Policies(score=ScorePolicy(**PLUG, languages=("en",)), flag=FlagPolicy(0.5, 0.5))  # type: ignore[arg-type]


def material(quality: Quality) -> Material:
    """Two languages and a length, all shown: 1,000 conversations each, 100 of them flagged."""
    cell = Cell(1000, 500, 3, 100, 90, 2, 450, 3, 2200, 220, 120, 120)
    splits = {"surface": (), "week": (), "language": ("en", "de", "und"), "length": ("2-3",)}
    parts = [("all", "all"), *(("language", name) for name in splits["language"]), ("length", "2-3")]
    cells = {("rates", str(label), *part): cell for label in LABELS for part in parts}
    return Material("r-1", cells, splits, Plan(frozenset(parts), frozenset(cells)), DisclosurePolicy(), quality, 0.1)


def statuses(quality: Quality) -> dict[tuple[str, str], str]:
    rows = rate_rows(material(quality))
    return {(r["dimension"], r["value"]): r["corrected_status"] for r in rows
            if r["status"] == "shown" and r["label"] == "joy"}  # fmt: skip


def test_only_languages_of_the_validated_scorer_are_corrected_beside_a_second_model() -> None:
    assert set(statuses(VALIDATED.at(AT)).values()) == {"estimated"}
    found = statuses(VALIDATED.at(AT, frozenset({"en", "und"})))
    assert {key for key, status in found.items() if status == "estimated"} == {("language", "en"), ("language", "und")}
    assert set(found.values()) == {"estimated", "not estimable"}
    assert len(found) == 5


@pytest.mark.parametrize("quality", [Quality.from_card({}).at(AT), VALIDATED.at({"distress": 0.4, "joy": 0.6})])
def test_without_validation_at_its_threshold_nothing_is_corrected_and_nothing_is_zero(quality: Quality) -> None:
    assert set(statuses(quality).values()) == {"not estimable"}
    made = material(quality)
    rows = {(r["label"], r["measure"]): r for r in quality_rows(made, rate_rows(made))}
    for label in map(str, LABELS):
        assert rows[label, "threshold"]["figure"] == quality.labels[label].threshold
        for measure in ("recall", "recall_new_source", "false_positive_rate", "precision"):
            found = rows[label, measure]
            assert (found["figure"], found["basis"]) == (None, "not_validated")


def test_moving_one_threshold_leaves_the_other_labels_figures() -> None:
    moved = VALIDATED.at({"distress": 0.4, "joy": 0.5})
    assert moved.labels["joy"] == KNOWN
    assert moved.labels["distress"] == LabelQuality(0.4, average_precision=Estimate(0.8))


def with_policies(policies: Policies) -> ReleaseManifest:
    return replace(manifest(baseline=None), policies=resolved(policies))


@pytest.mark.parametrize(
    ("policies", "said"),
    [
        (OWN, "classifier by others"),
        (Policies(multilingual=OTHER), "second model"),
        (Policies(flag=FlagPolicy(distress_threshold=0.4)), "sets thresholds"),
    ],
)
def test_the_report_says_who_scored_and_why_there_is_no_figure(policies: Policies, said: str) -> None:
    facts = with_policies(policies)
    (note,) = scorer_notes(facts)
    assert said in note
    page = render_html(Released(checked(made_up(), facts), None), facts, {})
    assert " ".join(note.split()) in " ".join(page.split())
    assert scorer_notes(with_policies(Policies())) == []


def test_the_reports_table_gives_the_reason() -> None:
    made = material(Quality.from_card({}).at(AT))
    tables = made_up()
    schema = tables["released_quality"].schema
    tables["released_quality"] = pa.Table.from_pylist(list(quality_rows(made, rate_rows(made))), schema=schema)
    rows = {row[0].split(":")[0]: row for row in quality_grid(Released(tables, None)).rows}
    assert rows["Recall"][1:] == ("not measured", "not measured", "nothing: not validated")
