"""`welfare second-read`: a language model as a second reader of flagged passages, where the policy allows egress."""

from __future__ import annotations

import os
from pathlib import Path

import click


@click.command("second-read")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--status", is_flag=True, help="Only say how much of the sample is asked; nothing is sent.")
def command(folder: Path, status: bool) -> None:
    """Ask a second reader, a language model behind an OpenAI-compatible endpoint, about flagged passages of a run.

    DIR is the run's output folder. This is the one command that sends text out, and only where the policy of that run
    says so: [second_reader] with url, model and allow_egress = true. Of each drawn conversation one turn that the
    scorer flagged is sent, scrubbed, with up to two turns before it. The key of the endpoint, if it wants one, is taken
    from the environment variable WELFARE_SECOND_READER_KEY. Stop and go on whenever you like: each passage is asked
    about once. Afterwards run the job again: its quality figures then say how far the second reader agrees. No rate
    rests on it.
    """
    from jobs.second_reader import ask_all, open_desk, passages, read_said, unasked
    from jobs.workspace import locked
    from schemas.policy_second_reader import KEY_VARIABLE

    key = os.environ.get(KEY_VARIABLE, "").strip()
    desk = open_desk(folder, key)
    with locked(desk.stored.space):
        desk = open_desk(folder, key)
        stored, policy = desk.stored, desk.policy
        drawn = passages(stored, policy.sample)
        left = unasked(drawn, read_said(stored.space, stored.key, policy))
        if not status:
            ask_all(desk, left)
        said = read_said(stored.space, stored.key, policy)
    left = unasked(drawn, said)
    missing = {one.key for one in left}
    usable = sum(said[one.key]["distress"] is not None for one in drawn if one.key not in missing)
    asked = len(drawn) - len(left)
    click.echo(f"{asked} of the {len(drawn)} drawn passages are asked about, {usable} with a usable answer.")
    if drawn and not left:
        click.echo("Run the job again: its quality figures then say how far the second reader agrees.")
