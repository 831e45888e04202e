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
    "--user", metavar="ID", help="Erase one user, by `user_id` as in the transcripts. `-`: read it from standard input."
)
@click.option(
    "--user-file", type=click.Path(path_type=Path), help="Erase one user, whose id is the one line of this file."
)
@click.option("--frames", is_flag=True, help="Also the frame of the clusters, before its own retention time is over.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def command(folder: Path, expired: bool, user: str | None, user_file: Path | None, frames: bool, yes: bool) -> None:
    """Remove the restricted side of the output folder DIR, or one user from it.

    Without --user: removes the row-level tables, temporary files and the exact manifest, and destroys the keys. That
    closes the trial: rows of a later run get other pseudonyms, and no user can be erased by id any more. A note of
    who ran the job stays, for sign-off needs it. So does the frame of the clusters, which holds no text and has a
    retention time of its own ([retention] frame_days), unless --frames is given. With --expired, tables within their
    retention time stay, and the keys with them; a night job may call it every day.

    With --user or --user-file: removes the user's rows from every restricted table, and the frame, and notes the user's
    pseudonym, so that a rerun over the same input leaves the user out. The id is the raw one, as it stands in the
    transcripts; the pseudonym follows from it and the trial's key. What is written on a command line is seen by others
    in the list of processes, and stays in the shell's history: better give `--user -` and the id on standard input, or
    a file. Once the trial is closed no key is left to find anybody by, and the command says so.

    Neither changes released/ or releases/: aggregates that are out stay as they are. Run the job again to make them
    without the user.
    """
    if user is not None and user_file is not None:
        raise UsageError("--user and --user-file both name a user. Give one of them.")
    if (user is not None or user_file is not None) and expired:
        raise UsageError("--user and --expired do not go together: one erases a user now, the other waits.")
    if user == "-":
        user = sys.stdin.readline().rstrip("\n")
    else:
        user = user if user_file is None else _only_line(user_file)
        if not yes and not sys.stdin.isatty():
            raise UsageError("nobody is there to confirm. Add --yes to remove without a question.")
    if not yes and user is None:
        what = "what is past its retention time" if expired else "all row-level tables and the keys"
        click.confirm(f"Remove {what} from the restricted side? This cannot be undone.", abort=True)
    elif not yes and sys.stdin.isatty():
        click.confirm("Remove every row of this user? This cannot be undone.", abort=True)
    _purge(folder, expired, frames) if user is None else _erase(folder, user)
    click.echo("The released side was not changed.")


def _only_line(path: Path) -> str:
    try:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError):
        raise UsageError("the file of --user-file cannot be read. Name a UTF-8 text file with the id in it.") from None
    if len(lines) != 1:
        raise UsageError("the file of --user-file does not hold one line. Write one user's id into it.")
    return lines[0]


def _purge(folder: Path, expired: bool, frames: bool) -> None:
    from jobs.purge import purge
    from pipelines.sign_off import now_utc

    for done in purge(folder, expired, now_utc(), frames):
        click.echo(f"{done.release}: {done.tables} stored tables and {done.files} files removed")
        if done.closed:
            click.echo(f"{done.release}: the keys are destroyed; the trial is closed")


def _erase(folder: Path, user: str) -> None:
    from jobs.erase import erase

    for done in erase(folder, user):
        if done.known:
            # No count: in a terminal's log it would tell how much the user talked, and what of it was flagged.
            click.echo(f"{done.release}: every stored row of this user was removed")
        else:
            click.echo(f"{done.release}: no stored row belongs to this user")
        click.echo(f"{done.release}: a rerun will leave the user out")
