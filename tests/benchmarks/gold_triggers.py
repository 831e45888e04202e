"""How often the trigger that readers gave a real turn is among the situations that the scorer sees in it.

`python -m tests.benchmarks.gold_triggers --real GOLD --transcripts FOLDER --work FOLDER` after `welfare train scorer`
with the same options, a minute or two: turns with an affect and a trigger of the taxonomy, each judged by the
validation model that did not see its conversation. Codes are those of a conversation of this one turn; their threshold
is set so that such a turn gets `--codes` of them on average. Trigger: the one that a run would give the turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from classifiers.metrics import wilson
from classifiers.real_turns import labelled_turns, read_labels
from classifiers.scorer import Scorer
from classifiers.training_text import Example, read_examples
from classifiers.turn import cause_turn
from jobs.public_transcripts import transcripts as public_transcripts
from pipelines.situations import causes_of, trigger_of
from schemas.labels import SITUATIONS, Affect
from tests.benchmarks.quiet_sources import models

Matrix = NDArray[np.float64]
GROUPS = {
    "distress": (Affect.STRONG_DISTRESS, Affect.MILD_DISTRESS),
    "strong joy": (Affect.STRONG_JOY,),
    "mild positive": (Affect.MILD_POSITIVE,),
}


def seen_by(scorer: Scorer, examples: Sequence[Example]) -> tuple[Matrix, ...]:
    """Situations, [n, 11] each: of the scored turn and of its `cause_turn`, by the encoder and by the cheap heads."""
    scores = scorer.score([e.turn for e in examples])
    causes = [cause_turn([*e.turn.context, ("assistant", "")], len(e.turn.context), e.turn.text) for e in examples]
    turns = [e.turn for e in examples]
    return (
        scores.situations, scorer.score(causes).situations, scorer.codes.probabilities(turns),
        scorer.codes.probabilities(causes),
    )  # fmt: skip


def threshold_for(values: Matrix, codes: float) -> float:
    """The threshold at which the rows of `values` reach `codes` on average."""
    most = np.sort(values.ravel())[::-1]
    return float(most[min(len(most) - 1, round(codes * len(values)) - 1)])


def said(hits: Sequence[bool]) -> str:
    """A share with its interval."""
    share, low, high = wilson(sum(hits), len(hits))
    return "–" if share is None else f"{share:.2f} [{low:.2f}, {high:.2f}]"


@click.command()
@click.option("--real", type=click.Path(path_type=Path), required=True)
@click.option("--transcripts", type=click.Path(path_type=Path), required=True)
@click.option("--work", type=click.Path(path_type=Path), required=True)
@click.option("--codes", default=1.5, show_default=True, help="Codes a turn, on average.")
def main(real: Path, transcripts: Path, work: Path, codes: float) -> None:
    """Print, by affect, how often the readers' trigger is among the codes, and how often it is the trigger given."""
    gold = list(read_examples(real))
    examples = [*gold, *labelled_turns(public_transcripts(transcripts), gold, read_labels())]
    scorers, unseen_by = models(examples, work)
    asked = [e for e in gold if e.affect != Affect.NEUTRAL and e.trigger in SITUATIONS]
    near, wide, heads, cheap = (np.zeros((len(asked), len(SITUATIONS))) for _ in range(4))
    for number, scorer in enumerate(scorers):
        rows = [n for n, e in enumerate(asked) if unseen_by.get(e.group, 0) == number]
        near[rows], wide[rows], heads[rows], cheap[rows] = seen_by(scorer, [asked[n] for n in rows])
    held = (heads + wide) / 2
    least = threshold_for(held, codes)
    click.echo(f"codes at a threshold of {least:.3f}: {(held >= least).sum() / len(asked):.2f} a turn")
    for name, levels in GROUPS.items():
        rows = [n for n, e in enumerate(asked) if e.affect in levels]
        among = [bool(held[n, SITUATIONS.index(asked[n].trigger)] >= least) for n in rows]
        given = [trigger_of(causes_of(near[[n]], wide[n], cheap[n]).tolist()) == str(asked[n].trigger) for n in rows]
        click.echo(f"{name:15}{len(rows):5} turns   among the codes {said(among):22}trigger given {said(given)}")


if __name__ == "__main__":
    main()
