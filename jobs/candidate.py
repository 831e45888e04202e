"""From the clustered table to a candidate release on disk: aggregate, compare, gates, report, one rename."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobs.frames import Frames, store_frame
from jobs.history import store_history
from jobs.keys import Keys
from jobs.private_release import private_release
from jobs.releases import put_in_place, released_in
from jobs.survey import Survey
from jobs.versions import code_version
from jobs.workspace import Workspace
from pipelines.adjudicate import Adjudication
from pipelines.adjust import adjust
from pipelines.aggregate import aggregate, looked_at
from pipelines.as_of_state import Past
from pipelines.compare import compare
from pipelines.compare_clusters import compare_clusters
from pipelines.disclosure_folder import check_folder, check_manifest
from pipelines.frames import FrameFacts, make_frame
from pipelines.gates import failed_gates, gates
from pipelines.match_clusters import matches
from pipelines.pseudonym import pseudonym
from pipelines.report import read_released, report
from pipelines.second_reader import SecondReading
from pipelines.stages import Run
from schemas.errors import UsageError
from schemas.policy import DisclosurePolicy
from schemas.policy_file import fingerprint, resolved, shown
from schemas.quality import Quality
from schemas.release import ReleaseManifest
from schemas.released import ADJUSTED, COMPARISON, GATES, TERMS
from schemas.released_clusters import CLUSTER_CHANGES

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

Tables = dict[str, "pa.Table"]


@dataclass(frozen=True, slots=True)
class Clustered:
    """What the report is made from: CLUSTERED, CLUSTER_TERMS, CLUSTER_STABILITY and CLUSTER_FRAMES."""

    rows: DataFrame
    terms: pa.Table
    stability: pa.Table
    frames: pa.Table


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate release on disk. gates_passed: False ends the command with exit 5."""

    folder: Path
    tables: Tables
    manifest: ReleaseManifest

    @property
    def gates_passed(self) -> bool:
        """True where no gate failed."""
        return self.manifest.gates_passed


def open_baseline(root: Path | None) -> tuple[str, Tables] | None:
    """(release name, released tables) of the baseline's output folder, None where none was named.

    Raises UsageError where the folder holds no release; ContractError where a file was changed.
    """
    if root is None:
        return None
    tables, manifest = open_release(root, "--baseline")
    return str(manifest["release"]), tables


def open_release(root: Path, named: str) -> tuple[Tables, dict[str, Any]]:
    """(released tables, manifest) of an output folder or published release; named: the argument that names it.

    Raises UsageError where the folder holds no release; ContractError where a file is missing or was changed.
    """
    folder = released_in(root)
    if not (folder / "manifest.json").exists():
        raise UsageError(
            f"the folder named with {named} holds no release. Name the output folder of an earlier run, or a"
            " published release."
        )
    return read_released(folder)


