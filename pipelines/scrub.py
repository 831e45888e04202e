"""scrub: personal data out, keyed pseudonyms in. Nothing after this stage sees raw text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pipelines.pseudonym import pseudonym
from pipelines.worker import map_rows
from schemas.policy import ScrubPolicy
from schemas.row_level import SCRUBBED

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from classifiers.scrubber import Scrubber

Rows = list[dict[str, Any]]


def scrub(transcripts: DataFrame, policy: ScrubPolicy, key: bytes, release: str) -> DataFrame:
    """SCRUBBED from TRANSCRIPTS. key: the release's pseudonym key (32 bytes).

    A conversation that the scrubber fails on keeps its row, with no turns and `scrub_failed`: text never passes
    unscrubbed, and the conversation still counts as looked at.
    """

    def make() -> Callable[[Rows], Rows]:
        from classifiers.scrubber import build_scrubber

        scrubber = build_scrubber(policy)
        return lambda rows: [_scrub_row(row, scrubber, policy, key, release) for row in rows]

    return map_rows(transcripts, SCRUBBED, "scrub", make)


def _scrub_row(
    row: dict[str, Any], scrubber: Scrubber, policy: ScrubPolicy, key: bytes, release: str
) -> dict[str, Any]:
    from classifiers.scrubber import ScrubFailed

    texts = [part for turn in row["turns"] for part in (turn["text"], turn["thinking"])]
    failed, masked = False, 0
    try:
        result = scrubber.scrub(texts)
    except ScrubFailed:
        turns: Rows = []
        failed = True
    else:
        said = iter(result.texts)
        turns = [turn | {"text": next(said), "thinking": next(said)} for turn in row["turns"]]
        masked = sum(result.counts.values())
    user = row["user_id"]
    return {
        "conversation_key": pseudonym(key, "conversation", row["record_id"]),
        "user_key": pseudonym(key, "conversation", row["record_id"]) if user is None else pseudonym(key, "user", user),
        "has_user": user is not None,
        "release": release,
        "surface": row["surface"] if row["surface"] in policy.surfaces else "other",
        "day": row["started_at"].date() if row["started_at"] else None,
        "ended_by": row["ended_by"],
        "turns": turns,
        "masked": masked,
        "scrub_failed": failed,
    }
