"""From the clustered table to a candidate release on disk: aggregate, compare, gates, report, one rename."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobs.ingest import Survey
from jobs.versions import code_version
from jobs.workspace import Workspace
from pipelines.adjudicate import Adjudication
from pipelines.aggregate import aggregate, looked_at
from pipelines.compare import compare
from pipelines.disclosure import gated_count
from pipelines.gates import gates
from pipelines.report import read_released, report
from pipelines.second_reader import SecondReading
from pipelines.stages import Run
from schemas.errors import UsageError
from schemas.policy_file import fingerprint, resolved, shown
from schemas.quality import Quality
from schemas.release import ReleaseManifest
from schemas.released import COMPARISON, GATES

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

Tables = dict[str, "pa.Table"]


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
    folder = root / "released" if (root / "released").is_dir() else root
    if not (folder / "manifest.json").exists():
        raise UsageError(
            "the folder named with --baseline holds no release. Name the output folder of an earlier run, or a"
            " published release."
        )
    tables, manifest = read_released(folder)
    return str(manifest["release"]), tables


def write_candidate(
    clustered: DataFrame, terms: pa.Table, card: dict[str, Any], run: Run, found: Survey, space: Workspace,
    baseline_root: Path | None, run_key: str, read: Adjudication | None = None,
    second: SecondReading | None = None,
) -> Candidate:  # fmt: skip
    """Aggregates, compares with the baseline, checks the gates, and puts the report in place in one rename."""
    baseline = open_baseline(baseline_root)
    policy = run.policies.disclosure
    quality = Quality.from_card(card).at(run.thresholds.own, run.thresholds.validated)
    screened = None if run.policies.score.plug else run.share(run.policies.score.screen_sample)
    tables: Tables = aggregate(clustered, terms, run.release, policy, quality, screened, read, second)
    compared = None if baseline is None else compare(tables, baseline[1], policy)
    tables[COMPARISON.name] = COMPARISON.arrow.empty_table() if compared is None else compared
    bad = sum(found.malformed.values())
    tables[GATES.name] = gates(tables, compared, run.policies.gate, bad / max(1, bad + found.conversations), policy)
    records = {
        "malformed_records": bad,
        "duplicate_records": found.duplicates,
        "superseded_records": found.superseded + found.conflicting,
        "records_of_other_releases": found.other_release,
    }
    manifest = ReleaseManifest(
        release=run.release,
        baseline=None if baseline is None else baseline[0],
        run_key=run_key,
        code_version=code_version(),
        policy_fingerprint=fingerprint(resolved(run.policies)),
        unit="user" if found.with_user else "conversation",
        policies=shown(run.policies),
        models=dict(run.models),
        counts=looked_at(tables) | {name: gated_count(count, policy) for name, count in records.items()},
        gates_passed="failed" not in tables[GATES.name].column("outcome").to_pylist(),
    )
    draft = space.root / f".released-{os.getpid()}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o755)
    try:
        manifest = report(tables, manifest, draft, None if baseline is None else baseline[1])
        _swap(draft, space.released)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Candidate(space.released, tables, manifest)


def _swap(draft: Path, target: Path) -> None:
    """Puts `draft` in the place of `target`. Between the two renames there is no release, never half of one."""
    old = target.with_name(f".replaced-{os.getpid()}")
    if target.exists():
        os.replace(target, old)
    os.replace(draft, target)
    shutil.rmtree(old, ignore_errors=True)
