"""What schedulers and monitors are told of a run: Prometheus text metrics and OpenLineage events, written to files.

Both may be read by many: they hold released figures, names of what was asked for, seconds and exit codes, and nothing
of the restricted side. Formats: Prometheus text exposition format 0.0.4; OpenLineage 2-0-2 (RunEvent).
"""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jobs.candidate import Candidate
from jobs.progress import Progress
from jobs.versions import code_version
from jobs.workspace import write_text
from schemas.errors import NothingNew, UsageError, WelfareError

FAULT, GATE_FAILED, INTERRUPTED = 1, 5, 130
_SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
_FACET = "https://openlineage.io/spec/facets/1-1-1/SchemaDatasetFacet.json"
_JOB = {"namespace": "welfare", "name": "welfare run"}
_HELP = {
    "welfare_run_exit_code": "Exit code of the last run: 0 done, 99 nothing new, else a failure.",
    "welfare_run_finished_timestamp_seconds": "When the last run ended.",
    "welfare_run_seconds": "How long it took.",
    "welfare_run_step_seconds": "How long each step took that was finished.",
    "welfare_gates_failed": "Quality gates that the candidate failed.",
    "welfare_released_conversations": "Scored conversations, as released: rounded.",
    "welfare_released_rate": "Share of the scored conversations that was flagged, as released; none where suppressed.",
}


@dataclass
class Observed:
    """What is known of a run. candidate: of a run that made one."""

    release: str
    inputs: tuple[str, ...]
    progress: Progress
    candidate: Candidate | None = None
    code: int = FAULT
    run: str = field(default_factory=lambda: str(uuid.uuid4()))
    begun: float = field(default_factory=time.monotonic)


@contextlib.contextmanager
def observed(watched: Observed, metrics: Path | None, lineage: Path | None) -> Iterator[None]:
    """Around a run that sets `candidate`: START and one last event are added to `lineage`, `metrics` is replaced at the
    end, however it ends. None: no such file. Raises UsageError where the folder of one is missing, before the run
    begins; one that cannot be written at the end is only noted, as it must not change how the run ended."""
    for path in (metrics, lineage):
        if path is not None and not path.parent.is_dir():
            raise UsageError(f"the folder of {path.name} does not exist. Make it, or name a file in another one.")
    _emit(watched, lineage, "START")
    try:
        yield
        passed = watched.candidate is None or watched.candidate.gates_passed
        watched.code = 0 if passed else GATE_FAILED
    except WelfareError as error:
        watched.code = error.exit_code
        raise
    except KeyboardInterrupt:
        watched.code = INTERRUPTED
        raise
    except SystemExit as stopped:
        watched.code = stopped.code if isinstance(stopped.code, int) else FAULT
        raise
    finally:
        try:
            _emit(watched, lineage, _ending(watched.code))
            if metrics is not None:
                write_text(metrics, exposition(watched))
        except OSError as error:
            watched.progress.note("metrics or lineage not written", error=type(error).__name__)


def _ending(code: int) -> str:
    """COMPLETE also where there was nothing new, and where a quality gate failed: the candidate is there. ABORT where a
    signal stopped it."""
    if code in (0, GATE_FAILED, NothingNew.exit_code):
        return "COMPLETE"
    return "ABORT" if code > 128 else "FAIL"


def event(watched: Observed, kind: str) -> dict[str, Any]:
    """One OpenLineage event. kind: START, COMPLETE, FAIL or ABORT. Inputs are named as they were asked for; outputs are
    the released tables of a candidate, with their columns."""
    outputs = []
    if kind == "COMPLETE" and watched.candidate is not None:
        for name, table in sorted(watched.candidate.tables.items()):
            columns = [{"name": column.name, "type": str(column.type)} for column in table.schema]
            facet = {"_producer": _producer(), "_schemaURL": _FACET, "fields": columns}
            outputs.append({"namespace": "welfare", "name": f"{watched.release}/{name}", "facets": {"schema": facet}})
    return {
        "eventType": kind,
        "eventTime": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "producer": _producer(),
        "schemaURL": _SCHEMA,
        "run": {"runId": watched.run},
        "job": _JOB,
        "inputs": [{"namespace": "file", "name": name} for name in watched.inputs],
        "outputs": outputs,
    }


def _producer() -> str:
    return f"urn:welfare-expression-miner:{code_version()}"


def _emit(watched: Observed, lineage: Path | None, kind: str) -> None:
    if lineage is not None:
        with lineage.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(event(watched, kind), separators=(",", ":")) + "\n")


def exposition(watched: Observed) -> str:
    """The metrics as Prometheus text."""
    of_run = {"release": watched.release}
    rows: list[tuple[str, Mapping[str, str], float]] = [
        ("welfare_run_exit_code", of_run, watched.code),
        ("welfare_run_finished_timestamp_seconds", of_run, round(time.time(), 3)),
        ("welfare_run_seconds", of_run, round(time.monotonic() - watched.begun, 1)),
        *(("welfare_run_step_seconds", of_run | {"step": s}, t) for s, t in watched.progress.seconds.items()),
    ]
    if watched.candidate is not None:
        rows += _released(watched.candidate, of_run)
    lines = []
    for name, said in _HELP.items():
        samples = [(labels, value) for found, labels, value in rows if found == name]
        if samples:
            lines += [f"# HELP {name} {said}", f"# TYPE {name} gauge"]
            lines += [f"{name}{{{_labels(labels)}}} {value!r}" for labels, value in samples]
    return "\n".join(lines) + "\n"


def _released(candidate: Candidate, of_run: Mapping[str, str]) -> list[tuple[str, Mapping[str, str], float]]:
    failed = sum(row["outcome"] == "failed" for row in candidate.tables["released_gates"].to_pylist())
    rows: list[tuple[str, Mapping[str, str], float]] = [("welfare_gates_failed", of_run, failed)]
    for row in candidate.tables["released_rates"].to_pylist():
        if row["dimension"] == "all" and row["status"] == "shown":
            labels = {**of_run, "label": row["label"]}
            rows.append(("welfare_released_conversations", labels, row["conversations"]))
            rows += [
                ("welfare_released_rate", labels | {"bound": bound}, row[column])
                for bound, column in (("estimate", "rate"), ("low", "rate_low"), ("high", "rate_high"))
                if row[column] is not None
            ]
    return rows


def _labels(labels: Mapping[str, str]) -> str:
    # Even a release name that the run refuses is told, so that values are escaped as the format says.
    def escaped(value: str) -> str:
        return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")

    return ",".join(f'{name}="{escaped(value)}"' for name, value in labels.items())
