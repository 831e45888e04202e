"""Trigger passages of the sample trial with what was planted in them: the scene that each was made from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from jobs.sample.generate import generate
from pipelines.flag import passage
from pipelines.passages import Passage
from pipelines.stability import Vectors
from schemas.policy import FlagPolicy


@dataclass(frozen=True, slots=True)
class Planted:
    """A passage as the flag stage makes it, with the values of persons left out, and scene and trigger behind it."""

    passage: Passage
    scene: str
    trigger: str = ""


def planted_passages(label: str, wanted: int, seed: int) -> list[Planted]:
    """`wanted` passages of conversations in which `label` was planted, of a trial as long as that takes."""
    trial = generate("sample-1", 1_000_000, seed)
    return list(islice(_planted(trial, label), wanted))


def _planted(trial: Iterator[tuple[dict[str, Any], dict[str, Any]]], label: str) -> Iterator[Planted]:
    for record, truth in trial:
        if label in truth["label"]:
            turns = [{"role": turn["role"], "text": turn["content"]} for turn in record["messages"]]
            text = passage(turns, truth["onset_turn"], FlagPolicy())
            for value in truth["pii"]:
                text = text.replace(value["value"], "<PERSON_1>")
            yield Planted(Passage(truth["conversation_id"], truth["user_id"], text), truth["scene"], truth["trigger"])


def many_more(
    planted: Sequence[Planted], vectors: Vectors, wanted: int, seed: int
) -> tuple[list[Planted], dict[str, int], Vectors]:
    """(`wanted` passages, the row of each text, vectors [wanted, d]) like those given.

    A new vector lies at random between those of two passages of one scene, so that a scene has no more shape than it
    had. Half of the users bring one passage, the others two to five; a text is the first one's and a number.
    """
    dice = np.random.default_rng(seed)
    by_scene: dict[str, list[int]] = {}
    for place, one in enumerate(planted):
        by_scene.setdefault(one.scene, []).append(place)
    first = dice.integers(0, len(planted), wanted)
    second = np.asarray([dice.choice(by_scene[planted[place].scene]) for place in first])
    share = dice.random((wanted, 1), dtype=np.float32)
    made = vectors[first] * share + vectors[second] * (1 - share)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    users = np.repeat(np.arange(wanted), np.where(dice.random(wanted) < 0.5, 1, dice.integers(2, 6, wanted)))[:wanted]
    dice.shuffle(users)
    out = [
        Planted(
            Passage(f"c{row:06d}", f"u{users[row]:06d}", f"{planted[place].passage.text} {row}"), planted[place].scene
        )
        for row, place in enumerate(first)
    ]
    return out, {one.passage.text: row for row, one in enumerate(out)}, made.astype(np.float32)
