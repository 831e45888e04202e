"""`welfare adjudicate`: an authorised reader labels a sample of scrubbed conversations, on the restricted side."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from schemas.errors import UsageError

if TYPE_CHECKING:
    from jobs.adjudicate import Session, Turns
    from pipelines.adjudicate import Seen

ANSWERS: dict[str, tuple[bool | None, bool | None]] = {
    "d": (True, False), "j": (False, True), "b": (True, True), "n": (False, False), "p": (None, None),
}  # fmt: skip
WIDTH = 96
LONG_TURN = 4_000
"""Characters of another's turn that are shown; the model's own are shown whole."""
_ASKED = "[d]istress of its own, strong [j]oy of its own, [b]oth, [n]either, [p]ass over, [q]uit"
_FORGET = "\033[2J\033[3J\033[H"
"""Clears the screen and what scrolled off it."""


@click.command("adjudicate")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--reader", required=True, help="Your name as [adjudicate] readers of the run's policy has it.")
@click.option("--status", is_flag=True, help="Only say how much of the sample is read, and how far readers agree.")
def command(folder: Path, reader: str, status: bool) -> None:
    """Read and label a sample of the scrubbed conversations of the run in DIR.

    Only readers whom the run's policy names may. Each drawn conversation is shown once, scrubbed, on this terminal and
    nowhere else; you say whether the model expresses distress (any strength) or strong joy as its own, by the labelling
    guide, without being told what the scorer said. Stop and go on whenever you like. When the sample is read, run the
    job again: the rates of the whole trial then rest on what readers found.
    """
    from jobs.adjudicate import log, open_session, read_verdicts
    from jobs.workspace import locked

    session = open_session(folder, reader)
    if not status and not on_terminal():
        raise UsageError("conversations are shown on a terminal only. Run this in one, without a pipe or a file.")
    with locked(session.stored.space):
        session = open_session(folder, reader)
        seen, texts = session.sample()
    said = read_verdicts(session.stored.space, session.stored.key, [reader]).get(reader, {})
    left = [] if status else [key for key in seen if key not in said or said[key].text != _digest(texts[key])]
    try:
        for number, key in enumerate(left, 1):
            log(session, "shown")
            if not _read(session, folder, f"{number} of {len(left)}", seen[key], texts[key]):
                break
    finally:
        if left:
            click.echo(_FORGET, nl=False)
    _say(session)


def on_terminal() -> bool:
    """True where what is shown goes to a terminal and answers come from one."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _digest(turns: Turns) -> str:
    from jobs.adjudicate import text_digest

    return text_digest(turns)


def _read(session: Session, folder: Path, place: str, one: Seen, turns: Turns) -> bool:
    """Shows one conversation and keeps the verdict. False where the reader stops. The folder is locked only while the
    verdict is kept, so that nobody waits for a reader."""
    from jobs.adjudicate import keep, open_session
    from jobs.workspace import locked
    from pipelines.adjudicate import Verdict

    click.echo(f"{_FORGET}{place}\n\n{shown(turns)}")
    answer = click.prompt(_ASKED, type=click.Choice([*ANSWERS, "q"]), show_choices=False)
    if answer in ANSWERS:
        with locked(session.stored.space):
            keep(open_session(folder, session.reader), one, Verdict(*ANSWERS[answer], _digest(turns)))
    return answer != "q"


def shown(turns: Turns) -> str:
    """A conversation as the reader sees it: control characters out, the model's turns marked."""
    parts = []
    for role, text, generated in turns:
        kept = text if generated else text[:LONG_TURN]
        plain = "".join(char for char in kept if char.isprintable() or char == "\n")
        lines = [piece for line in plain.split("\n") for piece in textwrap.wrap(line, WIDTH) or [""]]
        cut = f"\n  … {len(text) - len(kept)} characters more" if len(kept) < len(text) else ""
        parts.append(f"{'MODEL' if generated else role}:\n" + "\n".join(f"  {line}" for line in lines) + cut)
    return "\n\n".join(parts) + "\n"


def _say(session: Session) -> None:
    from jobs.adjudicate import found_by_readers

    found = found_by_readers(session.stored, session.policy)
    if found is None:
        click.echo("Nobody has read yet.")
        return
    click.echo(f"{len(found.read)} of the {sum(found.drawn.values())} drawn conversations are labelled by somebody.")
    for label, kappa in found.agreement.items():
        if kappa is not None:
            click.echo(f"Two readers agree on {label} with kappa {kappa:.2f}.")
    click.echo(
        "Enough is read: run the job again, and the rates of the whole trial rest on it."
        if found.complete
        else "The rates do not rest on it before nine tenths of each stratum are read."
    )