def write_candidate(
    clusters: Clustered, card: dict[str, Any], run: Run, found: Survey, space: Workspace, baseline_root: Path | None,
    run_key: str, trial: str, frames: Frames, keys: Keys, past: Past, read: Adjudication | None = None,
    second: SecondReading | None = None,
) -> Candidate:  # fmt: skip
    """Aggregates, compares with the baseline, checks the gates, puts the report in place in one rename, and keeps the
    frame of its clusters. trial: see jobs/frames.py. past: the trial's earlier releases, which this one is held
    against and, before it is in place, added to."""
    baseline = open_baseline(baseline_root)
    policy = run.policies.disclosure
    quality = Quality.from_card(card).at(run.thresholds.own, run.thresholds.validated)
    numbers: dict[tuple[str, int], int] = {}
    rows = clusters.frames.to_pylist()
    bad, records = sum(found.malformed.values()), _records(found)
    privacy: dict[str, Any] = {"policy": policy.policy}
    if policy.policy == "dp":
        tables, counts, privacy = _private(clusters, run, space, quality, baseline, frames)
        counts |= dict.fromkeys(records)
        unit = str(privacy["unit"])
    else:
        tables = _by_floors(clusters, run, quality, read, second, numbers, past)
        placed = replace(frames, before=None) if past.clusters_stand else frames
        tables[CLUSTER_CHANGES.name] = _changes(tables, baseline, rows, numbers, placed, policy)
        compared = None if baseline is None else compare(tables, baseline[1], policy)
        tables[COMPARISON.name] = COMPARISON.arrow.empty_table() if compared is None else compared
        evened = None if baseline is None else adjust(tables, baseline[1], policy)
        tables[ADJUSTED.name] = ADJUSTED.arrow.empty_table() if evened is None else evened
        share = bad / max(1, bad + found.conversations)
        tables[GATES.name] = gates(tables, compared, run.policies.gate, share, policy, datetime.now(UTC).date())
        counts = looked_at(tables)
        # By the released count: whether there is any user id at all would tell of a single one.
        unit = "user" if counts["conversations_with_user"] else "conversation"
        counts |= {name: past.count(name, count, policy) for name, count in records.items()}
    manifest = ReleaseManifest(
        release=run.release,
        baseline=None if baseline is None else baseline[0],
        run_key=run_key,
        code_version=code_version(),
        policy_fingerprint=fingerprint(resolved(run.policies)),
        unit=unit,
        policies=shown(run.policies),
        models=dict(run.models),
        counts=counts,
        privacy=privacy,
        gates_passed=not failed_gates(tables[GATES.name]),
        failed_gates=failed_gates(tables[GATES.name]),
    )
    check_manifest(manifest, policy)
    draft = space.root / f".released-{os.getpid()}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o755)
    try:
        manifest = report(tables, manifest, draft, None if baseline is None else baseline[1])
        check_folder(draft, manifest)
        if policy.policy != "dp":
            store_history(space, keys, past, run_key)
        put_in_place(space.root, draft)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    if past.clusters_stand:
        return Candidate(space.released, tables, manifest)  # and so does their frame
    given = frames.given
    origins = () if given is None else (given.release, given.trial, *given.origins)
    facts = FrameFacts(run.release, run_key, trial, run.policies.retention.frame_days, origins)
    store_frame(space, make_frame(rows, numbers, tables[TERMS.name].to_pylist(), facts, policy))
    return Candidate(space.released, tables, manifest)


def _records(found: Survey) -> dict[str, int]:
    """Exact numbers of records that are not conversations of this release, by their name in the manifest."""
    return {
        "malformed_records": sum(found.malformed.values()),
        "duplicate_records": found.duplicates,
        "superseded_records": found.superseded + found.conflicting,
        "records_of_other_releases": found.other_release,
    }


def _by_floors(
    clusters: Clustered, run: Run, quality: Quality, read: Adjudication | None, second: SecondReading | None,
    numbers: dict[tuple[str, int], int], past: Past,
) -> Tables:  # fmt: skip
    """The released tables behind floors, but for those against a baseline. numbers, past: filled, see aggregate."""
    screened = None if run.policies.score.plug else run.share(run.policies.score.screen_sample)
    return aggregate(
        clusters.rows, clusters.terms, run.release, run.policies.disclosure, quality, screened, read, second,
        clusters.stability, run.share(run.policies.flag.unflagged_sample), numbers,
        pseudonym(run.pseudonym_key, "suppression", ""), past,
    )  # fmt: skip


def _private(
    clusters: Clustered, run: Run, space: Workspace, quality: Quality, baseline: tuple[str, Tables] | None,
    frames: Frames,
) -> tuple[Tables, dict[str, int | None], dict[str, Any]]:  # fmt: skip
    """(released tables, counts for the manifest, what is promised) under `policy = "dp"`."""
    if frames.given is None:
        raise UsageError('`policy = "dp"` needs a frame of clusters. Name one with [cluster] frame.')
    name = None if baseline is None else baseline[0]
    made = private_release(clusters.rows, clusters.terms, frames.given, run, space, quality, name)
    policies = run.policies
    made.tables[GATES.name] = gates(
        made.tables, None, policies.gate, None, policies.disclosure, scored_share=made.scored_share
    )
    return made.tables, made.counts, made.privacy


def _changes(
    tables: Tables, baseline: tuple[str, Tables] | None, rows: list[dict[str, Any]],
    numbers: dict[tuple[str, int], int], frames: Frames, policy: DisclosurePolicy,
) -> pa.Table:  # fmt: skip
    """CLUSTER_CHANGES; empty without a baseline. rows: of CLUSTER_FRAMES."""
    if baseline is None:
        return CLUSTER_CHANGES.arrow.empty_table()
    matched = None if frames.before is None else matches(rows, numbers, frames.before, policy)
    return compare_clusters(tables, baseline[1], matched, policy)
