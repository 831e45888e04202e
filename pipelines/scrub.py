"""scrub: personal data out, keyed pseudonyms in. Nothing after this stage sees raw text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pipelines.pseudonym import pseudonym, version_key
from pipelines.worker import map_rows
from schemas.policy import ScrubPolicy
from schemas.row_level import SCRUBBED

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from classifiers.scrubber import Scrubbed, Scrubber, ScrubFailed

Rows = list[dict[str, Any]]


def scrub(transcripts: DataFrame, policy: ScrubPolicy, key: bytes, release: str) -> DataFrame:
    """SCRUBBED from TRANSCRIPTS. key: the release's pseudonym key (32 bytes).

    A conversation that the scrubber fails on keeps its row, with no turns and `scrub_failed`: text never passes
    unscrubbed, and the conversation still counts as looked at.
    """

    def make() -> Callable[[Rows], Rows]:
        from classifiers.scrubber import build_scrubber

        scrubber = build_scrubber(policy)
        return lambda rows: scrubbed_rows(rows, scrubber, policy, key, release)

    return map_rows(transcripts, SCRUBBED, "scrub", make)


def scrubbed_rows(rows: Rows, scrubber: Scrubber, policy: ScrubPolicy, key: bytes, release: str) -> Rows:
    """Rows of SCRUBBED from rows of TRANSCRIPTS, in order."""
    texts = [[part for turn in row["turns"] for part in (turn["text"], turn["thinking"])] for row in rows]
    results = scrubber.scrub_all(texts)
    return [_scrubbed_row(row, result, policy, key, release) for row, result in zip(rows, results, strict=True)]


def _scrubbed_row(
    row: dict[str, Any], result: Scrubbed | ScrubFailed, policy: ScrubPolicy, key: bytes, release: str
) -> dict[str, Any]:
    from classifiers.scrubber import ScrubFailed

    turns: Rows = []
    failed, masked = isinstance(result, ScrubFailed), 0
    if not isinstance(result, ScrubFailed):
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
        "version": version_key(key, row["version"]),
        "turns": turns,
        "masked": masked,
        "scrub_failed": failed,
    }
