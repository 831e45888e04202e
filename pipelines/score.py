"""score: probabilities of affect and voice for every turn that the model generated, and each conversation's codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pipelines.judge import judge, sample_weight
from pipelines.situations import Item
from pipelines.worker import map_rows
from schemas.policy import ScorePolicy
from schemas.row_level import SCORED

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from classifiers.scorer import Scorer
    from schemas.policy_plug import Plug

Rows = list[dict[str, Any]]
PARTS = (("said", "text"), ("thinking", "thinking"))


def score(scrubbed: DataFrame, policy: ScorePolicy, other: Plug | None, sample_share: float) -> DataFrame:
    """SCORED from SCRUBBED.

    other: a second model, for conversations in languages that the one of `policy` does not know.
    sample_share: share (0 to 1) of the conversations whose screened-out turns are scored in full all the same, drawn by
    keyed hash; such turns carry the weight 1 / sample_share, at least 1.001, so that a report can bound what the screen
    missed.
    """

    def make() -> Callable[[Rows], Rows]:
        from classifiers.scorer_plugin import plugged, scorer_of

        scorer, second = scorer_of(policy), None if other is None else plugged(other)
        return lambda rows: score_rows(rows, scorer, policy, sample_share, second)

    return map_rows(scrubbed, SCORED, "score", make)


def score_rows(
    rows: Rows, scorer: Scorer, policy: ScorePolicy, sample_share: float, other: Scorer | None = None
) -> Rows:
    """Rows of SCORED from rows of SCRUBBED, in order. other: scores what is in a language of its own, and not of
    `scorer`."""
    from classifiers.language import UNKNOWN

    own = scorer.languages | {UNKNOWN}
    known = own if other is None else own | other.languages
    out: Rows = []
    items: list[Item] = []
    for index, row in enumerate(rows):
        language, reason = _language(row, known)
        kept = {name: row[name] for name in row if name not in ("masked", "scrub_failed")}
        out.append(kept | {"language": language, "not_scored": reason, "codes": [], "scores": []})
        if not reason:
            items += _items(index, row)
    by_scorer = [(scorer, [item for item in items if out[item.row]["language"] in own])]
    if other is not None:
        by_scorer.append((other, [item for item in items if out[item.row]["language"] not in own]))
    for one, part in by_scorer:
        judge(part, out, one, policy.code_threshold, sample_share)
    for item in items:
        out[item.row]["scores"] += _entries(item, sample_share)
    return out


def _entries(item: Item, share: float) -> Rows:
    """The item's entry, and one with the weight of a drawn turn for windows that the screen rejected of a turn of which
    it let others pass."""
    blank = {"affect": [], "voice": [], "p_distress": 0.0, "p_joy": 0.0, "trigger": "", "causes": []}
    base = {"turn": item.turn, "part": item.part, "screen": round(item.screen, 4), "scored": bool(item.weight)}
    found = [(item.weight, item.result or blank), *([(sample_weight(share), item.lost)] if item.lost else [])]
    return [base | {"weight": weight} | {name: result[name] for name in blank} for weight, result in found]


def _language(row: dict[str, Any], known: frozenset[str]) -> tuple[str, str]:
    """(language code, reason why the conversation is not scored or ""). known: languages that can be scored."""
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
    return language, "" if language in known else "language"


def _items(index: int, row: dict[str, Any]) -> list[Item]:
    from classifiers.turn import ModelTurn, cause_turn, context_of

    said = [(turn["role"], turn["text"]) for turn in row["turns"]]
    return [
        Item(
            index,
            number,
            part,
            ModelTurn(context_of(said, number), turn[column]),
            cause_turn(said, number, turn[column]),
        )  # fmt: skip
        for number, turn in enumerate(row["turns"])
        if turn["generated"]
        for part, column in PARTS
        if turn[column].strip()
    ]
