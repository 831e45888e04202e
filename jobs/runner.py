"""Runs the main job: survey, row-level stages, cluster, aggregate, report. Restarts lose nothing and repeat little."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobs.adjudicate import digest_of, outcome, stored_by
from jobs.candidate import Candidate, Clustered, open_baseline, write_candidate
from jobs.clustered import clustered, floors
from jobs.faults import spark_faults
from jobs.frames import Frames, open_frames
from jobs.history import open_history
from jobs.ingest import Source, find_sources, keyed_inputs, survey, transcripts
from jobs.keys import Keys, open_keys
from jobs.progress import Progress
from jobs.releases import find_baseline, released_in, standing
from jobs.row_level import row_level
from jobs.run_record import LOG, PURGED, RUN, who_runs
from jobs.second_reader import said_digest, second_reading
from jobs.spark import build_session, default_master
from jobs.survey import Survey
from jobs.tables import read_table
from jobs.tombstones import read_tombstones
from jobs.versions import code_version
from jobs.workspace import Workspace, locked, open_workspace, read_json, temporary_root, write_text
from pipelines.as_of_state import Past
from pipelines.pseudonym import pseudonym
from pipelines.stages import Run
from pipelines.worker import use_key
from schemas.errors import NothingNew, UsageError
from schemas.policy import Policies
from schemas.policy_file import fingerprint, resolved
from schemas.release import check_release_name
from schemas.row_level import CLUSTERED
from schemas.thresholds import Thresholds

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@dataclass(frozen=True, slots=True)
class Request:
    """What `welfare run` was asked for."""

    inputs: Sequence[str]
    release: str
    out: Path
    policies: Policies = field(default_factory=Policies)
    format: str = "auto"
    baseline: Path | None = None
    master: str = ""
    fresh: bool = False
    ran_by: str = ""


def run(request: Request, progress: Progress) -> Candidate:
    """The candidate release of `request`.

    Raises NothingNew where the same run was finished before, GateError is left to the caller (see Candidate), and any
    other WelfareError as its class says. Nothing is half-released: the released folder changes in one rename.
    """
    check_release_name(request.release)
    request = replace(request, baseline=find_baseline(request.baseline, request.out, request.release))
    open_baseline(request.baseline)  # a slip in its name is told now, not after hours
    space = open_workspace(request.out, request.release)
    with locked(space), temporary_root(space) as temporary:
        _refuse_purged(space)
        keys = open_keys(space.keys)
        use_key(keys.pseudonym)
        progress.keep(space.restricted / LOG)
        sources = find_sources(request.inputs, request.format, request.policies.read)
        models, thresholds, card = _models(request.policies)
        frames = open_frames(request.policies, request.baseline)
        models |= frames.models()
        key = _run_key(request, sources, models | {"card": fingerprint([card, frames.digests])}, keys, space)
        if not request.fresh:
            _refuse_repeat(space, key)
        past = (
            Past()
            if request.policies.disclosure.policy == "dp"
            else open_history(space, keys, datetime.now(UTC).date())
        )
        with progress.step("start Spark"), spark_faults("starting Spark"):
            spark = build_session(request.master or default_master(), temporary)
        progress.spark = spark
        try:
            with progress.step("survey") as said, spark_faults("survey"):
                found = survey(spark, sources, request.release, request.policies.read, keys.pseudonym)
                said |= asdict(found)
            found.check(request.policies.read)
            trial = frames.trial(request.release, sources, found)
            context = Run(request.release, request.policies, found.conversations, thresholds, models, keys.pseudonym)
            clusters, made = _restricted(spark, request, space, keys, sources, found, context, progress, frames)
            with progress.step("aggregate and report") as said, spark_faults("aggregate"):
                stored = stored_by(space, keys.table, made, thresholds, request.policies.disclosure)
                read = outcome(stored, request.policies.adjudicate, said)
                second = second_reading(stored, request.policies.second_reader)
                candidate = write_candidate(
                    clusters,
                    card,
                    context,
                    found,
                    space,
                    request.baseline,
                    key,
                    trial,
                    frames,
                    keys,
                    past,
                    read,
                    second,
                )
        finally:
            progress.spark = None
            _stop(spark)
        facts = {"thresholds": thresholds.plain(), "tables": made, "read": said.get("read", 0)}
        facts["inputs"] = keyed_inputs(sources, keys.pseudonym)
        _finish(request, space, key, found, candidate, facts)
        return candidate


def _stop(spark: SparkSession) -> None:
    """Stops Spark. Where its JVM is gone there is nothing to stop, and the fault that ended it is the one to tell."""
    from py4j.protocol import Py4JError

    with contextlib.suppress(OSError, Py4JError):
        spark.stop()


def _models(policies: Policies) -> tuple[dict[str, str], Thresholds, dict[str, Any]]:
    """(digest by model, thresholds, the scorer's card). Nothing heavy is loaded for it, but for models by others: what
    is wrong with one is told now."""
    from classifiers.language import UNKNOWN
    from classifiers.scorer_plugin import PluggedScorer, card_of
    from classifiers.scrubber import build_scrubber

    card = card_of(policies.score)
    models = {"scorer": card["digest"], "scrubber": build_scrubber(policies.scrub).digest}
    if policies.multilingual.plug is not None:
        models["multilingual_scorer"] = PluggedScorer(policies.multilingual.plug).digest
    return models, Thresholds.chosen(card, policies, (*card["languages"], UNKNOWN)), card


def _run_key(request: Request, sources: Sequence[Source], models: dict[str, str], keys: Keys, space: Workspace) -> str:
    """Keyed digest of everything that the released bytes depend on."""
    baseline = ""
    if request.baseline is not None:
        baseline = hashlib.sha256((released_in(request.baseline) / "manifest.json").read_bytes()).hexdigest()
    whole = fingerprint(
        [(s.digest, s.format) for s in sources], request.release, resolved(request.policies), models,
        code_version(), baseline, read_tombstones(space.restricted), 
        digest_of(space, keys, request.policies.adjudicate),
        said_digest(space, keys.table, request.policies.second_reader),
    )  # fmt: skip
    return pseudonym(keys.pseudonym, "run", whole)


def _refuse_purged(space: Workspace) -> None:
    """Raises UsageError where `welfare purge` closed this trial: its keys and its list of erased users are gone."""
    if (space.restricted / PURGED).exists():
        raise UsageError(
            "this trial was closed with `welfare purge`: its keys are gone, and with them the list of erased users, so"
            " that a rerun could bring them back. Name a new folder with --out, and leave them out of the input."
        )


def _refuse_repeat(space: Workspace, key: str) -> None:
    """Raises NothingNew where the last finished run had this key and its release is still there."""
    record, manifest = space.restricted / RUN, standing(space.root, space.release) / "manifest.json"
    if not (record.exists() and manifest.exists()):
        return
    if read_json(record).get("run_key") == read_json(manifest).get("run_key") == key:
        raise NothingNew(
            "the same input, policy, models and code were run before, and the release is in place."
            " Use --fresh to make it again."
        )


def _restricted(
    spark: SparkSession, request: Request, space: Workspace, keys: Keys, sources: list[Source], found: Survey,
    context: Run, progress: Progress, frames: Frames,
) -> tuple[Clustered, dict[str, str]]:  # fmt: skip
    """The clusters, by way of every restricted table; their folders."""
    policies = request.policies
    given = fingerprint(keyed_inputs(sources, keys.pseudonym), found.shards)
    read = transcripts(spark, sources, request.release, policies.read, found.shards)
    rows = row_level(spark, read, given, found.shards, context, space, keys, progress, request.fresh)
    made = fingerprint(rows.made, "cluster", policies.cluster, frames.digests, *floors(policies.disclosure))
    with progress.step("cluster"), spark_faults("cluster"):
        stored, beside = clustered(
            rows.last, policies, space.folder(CLUSTERED, made), keys, frames, fresh=request.fresh
        )
    kept = [*rows.folders, stored.folder]
    _drop_others(kept)
    clusters = Clustered(read_table(spark, CLUSTERED, stored, keys.table), *beside)
    return clusters, {path.parent.name: path.name for path in kept}


def _drop_others(kept: Sequence[Path]) -> None:
    """Removes what earlier runs left of the same tables: restricted data is kept once."""
    for folder in kept:
        for other in folder.parent.iterdir():
            if other != folder:
                shutil.rmtree(other, ignore_errors=True)


def _finish(
    request: Request, space: Workspace, key: str, found: Survey, candidate: Candidate, facts: dict[str, Any]
) -> None:
    """The exact manifest of the run, on the restricted side."""
    record = {
        "run_key": key,
        "release": request.release,
        "ran_by": request.ran_by or who_runs(),
        "code_version": code_version(),
        "policies": resolved(request.policies),
        **facts,
        **asdict(found),
        "gates_passed": candidate.gates_passed,
        "released_manifest_sha256": hashlib.sha256((space.released / "manifest.json").read_bytes()).hexdigest(),
    }
    write_text(space.restricted / RUN, json.dumps(record, indent=1))
    (space.restricted / RUN).chmod(0o600)
