"""What plainer scorers reach on the labelled real turns, on the same folds as the shipped one.

`python -m tests.benchmarks.scorer_baselines --real GOLD --transcripts FOLDER --comments GOEMOTIONS` takes about ten
minutes; `--fine-tuned` adds a fine-tuned encoder that sees no context, about half an hour. Every fitted scorer sees the
turns that the validation models of `welfare train scorer` see, and is judged on the gold that those judge. Printed:
average precision with a 95 % interval over conversations.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from classifiers.codes import hashed
from classifiers.metrics import average_precision, bootstrap
from classifiers.network import encoder_folder
from classifiers.real_turns import labelled_turns, read_labels
from classifiers.scorer_folds import hold_out
from classifiers.scorer_train import judge
from classifiers.train_network import Training
from classifiers.training_text import Example, read_examples, written_examples
from classifiers.turn import ModelTurn, context_text
from jobs.public_transcripts import transcripts as public_transcripts
from schemas.labels import LABELS

Values = NDArray[np.float64]
Fitted = Callable[[Sequence[Example], Sequence[Example], str], Values]
"""From the turns seen, the turns held out and a label's name to the scores of the latter."""

_LEXICON = {
    "distress": "afraid anguish angry annoyed anxious ashamed awful despair desperate disgrace disgusted distressed "
    "disturbed dread embarrassed exhausted failure frightened frustrated guilty hate hopeless horrified hurt hurtful "
    "miserable overwhelmed panic regret sad scared sorrow sorry struggling suffer terrified uncomfortable uneasy "
    "unhappy unsettled upset useless worried worry worthless",
    "joy": "adore amazed awe beautiful blessed bliss delight delighted ecstatic elated excited grateful gratitude "
    "happy honored honoured joy joyful love loved loving moved overjoyed radiant thrilled wonder wonderful",
}
_FIRST_PERSON = re.compile(r"\b(?:i|me|my|myself|i'm|i've|i'll|i'd)\b")
_NEAR = 6
"""Words around a first person in which a word of the lexicon counts."""
_EMOTIONS = {
    "distress": "anger annoyance disappointment disgust embarrassment fear grief nervousness remorse sadness",
    "joy": "excitement gratitude joy love",
}
_COMMENTS = 12_000
_BATCH = 64


def lexicon(seen: Sequence[Example], held: Sequence[Example], label: str) -> Values:
    """Words of the lexicon near a first person, by the square root of the turn's length."""
    words = frozenset(_LEXICON[label].split())
    return np.array([_hits(e.turn.text, words) for e in held])


def _hits(text: str, words: frozenset[str]) -> float:
    tokens = re.findall(r"[a-z']+", text.lower().replace("’", "'"))
    places = [n for n, token in enumerate(tokens) if _FIRST_PERSON.fullmatch(token)]
    near = {m for n in places for m in range(max(0, n - _NEAR), n + _NEAR + 1)}
    found = sum(tokens[m] in words for m in near if m < len(tokens))
    return float(found / np.sqrt(max(1, len(tokens))))


def _linear(features: Any, truth: NDArray[np.bool_]) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=1.0, class_weight="balanced", max_iter=1000, random_state=0).fit(features, truth)


def _truth(examples: Sequence[Example], label: str) -> NDArray[np.bool_]:
    return np.array([getattr(e, label) for e in examples])


def ngrams(seen: Sequence[Example], held: Sequence[Example], label: str) -> Values:
    """Hashed one- and two-grams of the turn, a linear head."""
    model = _linear(hashed([e.turn.text for e in seen]), _truth(seen, label))
    return np.asarray(model.decision_function(hashed([e.turn.text for e in held])))


