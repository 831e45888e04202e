"""Scores turns: OpenVINO on one thread, no torch. The files come from `welfare train scorer`."""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.screen import Screen, sigmoid
from classifiers.turn import PAD, WINDOW_TOKENS, ModelTurn, context_text, encode, window_starts
from classifiers.weights_file import SCREEN, TOKENIZER, join_weights, read_card
from schemas.labels import AFFECTS, SITUATIONS, VOICES, Affect, Voice

EMBEDDED = Path(__file__).parent / "weights" / "scorer"
_BATCH_TOKENS = 4096
_WIDTH = 32
"""Inputs are padded to a multiple of so many tokens, and go with others of the same width. What a row of a batch gives
then depends on nothing but the row: kernels differ by width, not by the number of rows."""
_MAX_TURN_CHARS = 60_000
DECIMALS = 4
"""Scores are rounded to so many places. One kind of processor gives the same scores whatever the batches are; another
kind, or float32 in place of bfloat16, moves them by less than 0.004."""

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scores:
    """Probabilities of n turns: affect [n, 5] in the order of AFFECTS, voice [n, 4], situations [n, 11].

    Over a long turn's windows: the affect and voice of the window in which the model's own affect is clearest, and the
    largest probability of each situation. distress and joy, [n], are the largest over the windows.
    """

    affect: Matrix
    voice: Matrix
    situations: Matrix
    distress: NDArray[np.float64]
    joy: NDArray[np.float64]


class Scorer:
    """A trained scorer. card: thresholds, languages, validation figures and digest, as stored beside the weights."""

    def __init__(self, folder: Path) -> None:
        """Raises UsageError where files are missing, damaged or not the pinned ones."""
        from tokenizers import Tokenizer

        self.card: dict[str, Any] = read_card(folder)
        self.digest = str(self.card["digest"])
        self.languages = frozenset(self.card["languages"])
        self.screen = Screen.load(folder / SCREEN)
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._request = compile_model(join_weights(folder))

    def threshold(self, label: str) -> float:
        """The threshold of `distress` or `joy` that was chosen on validation."""
        return float(self.card["thresholds"][label])

    def score(self, turns: Sequence[ModelTurn]) -> Scores:
        """Scores of the turns, in order. A turn's rounded scores do not depend on the others."""
        inputs, owners = self._inputs(turns)
        affect, voice, situations = self._run(inputs)
        own = affect[:, : AFFECTS.index(Affect.NEUTRAL)].sum(1)
        joy = affect[:, AFFECTS.index(Affect.STRONG_JOY)]
        n = len(turns)
        out = Scores(
            np.zeros((n, len(AFFECTS))), np.zeros((n, len(VOICES))), np.zeros((n, len(SITUATIONS))),
            np.zeros(n), np.zeros(n),
        )  # fmt: skip
        best = np.full(n, -1.0)
        for row, owner in enumerate(owners):
            clear = max(own[row], joy[row])
            if clear > best[owner]:
                best[owner] = clear
                out.affect[owner], out.voice[owner] = affect[row], voice[row]
            out.situations[owner] = np.maximum(out.situations[owner], situations[row])
            out.distress[owner] = max(out.distress[owner], own[row])
            out.joy[owner] = max(out.joy[owner], joy[row])
        for values in (out.affect, out.voice, out.situations, out.distress, out.joy):
            np.round(values, DECIMALS, out=values)
        return out

    def _inputs(self, turns: Sequence[ModelTurn]) -> tuple[list[tuple[list[int], list[int]]], list[int]]:
        contexts = self._tokenizer.encode_batch([context_text(t) for t in turns], add_special_tokens=False)
        texts = self._tokenizer.encode_batch([t.text[:_MAX_TURN_CHARS] for t in turns], add_special_tokens=False)
        inputs, owners = [], []
        for owner, (context, text) in enumerate(zip(contexts, texts, strict=True)):
            for start in window_starts(len(text.ids)):
                inputs.append(encode(context.ids, text.ids[start : start + WINDOW_TOKENS]))
                owners.append(owner)
        return inputs, owners

    def _infer(self, rows: list[tuple[list[int], list[int]]], width: int) -> list[Matrix]:
        """Logits of one batch: affect, voice, situations."""
        return [np.array(values) for values in self._request.infer(_padded(rows, width)).values()]

    def _run(self, inputs: list[tuple[list[int], list[int]]]) -> tuple[Matrix, Matrix, Matrix]:
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


def compile_model(model: bytes) -> Any:
    """An OpenVINO request for an ONNX model, on one thread.

    bfloat16 where the processor has it: 23,000 tokens a second on a core against 5,300 of ONNX Runtime in float32, for
    probabilities that differ by less than 0.004. `import openvino` would report its use over the network through the
    package openvino_telemetry, so that package is hidden first; OpenVINO then uses its own stub.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    core = openvino.Core()
    settings = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "bf16"}
    return core.compile_model(core.read_model(model), "CPU", settings).create_infer_request()


def _padded(rows: list[tuple[list[int], list[int]]], width: int) -> dict[str, NDArray[np.int64]]:
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
