"""`welfare compare`: two releases side by side, from their released tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from schemas.errors import UsageError

_NO_RATE = ("gate", "retention", "adjudicate", "second_reader")
"""Sections of a policy that change no rate and no cluster."""


@click.command("compare")
@click.argument("candidate", type=click.Path(path_type=Path))
@click.argument("baseline", type=click.Path(path_type=Path))
@click.option("--all", "everything", is_flag=True, help="Also what is not seen to differ.")
def command(candidate: Path, baseline: Path, everything: bool) -> int:
    """Print the differences of CANDIDATE from BASELINE (output folders or published releases), with 95 % intervals.

    Only released tables are read. "No difference seen" comes with the smallest difference that would have been seen.
    A word stands only where the difference is too large for luck among all that are compared side by side. The whole
    trial is compared as it was, and weighed to the same mix of surfaces, of languages and of lengths.
    """
    from jobs.candidate import open_release
    from pipelines.adjust import adjust
    from pipelines.compare import compare
    from pipelines.report_numbers import for_terminal

    (now, manifest), (before, earlier) = open_release(candidate, "CANDIDATE"), open_release(baseline, "BASELINE")
    if manifest["release"] == earlier["release"]:
        raise UsageError("CANDIDATE and BASELINE hold releases of the same name. Name two different releases.")
    lines = [f"{manifest['release']} against {earlier['release']}; differences in percentage points"]
    if made_otherwise := _made_otherwise(manifest, earlier):
        lines.append(
            f"note: the two were not made alike ({', '.join(made_otherwise)}); a difference may come from that"
        )
    rows = compare(now, before).to_pylist()
    lines += [_line(row) for row in rows if row["dimension"] == "all"]
    lines += [_adjusted(row) for row in adjust(now, before).to_pylist()]
    parts = [row for row in rows if row["dimension"] != "all"]
    lines += [_line(row) for row in parts if everything or row["verdict"] in ("higher", "lower")]
    lines += _clusters(now, before, earlier["release"], everything)
    click.echo(for_terminal("\n".join(lines)))
    return 0


def _made_otherwise(manifest: Mapping[str, Any], earlier: Mapping[str, Any]) -> list[str]:
    """Sections of the policy, and models, that differ; `unit` where only one of the two has user ids."""
    sides = manifest["policies"], earlier["policies"]
    sections = sorted({*sides[0], *sides[1]} - {*_NO_RATE})
    found = [f"[{name}]" for name in sections if sides[0].get(name) != sides[1].get(name)]
    found += ["models"] if manifest["models"] != earlier["models"] else []
    return found + (["unit"] if manifest["unit"] != earlier["unit"] else [])


def _line(row: Mapping[str, Any]) -> str:
    """A row of released_comparison."""
    from pipelines.report_numbers import points_with_interval
    from pipelines.report_result import missed

    line = f"{row['label']:9} {row['dimension']:10} {row['value']:18} {row['verdict']}"
    if row["difference"] is None:
        return f"{line} (suppressed in one of the two)"
    figures = points_with_interval(row["difference"], row["difference_low"], row["difference_high"])
    return f"{line}: {figures}{missed(dict(row))}"


def _adjusted(row: Mapping[str, Any]) -> str:
    from pipelines.report_adjusted import adjusted_words

    return f"{row['label']:9} {adjusted_words(dict(row))}"


def _clusters(now: dict[str, Any], before: dict[str, Any], baseline: str, everything: bool) -> list[str]:
    """What became of clusters. The candidate's own rows were matched by the baseline's frame, which a published release
    does not have."""
    from pipelines.compare_clusters import compare_clusters
    from schemas.released_clusters import CLUSTER_CHANGES

    own = [row for row in now[CLUSTER_CHANGES.name].to_pylist() if row["baseline"] == baseline]
    return [
        f"{row['label']:9} cluster    {row['name'] or row['baseline_name'] or 'all'}: {row['change']}"
        for row in own or compare_clusters(now, before).to_pylist()
        if everything or row["change"] not in ("same", "near the floor", "regrouped", "not comparable")
    ]
