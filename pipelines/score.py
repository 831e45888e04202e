"""score: probabilities of affect and voice for every turn that the model generated, and each conversation's codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pipelines.pseudonym import keyed_draw
from pipelines.situations import Item, add_situations
from pipelines.worker import map_rows
from schemas.policy import ScorePolicy
from schemas.row_level import SCORED

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from classifiers.scorer import Scorer

Rows = list[dict[str, Any]]
PARTS = (("said", "text"), ("thinking", "thinking"))
_LEAST_WEIGHT = 1.001
"""Least weight of sampled turns that the screen rejected: 1 says that a turn passed, and such a turn can flag."""


def score(scrubbed: DataFrame, policy: ScorePolicy, sample_share: float) -> DataFrame:
    """SCORED from SCRUBBED.

    sample_share: share (0 to 1) of the conversations whose screened-out turns are scored in full all the same, drawn by
    keyed hash; such turns carry the weight 1 / sample_share, at least 1.001, so that a report can bound what the screen
    missed.
    """

    def make() -> Callable[[Rows], Rows]:
        from classifiers.scorer import load_scorer

        scorer = load_scorer(policy.model)
        return lambda rows: score_rows(rows, scorer, policy, sample_share)

    return map_rows(scrubbed, SCORED, "score", make)


def score_rows(rows: Rows, scorer: Scorer, policy: ScorePolicy, sample_share: float) -> Rows:
    """Rows of SCORED from rows of SCRUBBED, in order."""
    out, items = [], []
    for index, row in enumerate(rows):
        language, reason = _language(row, scorer)
        kept = {name: row[name] for name in row if name not in ("masked", "scrub_failed")}
        out.append(kept | {"language": language, "not_scored": reason, "codes": [], "scores": []})
        if not reason:
            items += _items(index, row)
    for item, value in zip(items, scorer.screen.score([i.model_turn for i in items]), strict=True):
        item.screen = float(value)
        sampled = keyed_draw(out[item.row]["conversation_key"], "screen") < sample_share
        stands_for = max(_LEAST_WEIGHT, 1.0 / sample_share) if sampled else 0.0
        item.weight = 1.0 if value >= scorer.screen.threshold else stands_for
    known = _run_model([item for item in items if item.weight], scorer)
    add_situations(items, out, known, scorer, policy.code_threshold)
    for item in items:
        blank = {"affect": [], "voice": [], "p_distress": 0.0, "p_joy": 0.0, "trigger": ""}
        out[item.row]["scores"].append(
            {"turn": item.turn, "part": item.part, "screen": round(item.screen, 4), "scored": bool(item.weight),
             "weight": item.weight} | (item.result or blank)
        )  # fmt: skip
    return out


def _language(row: dict[str, Any], scorer: Scorer) -> tuple[str, str]:
    """(language code, reason why the conversation is not scored or "")."""
    from classifiers.language import UNKNOWN, identify

    if row["scrub_failed"]:
        return UNKNOWN, "scrub_failed"
    generated = [turn for turn in row["turns"] if turn["generated"]]
    if not generated:
        return UNKNOWN, "no_model_turn"
    said = "\n".join(turn["text"] or turn["thinking"] for turn in generated)
    if not said.strip():
        return UNKNOWN, "no_text"
    language = identify(said)
    if (
        language == UNKNOWN
    ):  # too little text of the model: what the user wrote decides, and is mostly the same language
        language = identify("\n".join(turn["text"] for turn in row["turns"]))
    if language != UNKNOWN and language not in scorer.languages:
        return language, "language"
    return language, ""


def _items(index: int, row: dict[str, Any]) -> list[Item]:
    from classifiers.turn import ModelTurn, context_of

    said = [(turn["role"], turn["text"]) for turn in row["turns"]]
    return [
        Item(index, number, part, ModelTurn(context_of(said, number), turn[column]))
        for number, turn in enumerate(row["turns"])
        if turn["generated"]
        for part, column in PARTS
        if turn[column].strip()
    ]


def _run_model(items: list[Item], scorer: Scorer) -> dict[int, list[float]]:
    """Fills in the items' results; returns the situations' probabilities by the identity of the item."""
    if not items:
        return {}
    scores = scorer.score([item.model_turn for item in items])
    for n, item in enumerate(items):
        item.result = {
            "affect": scores.affect[n].tolist(),
            "voice": scores.voice[n].tolist(),
            "p_distress": float(scores.distress[n]),
            "p_joy": float(scores.joy[n]),
            "trigger": "",
        }
    return {id(item): scores.situations[n].tolist() for n, item in enumerate(items)}
