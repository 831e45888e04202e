"""`welfare sample`: the sample trial, written anew from its seed."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("sample")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--conversations", default=1500, show_default=True, help="Conversations of each release.")
@click.option("--seed", default=20260901, show_default=True, help="The same seed gives the same bytes.")
def command(folder: Path, conversations: int, seed: int) -> int:
    """Write two made-up releases into FOLDER, each with its planted truth beside it.

    sample-1 is the baseline, sample-2 the candidate. Nobody in them exists.
    """
    from jobs.sample.generate import write_trial

    folder.mkdir(parents=True, exist_ok=True)
    for name, path in write_trial(folder, conversations=conversations, seed=seed).items():
        click.echo(f"{name}  {path}")
    return 0
