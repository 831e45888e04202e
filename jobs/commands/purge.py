"""`welfare purge`: the restricted side goes, or one user goes from it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from schemas.errors import UsageError


@click.command("purge")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--expired", is_flag=True, help="Only what is older than [retention] restricted_days of its policy.")
@click.option(
    "--user", metavar="ID", help="Erase one user, by the id that the input has. `-` reads it from standard input."
)
@click.option("--yes", is_flag=True, help="Do not ask first.")
def command(folder: Path, expired: bool, user: str | None, yes: bool) -> None:
    """Remove the restricted side of the output folder DIR, or one user from it.

    Without --user: removes the row-level tables, temporary files and the exact manifest, and destroys the keys. That
    closes the trial: rows of a later run get other pseudonyms, and no user can be erased by id any more. A note of
    who ran the job stays, for sign-off needs it. With --expired, tables within their retention time stay, and the
    keys with them; a night job may call it every day.

    With --user: removes the user's rows from every restricted table and notes the user's pseudonym, so that a rerun
    over the same input leaves the user out. Give the id as `-` to keep it out of the shell's history.

    Neither changes released/: aggregates that are out stay as they are. Run the job again to make them without the
    user.
    """
    if user is not None and expired:
        raise UsageError("--user and --expired do not go together: one erases a user now, the other waits.")
    if user == "-":
        user = sys.stdin.readline().rstrip("\n")
    elif not yes and not sys.stdin.isatty():
        raise UsageError("nobody is there to confirm. Add --yes to remove without a question.")
    if not yes and user is None:
        what = "what is past its retention time" if expired else "all row-level tables and the keys"
        click.confirm(f"Remove {what} from the restricted side? This cannot be undone.", abort=True)
    elif not yes and sys.stdin.isatty():
        click.confirm("Remove every row of this user? This cannot be undone.", abort=True)
    _purge(folder, expired) if user is None else _erase(folder, user)
    click.echo("The released side was not changed.")


def _purge(folder: Path, expired: bool) -> None:
    from jobs.purge import purge
    from pipelines.sign_off import now_utc

    for done in purge(folder, expired, now_utc()):
        click.echo(f"{done.release}: {done.tables} stored tables and {done.files} files removed")
        if done.closed:
            click.echo(f"{done.release}: the keys are destroyed; the trial is closed")


def _erase(folder: Path, user: str) -> None:
    from jobs.erase import erase

    for done in erase(folder, user):
        if done.known:
            rows = ", ".join(f"{name} {count}" for name, count in done.rows.items())
            click.echo(f"{done.release}: rows removed: {rows}")
        else:
            click.echo(f"{done.release}: no stored row belongs to this user")
        click.echo(f"{done.release}: a rerun will leave the user out")
