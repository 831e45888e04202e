"""`welfare run`: the main job."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from types import FrameType

import click


@click.command("run")
@click.argument("inputs", nargs=-1, required=True)
@click.option("--release", required=True, help="Name of the release: 1 to 64 of a-z, 0-9, '.', '_', '-'.")
@click.option("--out", type=click.Path(path_type=Path), help="Output folder [default: welfare-out/RELEASE].")
@click.option("--baseline", type=click.Path(path_type=Path), help="Output folder of the release to compare with.")
@click.option(
    "--format", "format_name", default="auto", show_default=True, help="Transcript format, if not recognised."
)
@click.option("--config", type=click.Path(path_type=Path), help="Policy file (TOML); see `welfare explain`.")
@click.option("--master", default="", help="Spark master, for example spark://host:7077 [default: all cores here].")
@click.option("--resume/--fresh", default=True, help="Use what an interrupted run finished, or make everything again.")
@click.option("--ran-by", default="", help="Who runs the job, and so cannot sign it [default: login name].")
@click.option("--metrics", type=click.Path(path_type=Path), help="File for Prometheus metrics, replaced at the end.")
@click.option("--lineage", type=click.Path(path_type=Path), help="File to which OpenLineage events are added.")
def command(
    inputs: tuple[str, ...],
    release: str,
    out: Path | None,
    baseline: Path | None,
    format_name: str,
    config: Path | None,
    master: str,
    resume: bool,
    ran_by: str,
    metrics: Path | None,
    lineage: Path | None,
) -> int:
    """Read transcripts from INPUT files, folders or globs and write a candidate release.

    The output folder then holds released/ (summary.duckdb, report.html, report.json, manifest.json, tables/) and
    restricted/ (scrubbed row-level tables, encrypted, and their keys; mode 0700). A release of another name that stood
    there is kept as releases/NAME/. The same input with the same policy,
    models and code ends with exit code 99 and changes nothing.
    """
    from jobs.observe import Observed, observed
    from jobs.progress import Progress
    from jobs.runner import Request, run
    from pipelines.summary import summary
    from schemas.policy_file import load_policies

    signal.signal(signal.SIGTERM, _stop)
    request = Request(
        inputs=inputs,
        release=release,
        out=out or Path("welfare-out") / release,
        policies=load_policies(config),
        format=format_name,
        baseline=baseline,
        master=master,
        fresh=not resume,
        ran_by=ran_by,
    )
    progress = Progress()
    watched = Observed(release, inputs, progress)
    with observed(watched, metrics, lineage):
        candidate = watched.candidate = run(request, progress)
    click.echo(summary(candidate.tables, candidate.manifest))
    click.echo(f"\nDuckDB  {candidate.folder / 'summary.duckdb'}\nReport  {candidate.folder / 'report.html'}")
    if not candidate.gates_passed:
        failed = ", ".join(candidate.manifest.failed_gates)
        click.echo(f"A gate failed ({failed}): the candidate is written and marked so.", err=True)
        return 5
    return 0


def _stop(number: int, frame: FrameType | None) -> None:
    """SIGTERM ends the run through its `finally` blocks: Spark stopped, temporary files wiped, lock released."""
    sys.exit(128 + number)
