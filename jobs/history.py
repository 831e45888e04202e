"""What earlier releases of a trial were counted from, kept so that the next one can be held against every one of them.

restricted/NAME/history/ holds a folder for each release that took a figure anew: HISTORY as one encrypted part, and
`facts.held`, encrypted too: its released rows, and which of them it took. `index.json` lists these folders and the runs
that were held against them. It is written before a release is put in place, so that no release is without history; what
it does not list was never in place. A trial is what has the same keys: a release name in an output folder.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from jobs.keys import Keys
from jobs.releases import standing
from jobs.tables import MANIFEST, part_name, read_part, write_part
from jobs.workspace import Workspace, read_json, write_text
from pipelines.aggregate_cells import Cell
from pipelines.as_of_state import Past, State
from schemas.errors import ContractError, DisclosureError, UsageError
from schemas.row_level import HISTORY

INDEX, FACTS = "index.json", "facts.held"
_FACTS = pa.schema([pa.field("facts", pa.string(), nullable=False)])


def open_history(space: Workspace, keys: Keys, today: date) -> Past:
    """The earlier releases of the trial, and the stamp of the one under way. Only the lock's holder may call it.

    Raises DisclosureError where a release of this name stands in the folder whose history is missing or damaged: what
    another would give away beside it could not be told.
    """
    root = space.restricted / HISTORY.name
    try:
        index = read_json(root / INDEX) if (root / INDEX).exists() else {"states": [], "run_keys": []}
        _check_whole(space, index)
        _drop_unlisted(root, index["states"])
        states = [_read(root / name, keys) for name in index["states"]]
    except (UsageError, ContractError, OSError, KeyError, TypeError, ValueError):
        raise _missing() from None
    of_today = sum(state.stamp.partition(".")[0] == today.isoformat() for state in states)
    return Past(states, today.isoformat() + (f".{of_today + 1}" if of_today else ""))


def store_history(space: Workspace, keys: Keys, past: Past, run_key: str) -> None:
    """Keeps what the release of run `run_key`, not in place yet, leaves to be held against."""
    root = space.restricted / HISTORY.name
    root.mkdir(mode=0o700, exist_ok=True)
    index = read_json(root / INDEX) if (root / INDEX).exists() else {"states": [], "run_keys": []}
    names, made = list(index["states"]), past.made
    if made is not None and (past.same or made.taken):
        name = f"{len(names) + (not past.same):06d}-{run_key}"
        _write(root / name, made, keys)
        names = [*(names[:-1] if past.same else names), name]
    write_text(root / INDEX, json.dumps({"states": names, "run_keys": sorted({*index["run_keys"], run_key})}))
    (root / INDEX).chmod(0o600)
    _drop_unlisted(root, names)


def _check_whole(space: Workspace, index: Mapping[str, Any]) -> None:
    """DisclosureError where the release of this name was not made with this history."""
    path = standing(space.root, space.release) / MANIFEST
    if not path.exists():
        return
    manifest = read_json(path)
    told = manifest["release"] == space.release and manifest.get("privacy", {}).get("policy") != "dp"
    if told and manifest["run_key"] not in index["run_keys"]:
        raise _missing()


def _missing() -> DisclosureError:
    return DisclosureError(
        "a release of this name stands in the output folder, and what it was counted from (restricted/NAME/history) is"
        " missing, damaged or of another version: what a new release would give away beside it cannot be told. Nothing"
        " was released. Restore that folder from a backup, or close this trial (`welfare purge`) and name a new folder"
        " with --out, which will not be held against the release here."
    )


def _drop_unlisted(root: Path, names: list[str]) -> None:
    for path in root.iterdir() if root.is_dir() else ():
        if path.is_dir() and path.name not in names:
            shutil.rmtree(path, ignore_errors=True)


def _write(folder: Path, state: State, keys: Keys) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    part = folder / part_name(0)
    rows, digest = write_part(part, state.units.to_batches(), HISTORY.arrow, keys.table)
    write_text(part.with_suffix(".json"), json.dumps({"rows": rows, "digest": digest}))
    facts = {
        "stamp": state.stamp,
        "rows": rows,
        "named": {split: sorted(values) for split, values in state.named.items()},
        "told": sorted(state.told),
        "denominators": sorted(state.denominators),
        "tables": {name: list(listed) for name, listed in state.tables.items()},
        "cells": [[key, asdict(cell)] for key, cell in sorted(state.cells.items())],
        "counts": dict(state.counts),
        "clusters": {label: list(numbers) for label, numbers in state.clusters.items()},
    }
    data = pa.RecordBatch.from_pylist([{"facts": json.dumps(facts)}], schema=_FACTS)
    write_part(folder / FACTS, [data], _FACTS, keys.table)
    listed = {"table": HISTORY.name, "parts": {part.name: rows}, "digest": digest, "settings": ""}
    write_text(folder / MANIFEST, json.dumps(listed))
    for path in folder.iterdir():
        path.chmod(0o600)
    _sync(folder)


def _sync(folder: Path) -> None:
    """Onto the disk, before anything that rests on it is seen."""
    for path in (*folder.iterdir(), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _read(folder: Path, keys: Keys) -> State:
    facts = json.loads(read_part(folder / FACTS, keys.table).column("facts").to_pylist()[0])
    units = read_part(folder / part_name(0), keys.table).cast(HISTORY.arrow)
    return State(
        facts["stamp"],
        units,
        {split: frozenset(values) for split, values in facts["named"].items()},
        frozenset((a, b, c, d) for a, b, c, d in facts["told"]),
        frozenset((a, b) for a, b in facts["denominators"]),
        facts["tables"],
        {(a, b, c, d): Cell(**cell) for (a, b, c, d), cell in facts["cells"]},
        facts["counts"],
        facts["clusters"],
        facts["rows"] == units.num_rows,
    )
