"""A scorer's files: an ONNX graph without weights, the weights as int8 with a scale a row, one JSON with the rest.

Weights are stored as int8 and computed with as floating point: a score then hardly depends on the other turns of its
batch, as it would with activations quantised on the fly.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schemas.errors import UsageError

GRAPH, WEIGHTS, CARD, TOKENIZER = "graph.onnx", "weights.npz", "scorer.json", "tokenizer.json"
SCREEN, CODES = "screen.npz", "codes.npz"
PINNED = (GRAPH, WEIGHTS, SCREEN, CODES, TOKENIZER)
_QUANTISED_FROM = 4096
"""Arrays with at least so many values are stored as int8."""


def digest_of(folder: Path, names: tuple[str, ...]) -> str:
    """SHA-256 over the named files of a folder."""
    digest = hashlib.sha256()
    for name in names:
        digest.update(name.encode())
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()


def split_weights(model_file: Path, folder: Path) -> None:
    """Writes GRAPH and WEIGHTS into `folder` from a whole ONNX file."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load(str(model_file))
    arrays: dict[str, NDArray[Any]] = {}
    for number, tensor in enumerate(model.graph.initializer):
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.ndim == 2 and values.size >= _QUANTISED_FROM:
            scale = np.maximum(np.abs(values).max(axis=1, keepdims=True) / 127.0, 1e-12).astype(np.float32)
            arrays[f"q{number}"] = np.rint(values / scale).astype(np.int8)
            arrays[f"s{number}"] = scale
        else:
            arrays[f"v{number}"] = values
        name, kind = tensor.name, tensor.data_type
        tensor.Clear()
        tensor.name, tensor.data_type = name, kind
    np.savez_compressed(folder / WEIGHTS, **arrays)  # type: ignore[arg-type]
    (folder / GRAPH).write_bytes(model.SerializeToString())


def join_weights(folder: Path) -> bytes:
    """The whole ONNX model, float32, as bytes. Raises UsageError where a file is missing or damaged."""
    import onnx
    from onnx import numpy_helper

    try:
        model = onnx.load_model_from_string((folder / GRAPH).read_bytes())
        with np.load(folder / WEIGHTS, allow_pickle=False) as arrays:
            for number, tensor in enumerate(model.graph.initializer):
                if f"q{number}" in arrays:
                    values = arrays[f"q{number}"].astype(np.float32) * arrays[f"s{number}"]
                else:
                    values = arrays[f"v{number}"]
                tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
    except (OSError, KeyError, ValueError):
        raise UsageError(
            "the scorer's files are missing or damaged. Restore them, or make new ones with `welfare train scorer`."
        ) from None
    return bytes(model.SerializeToString())


def read_card(folder: Path) -> dict[str, Any]:
    """The scorer's JSON: thresholds, languages, validation figures, digest. Raises UsageError where it is not valid.

    The digest pins every other file of the scorer: a changed byte is refused.
    """
    try:
        card: dict[str, Any] = json.loads((folder / CARD).read_text(encoding="utf-8"))
        found = digest_of(folder, PINNED)
    except (OSError, ValueError):
        raise UsageError(
            "no scorer in the folder that [score] model names. Name a folder made by `welfare train scorer`,"
            " or leave the setting out for the embedded one."
        ) from None
    if card.get("digest") != found:
        raise UsageError(
            "the scorer's files do not have the digest that its scorer.json pins. Restore them, or train again."
        )
    return card
