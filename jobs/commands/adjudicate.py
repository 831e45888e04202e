"""`welfare adjudicate`: an authorised reader labels a sample of scrubbed conversations, on the restricted side."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from jobs.adjudicate import Session
    from pipelines.adjudicate import Seen

ANSWERS = {"d": (True, False), "j": (False, True), "b": (True, True), "n": (False, False)}
WIDTH = 96
LONG_TURN = 4_000
"""Characters of a turn that are shown."""
_ASKED = "[d]istress of its own, strong [j]oy of its own, [b]oth, [n]either, [s]kip, [q]uit"


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
    from jobs.adjudicate import conversations, open_session, restricted_side, to_read
    from jobs.workspace import locked

    space = restricted_side(folder)
    session = open_session(space, reader)
    with locked(space):
        left = [] if status else to_read(session)
        texts = conversations(session, [one.conversation for one in left]) if left else {}
        for number, one in enumerate(left, 1):
            if not _read(session, f"{number} of {len(left)}", one, texts[one.conversation]):
                break
    _say(session)


def _read(session: Session, place: str, one: Seen, turns: Sequence[tuple[str, str, bool]]) -> bool:
    """Shows one conversation and keeps the verdict. False where the reader stops."""
    from jobs.adjudicate import keep
    from pipelines.adjudicate import Verdict

    click.clear()
    click.echo(f"{place}\n")
    click.echo(shown(turns))
    answer = click.prompt(_ASKED, type=click.Choice([*ANSWERS, "s", "q"]), show_choices=False)
    click.clear()
    if answer in ANSWERS:
        keep(session, one, Verdict(*ANSWERS[answer]))
    return answer != "q"


def shown(turns: Sequence[tuple[str, str, bool]]) -> str:
    """A conversation as the reader sees it: control characters out, the model's turns marked."""
    parts = []
    for role, text, generated in turns:
        plain = "".join(char for char in text[:LONG_TURN] if char.isprintable() or char == "\n")
        lines = [piece for line in plain.split("\n") for piece in textwrap.wrap(line, WIDTH) or [""]]
        cut = f"\n  … {len(text) - LONG_TURN} characters more" if len(text) > LONG_TURN else ""
        mark = "MODEL" if generated else role
        parts.append(f"{mark}:\n" + "\n".join(f"  {line}" for line in lines) + cut)
    return "\n\n".join(parts) + "\n"


def _say(session: Session) -> None:
    from jobs.adjudicate import read_verdicts, seen
    from pipelines.adjudicate import adjudicated
    from schemas.labels import LABELS

    verdicts = read_verdicts(session.space, session.keys.table)
    everything = seen(session.space, session.keys.table, session.thresholds)
    found = adjudicated(everything, verdicts, session.policy.sample, [str(label) for label in LABELS])
    drawn = sum(one.drawn for one in found.strata)
    own = len(verdicts.get(session.reader, {}))
    click.echo(f"You labelled {own} conversations; {found.read} of the {drawn} drawn are labelled by somebody.")
    for label, kappa in found.agreement.items():
        if kappa is not None:
            click.echo(f"Two readers agree on {label} with kappa {kappa:.2f}.")
    click.echo(
        "Enough is read: run the job again, and the rates of the whole trial rest on it."
        if found.complete
        else "The rates do not rest on it before nine tenths of each stratum are read."
    )
