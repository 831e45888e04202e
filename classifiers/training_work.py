"""What a training run keeps in its work folder, so that one that was interrupted goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import BadZipFile

import numpy as np

from classifiers.reading import Reading
from classifiers.train_network import Training
from classifiers.training_text import Example

_CODE = ("network.py", "train_network.py", "turn.py")
HELD = "held.npz"
"""What a validation model says of the windows that it did not see."""


@contextmanager
def work_folder(folder: Path | None) -> Iterator[Path]:
    """`folder`, made where it is missing; None: one that is removed afterwards."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with TemporaryDirectory() as made:
        yield Path(made)


def key_of(training: Training, *parts: Sequence[Example]) -> str:
    """16 hex digits that name settings, the code that trains, and turns with their labels: other ones are another
    model."""
    digest = hashlib.sha256(json.dumps(asdict(training), sort_keys=True).encode())
    for name in _CODE:
        digest.update((Path(__file__).parent / name).read_bytes())
    for part in parts:
        digest.update(b"part")
        for e in part:
            known = sorted(map(str, e.situations)) if e.situations_known else None
            row = [e.id, e.group, e.source, e.turn.context, e.turn.text, int(e.affect), str(e.voice), known, e.sure]
            digest.update(json.dumps(row).encode())
    return digest.hexdigest()[:16]


def save_reading(path: Path, reading: Reading) -> None:
    """Stores what the full model found in every window; all must have been read."""
    affect, voice, situations = reading.found()
    part = path.with_suffix(".part.npz")
    np.savez_compressed(part, owners=reading.owners, affect=affect, voice=voice, situations=situations)
    part.replace(path)


def load_reading(path: Path) -> Reading | None:
    """What `save_reading` stored, without the words; None where there is nothing whole."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            owners, found = stored["owners"], (stored["affect"], stored["voice"], stored["situations"])
    except (OSError, EOFError, KeyError, ValueError, BadZipFile):
        return None
    count = len(owners)
    reading = Reading([([], [])] * count, owners, np.ones(count), 0.0, lambda rows: tuple(v[rows] for v in found))
    reading.read(np.ones(count, dtype=bool))
    return reading