class Encoder:
    """Vectors of MiniLM as it comes: of its input words, and pooled from its last layer; kept by text."""

    def __init__(self) -> None:
        from transformers import AutoModel, AutoTokenizer

        folder = str(encoder_folder())
        self._tokenizer, self._model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
        self._kept: dict[str, tuple[Values, Values]] = {}

    def vectors(self, texts: Sequence[str], static: bool) -> Values:
        """[n, 384]: means over words of the input vectors, or of the last layer's."""
        new = sorted(set(texts) - self._kept.keys(), key=len)
        for start in range(0, len(new), _BATCH):
            self._read(new[start : start + _BATCH])
        return np.array([self._kept[text][0 if static else 1] for text in texts])

    def _read(self, texts: list[str]) -> None:
        import torch

        batch = self._tokenizer(texts, padding=True, truncation=True, max_length=256, return_tensors="pt")
        mask = batch["attention_mask"].unsqueeze(-1).float()
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            last = self._model(**batch).last_hidden_state.float()
            first = self._model.embeddings.word_embeddings(batch["input_ids"]).float()
        means = [((states * mask).sum(1) / mask.sum(1).clamp(min=1)).double().numpy() for states in (first, last)]
        self._kept.update(zip(texts, zip(*means, strict=True), strict=True))

    def fitted(self, static: bool) -> Fitted:
        """A linear head on the vectors of context and turn."""

        def features(examples: Sequence[Example]) -> Values:
            contexts = self.vectors([context_text(e.turn) for e in examples], static)
            return np.hstack([contexts, self.vectors([e.turn.text for e in examples], static)])

        def run(seen: Sequence[Example], held: Sequence[Example], label: str) -> Values:
            return np.asarray(_linear(features(seen), _truth(seen, label)).decision_function(features(held)))

        return run

    def transferred(self, comments: Path) -> Fitted:
        """A linear head on comments that readers gave an emotion (GoEmotions), with none of the labelled turns."""
        names = (comments.parent / "goemotions_labels.txt").read_text(encoding="utf-8").split()
        with gzip.open(comments, "rt", encoding="utf-8") as file:
            rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[:_COMMENTS]

        def run(seen: Sequence[Example], held: Sequence[Example], label: str) -> Values:
            wanted = set(_EMOTIONS[label].split())
            truth = np.array([any(names[int(n)] in wanted for n in row[1].split(",")) for row in rows])
            model = _linear(self.vectors([row[0] for row in rows], False), truth)
            return np.asarray(model.decision_function(self.vectors([e.turn.text for e in held], False)))

        return run


def without_context(seen: Sequence[Example], held: Sequence[Example]) -> dict[str, Values]:
    """A fine-tuned encoder that sees the turn alone."""
    seen, held = ([replace(e, turn=ModelTurn((), e.turn.text)) for e in part] for part in (seen, held))
    with TemporaryDirectory() as folder:
        reading = judge(Path(folder), seen, held, Training(), lambda line: click.echo(line, err=True)).reading
    scores = reading.scores(np.ones(len(reading.inputs), dtype=bool))
    return {"distress": scores.distress, "joy": scores.joy}


def _gold(held: Sequence[Example]) -> list[Example]:
    return [e for e in held if not e.written and e.stands_for is None]


def _line(name: str, held: Sequence[Example], scores: dict[str, Values]) -> str:
    groups = [e.group for e in held]
    cells = [_cell(_truth(held, label), values, groups) for label, values in scores.items()]
    return f"| {name} | {' | '.join(cells)} |"


def _cell(truth: NDArray[np.bool_], scores: Values, groups: Sequence[str]) -> str:
    value, low, high = bootstrap(lambda rows: average_precision(truth[rows], scores[rows]), groups)
    return "–" if value is None else f"{value:.2f} [{low:.2f}, {high:.2f}]"


@click.command()
@click.option("--real", type=click.Path(path_type=Path, exists=True), required=True, help="Gold of real turns.")
@click.option("--transcripts", type=click.Path(path_type=Path, exists=True), required=True, help="Public transcripts.")
@click.option("--comments", type=click.Path(path_type=Path, exists=True), required=True, help="GoEmotions, train.")
@click.option("--fine-tuned", is_flag=True, help="Also fine-tune an encoder without context.")
def main(real: Path, transcripts: Path, comments: Path, fine_tuned: bool) -> None:
    """Print a table of plainer scorers."""
    gold = list(read_examples(real))
    parts = hold_out(written_examples(), [*gold, *labelled_turns(public_transcripts(transcripts), gold, read_labels())])
    encoder = Encoder()
    fitted: dict[str, Fitted] = {
        "lexicon near a first person": lexicon,
        "GoEmotions, frozen MiniLM, linear head (no labelled turn seen)": encoder.transferred(comments),
        "hashed one- and two-grams, linear head": ngrams,
        "input vectors of MiniLM, context and turn, linear head": encoder.fitted(static=True),
        "frozen MiniLM, context and turn, linear head": encoder.fitted(static=False),
    }
    held = [e for _, unseen in parts for e in _gold(unseen)]
    click.echo("| scorer | distress | joy |\n|---|---|---|")
    for name, fit in fitted.items():
        scores = {
            str(label): np.concatenate([fit(seen, _gold(unseen), str(label)) for seen, unseen in parts])
            for label in LABELS
        }
        click.echo(_line(name, held, scores))
    if fine_tuned:
        found = [without_context(seen, _gold(unseen)) for seen, unseen in parts]
        scores = {str(label): np.concatenate([part[str(label)] for part in found]) for label in LABELS}
        click.echo(_line("fine-tuned MiniLM, turn alone", held, scores))


if __name__ == "__main__":
    main()
