"""`welfare compare`: two releases side by side, from their released tables."""

from __future__ import annotations

from pathlib import Path

import click

from schemas.errors import UsageError


@click.command("compare")
@click.argument("candidate", type=click.Path(path_type=Path))
@click.argument("baseline", type=click.Path(path_type=Path))
@click.option("--all", "everything", is_flag=True, help="Also the rows in which no difference was seen.")
def command(candidate: Path, baseline: Path, everything: bool) -> int:
    """Print the differences of CANDIDATE from BASELINE (output folders or published releases), with 95 % intervals.

    Only released tables are read. "No difference seen" comes with the smallest difference that would have been seen.
    """
    from jobs.candidate import open_baseline
    from pipelines.compare import compare

    first, second = open_baseline(candidate), open_baseline(baseline)
    if first is None or second is None:
        raise UsageError("name two output folders.")
    click.echo(f"{first[0]} against {second[0]}; differences in percentage points")
    for row in compare(first[1], second[1]).to_pylist():
        line = f"{row['label']:9} {row['dimension']:10} {row['value']:18} "
        if row["difference"] is None:
            text = f"{row['verdict']} (suppressed in one of the two)"
        else:
            low, high = 100 * row["difference_low"], 100 * row["difference_high"]
            text = f"{row['verdict']}: {100 * row['difference']:+.2f} [{low:+.2f}, {high:+.2f}]"
            if row["verdict"] == "no difference seen" and row["detectable"] is not None:
                text += f"; one under {100 * row['detectable']:.1f} points would have been missed"
        if everything or row["verdict"] in ("higher", "lower") or row["dimension"] == "all":
            click.echo(line + text)
    return 0
