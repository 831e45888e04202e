"""`welfare sign-off`: a reviewer's signed decision."""

from __future__ import annotations

from pathlib import Path

import click

from schemas.errors import UsageError
from schemas.sign_off import MAX_VALID_DAYS, Decision, Reason


@click.command("sign-off")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--key", required=True, type=click.Path(path_type=Path), help="Private key, from `welfare keygen`.")
@click.option("--decision", required=True, type=click.Choice([d.value for d in Decision]), help="What you decide.")
@click.option("--person", required=True, help="Who you are, as the trust file spells it.")
@click.option(
    "--condition",
    "conditions",
    multiple=True,
    metavar="TEXT",
    help="A condition of an approval, one line; may be given again. It is published as you write it.",
)
@click.option("--reason", type=click.Choice([r.value for r in Reason]), help="Why you reject.")
@click.option(
    "--waive",
    "waivers",
    type=(str, str),
    multiple=True,
    metavar="GATE REASON",
    help="Waive a failed gate, with your reason, one line; may be given again. It is published as you write it.",
)
@click.option(
    "--valid-days",
    type=click.IntRange(1, MAX_VALID_DAYS),
    default=30,
    show_default=True,
    help="Days in which the decision may be used to publish.",
)
def command(
    folder: Path,
    key: Path,
    decision: str,
    person: str,
    conditions: tuple[str, ...],
    reason: str | None,
    waivers: tuple[tuple[str, str], ...],
    valid_days: int,
) -> None:
    """Sign a decision on the candidate in DIR, exactly as its files are now.

    DIR is the output folder of `welfare run`. Read its report first. The decision is an in-toto statement that names
    every released file by its SHA-256, signed in a DSSE envelope, and is written to DIR/sign-offs/PERSON.dsse.json.
    If a file changes afterwards the decision no longer holds. Signing again replaces your earlier decision.

    Two different people with two different keys must approve before `welfare publish` copies the release, neither of
    them the one who ran the job, and one valid rejection blocks it. Where a gate failed, one of these approvals must
    waive it, of a person to whom the trust file gives `may_waive = true`. Write nothing from a conversation in a
    condition or a waiver's reason.
    """
    from jobs.run_record import read_record
    from pipelines.sign_off import Vote, now_utc, sign_off
    from schemas.sign_off import time_text

    if len(dict(waivers)) < len(waivers):
        raise UsageError("a gate is waived twice. Give --waive once for each gate.")
    why = None if reason is None else Reason(reason)
    vote = Vote(person, Decision(decision), conditions, why, valid_days, dict(waivers))
    path, said = sign_off(folder, key, vote, read_record(folder).ran_by, now_utc())
    click.echo(f"{person}: {said.decision} on {len(said.subjects)} files, valid until {time_text(said.expires_at)}")
    for gate in said.waivers:
        click.echo(f"  waives {gate}")
    click.echo(str(path))
