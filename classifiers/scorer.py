"""Scores turns: OpenVINO on one thread, no torch. The files come from `welfare train scorer`."""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.codes import CodeHeads, sigmoid
from classifiers.reading import Input, Matrix, Reading, Scores
from classifiers.screen import NoScreen, Screen
from classifiers.turn import PAD, WINDOW_TOKENS, ModelTurn, context_text, encode, window_starts
from classifiers.weights_file import CODES, SCREEN, TOKENIZER, join_weights, read_card
from schemas.labels import AFFECTS, SITUATIONS, VOICES, Affect, Voice

EMBEDDED = Path(__file__).parent / "weights" / "scorer"
_BATCH_TOKENS = 4096
_WIDTH = 16
"""Inputs are padded to a multiple of so many tokens, and go with others of the same width. What a row of a batch gives
then depends on nothing but the row: kernels differ by width, not by the number of rows."""
_MAX_TURN_CHARS = 60_000


class Scorer:
    """A trained scorer. card: thresholds, languages, validation figures and digest, as stored beside the weights."""

    def __init__(
        self, folder: Path, card: dict[str, Any] | None = None, screen: Screen | NoScreen | None = None
    ) -> None:
        """card, screen: those of a model in training, in place of the files. Raises UsageError where files are missing,
        damaged or not the pinned ones."""
        from tokenizers import Tokenizer

        self.card: dict[str, Any] = read_card(folder) if card is None else card
        self.digest = str(self.card["digest"])
        self.languages = frozenset(self.card["languages"])
        self.screen = Screen.load(folder / SCREEN) if screen is None else screen
        self.codes = CodeHeads.load(folder / CODES)
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._request = compile_model(join_weights(folder))

    def threshold(self, label: str) -> float:
        """The threshold of `distress` or `joy` that was chosen on validation."""
        return float(self.card["thresholds"][label])

    def start(self, turns: Sequence[ModelTurn]) -> Reading:
        """The turns' windows with what the screen says of them; nothing is read yet."""
        inputs, owners = self._inputs(turns)
        clear = self.screen.score(inputs)
        return Reading(
            inputs, owners, clear, self.screen.threshold, lambda rows: self._found(turns, inputs, owners, rows)
        )

    def causes(self, turns: Sequence[ModelTurn]) -> Matrix:
        """[n, 11]: the situations seen in the first windows of n turns, rounded; of `cause_turn` there is no other."""
        reading = self.start(turns)
        first = np.zeros(len(reading.inputs), dtype=bool)
        first[reading.first] = True
        reading.read(first)
        return reading.situations()

    def score(self, turns: Sequence[ModelTurn]) -> Scores:
        """Scores of the turns, in order, every window read. A turn's rounded scores do not depend on the others."""
        reading = self.start(turns)
        everything = np.ones(len(reading.inputs), dtype=bool)
        reading.read(everything)
        return reading.scores(everything)

    def screened(self, turns: Sequence[ModelTurn]) -> Scores:
        """Scores of the turns by the windows that the screen lets pass, as a run flags them."""
        reading = self.start(turns)
        reading.read(reading.passed)
        return reading.scores(reading.passed)

    def _found(
        self, turns: Sequence[ModelTurn], inputs: Sequence[Input], owners: Sequence[int], rows: NDArray[np.int64]
    ) -> tuple[Matrix, Matrix, Matrix]:
        """Probabilities of the windows with these row numbers: affect, voice, situations."""
        return self._run([inputs[row] for row in rows])

    def _inputs(self, turns: Sequence[ModelTurn]) -> tuple[list[Input], list[int]]:
        contexts = self._tokenizer.encode_batch([_whole(context_text(t)) for t in turns], add_special_tokens=False)
        texts = self._tokenizer.encode_batch(
            [_whole(t.text[:_MAX_TURN_CHARS]) for t in turns], add_special_tokens=False
        )
        inputs, owners = [], []
        for owner, (context, text) in enumerate(zip(contexts, texts, strict=True)):
            for start in window_starts(len(text.ids)):
                inputs.append(encode(context.ids, text.ids[start : start + WINDOW_TOKENS]))
                owners.append(owner)
        return inputs, owners

    def _infer(self, rows: list[Input], width: int) -> list[Matrix]:
        """Logits of one batch: affect, voice, situations."""
        return [np.array(values) for values in self._request.infer(_padded(rows, width)).values()]

    def _run(self, inputs: list[Input]) -> tuple[Matrix, Matrix, Matrix]:
        n = len(inputs)
        sizes = (len(AFFECTS), len(VOICES), len(SITUATIONS))
        logits = tuple(np.zeros((n, size), np.float64) for size in sizes)
        widths: dict[int, list[int]] = {}
        for row, (ids, _) in enumerate(inputs):
            widths.setdefault(-(-len(ids) // _WIDTH) * _WIDTH, []).append(row)
        for width, rows in sorted(widths.items()):
            size = max(1, _BATCH_TOKENS // width)
            for start in range(0, len(rows), size):
                chosen = rows[start : start + size]
                for target, values in zip(logits, self._infer([inputs[i] for i in chosen], width), strict=True):
                    target[chosen] = values
        return _softmax(logits[0]), _softmax(logits[1]), sigmoid(logits[2])


def _whole(text: str) -> str:
    """Half of a surrogate pair is no character, and the tokenizer takes none."""
    return text.encode("utf-8", "replace").decode()


def compile_model(model: bytes) -> Any:
    """An OpenVINO request for an ONNX model, on one thread that may run on any core. By default OpenVINO ties it to the
    first core, and so the threads of all workers to the same one.

    bfloat16 where the processor has it: 23,000 tokens a second on a core against 5,300 of ONNX Runtime in float32, for
    probabilities that differ by less than 0.004. `import openvino` would report its use over the network through the
    package openvino_telemetry, so that package is hidden first; OpenVINO then uses its own stub.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    core = openvino.Core()
    settings = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "bf16"}
    settings |= {"ENABLE_CPU_PINNING": False}
    return core.compile_model(core.read_model(model), "CPU", settings).create_infer_request()


def _padded(rows: list[Input], width: int) -> dict[str, NDArray[np.int64]]:
    shape = (len(rows), width)
    ids, types, mask = np.full(shape, PAD, np.int64), np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for i, (row, kinds) in enumerate(rows):
        ids[i, : len(row)], types[i, : len(row)], mask[i, : len(row)] = row, kinds, 1
    return {"input_ids": ids, "token_type_ids": types, "attention_mask": mask}


def _softmax(logits: Matrix) -> Matrix:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True)) if len(logits) else logits
    return powers / powers.sum(axis=1, keepdims=True) if len(logits) else logits


def likeliest(affect: NDArray[np.float64], voice: NDArray[np.float64]) -> tuple[Affect, Voice]:
    """Most probable level and voice of one turn: affect [5], voice [4]."""
    return AFFECTS[int(np.argmax(affect))], VOICES[int(np.argmax(voice))]


@functools.cache
def _load(folder: str) -> Scorer:
    return Scorer(Path(folder))


def load_scorer(model: str = "embedded") -> Scorer:
    """The scorer that [score] model names, loaded once a process. Raises UsageError where it cannot be used."""
    return _load(str(EMBEDDED) if model == "embedded" else model)
