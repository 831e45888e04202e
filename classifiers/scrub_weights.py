"""The file of the name model: how weights are packed, written, pinned by digest and read back. Needs numpy
only."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.errors import UsageError

EMBEDDED = Path(__file__).parent / "weights" / "scrubber"
CARDS = Path(__file__).parent / "cards"
WEIGHTS = "names.safetensors"
PIN = "names.json"


@dataclass(frozen=True)
class NameWeights:
    """Arrays of the network, float32 unless said.

    vectors (rows, k) int8 and vector_scale (rows,), row 0 all zero; groups (buckets, width) int8 and
    group_scale (buckets,); keys (rows - 1,) uint32, ascending, with the row of each in key_rows; common and
    common_class: keys of words of public text and their frequency class. layers: (taps, bias) with taps (3,
    width, width), input by output.
    """

    arrays: dict[str, Any]
    dilations: tuple[int, ...]
    labels: tuple[str, ...]
    digest: str


def pack_rows(table: Any) -> tuple[Any, Any]:
    """A float table as int8 rows and one scale a row: value = int8 * scale, off by at most half a step."""
    import numpy as np

    scale = np.abs(table).max(axis=1).astype(np.float32) / 127.0
    scale[scale == 0] = 1.0
    return np.round(table / scale[:, None]).astype(np.int8), scale


def write_weights(folder: Path, arrays: dict[str, Any], dilations: tuple[int, ...], labels: tuple[str, ...]) -> str:
    """Writes the arrays and, beside them, the pin with their digest. Returns the digest (sha256,
    hexadecimal)."""
    import numpy as np
    from safetensors.numpy import save

    folder.mkdir(parents=True, exist_ok=True)
    body = save({name: np.ascontiguousarray(value) for name, value in sorted(arrays.items())})
    digest = hashlib.sha256(body).hexdigest()
    (folder / WEIGHTS).write_bytes(body)
    pin = {"sha256": digest, "bytes": len(body), "dilations": list(dilations), "labels": list(labels)}
    (folder / PIN).write_text(json.dumps(pin, indent=1) + "\n", encoding="utf-8")
    return digest


def read_weights(folder: Path) -> NameWeights:
    """Weights of a folder. UsageError where a file is missing or the digest is not the pinned one."""
    from safetensors.numpy import load

    try:
        pin = json.loads((folder / PIN).read_text(encoding="utf-8"))
        body = (folder / WEIGHTS).read_bytes()
    except (OSError, ValueError):
        raise UsageError(
            f"the name model of the scrubber cannot be read: {PIN} and {WEIGHTS} must lie in one folder."
            " Install the package anew, or make them with `welfare train scrubber`."
        ) from None
    digest = hashlib.sha256(body).hexdigest()
    if digest != pin.get("sha256"):
        raise UsageError(
            f"the name model of the scrubber is not the pinned one: the sha256 of {WEIGHTS} differs from "
            f"the one in {PIN}."
            " Install the package anew, or make both with `welfare train scrubber`."
        )
    return NameWeights(load(body), tuple(pin["dilations"]), tuple(pin["labels"]), digest)
