"""What each conversation counts in: from rows of CLUSTERED to rows of COUNTED, one user at a time, in plain Python.

Spark's workers run it. Said as Spark expressions, the same rules took the JVM half a minute more to plan and compile in
a first run, whatever the size of the trial.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from pipelines.contribution import Unit, bound_places
from pipelines.disclosure_words import UNKNOWN
from schemas.labels import LABELS
from schemas.policy import DisclosurePolicy
from schemas.released import LENGTHS, ONSETS

Row = Mapping[str, Any]
_LAST = (1, 3, 7, 15)
"""The last number of a bin: of LENGTHS in turns; the first three of ONSETS in turns of the model."""


def counted_rows(rows: list[dict[str, Any]], policy: DisclosurePolicy) -> list[Unit]:
    """COUNTED of rows of CLUSTERED, in which each user's rows stand together and are all there."""
    return [unit for mine in of_users(rows) for unit in _of_user(mine, policy)]


def of_users(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The rows of each user. Raises nothing; rows of a user that do not stand together are two users."""
    for _, mine in groupby(rows, key=lambda row: row["user_key"]):
        yield list(mine)


def _of_user(rows: list[dict[str, Any]], policy: DisclosurePolicy) -> list[Unit]:
    units = [_unit(row, policy.max_turns_per_conversation) for row in rows]
    bound_places(units, policy.max_cells_per_user)
    return units


def _unit(row: Row, most: int) -> Unit:
    """most: turns of a conversation that count."""
    unit: Unit = {name: row[name] for name in ("conversation_key", "user_key", "codes", "behaviours")}
    unit |= _splits(row)
    unit["turns"] = min(row["model_turns"], most)
    for label in map(str, LABELS):
        found = row[label]
        unit[label] = _label(found, _turns(row, found["turns"], most))
        unit[f"{label}_cluster"] = found["cluster"]
        unit[f"{label}_drawn"] = found["sampled"] and not found["flagged"]
        unit[f"{label}_again"] = found["turns"] > 1
    return unit


def _splits(row: Row) -> dict[str, str | None]:
    """The splits of the trial, null where one does not concern the conversation."""
    out: dict[str, str | None] = dict.fromkeys(
        ("surface", "week", "language", "length", "unscored_language", "reason"), None
    )
    if row["not_scored"] == "":
        out |= {"surface": row["surface"], "week": _week(row), "language": row["language"]}
        out["length"] = _bin(row["model_turns"], LENGTHS)
    elif row["not_scored"] == "language":
        out["unscored_language"] = row["language"]
    else:
        out["reason"] = row["not_scored"]
    return {**out, "user_id": "present" if row["has_user"] else "missing"}


def _week(row: Row) -> str:
    """The week by ISO 8601, as in 2025-W36."""
    if row["day"] is None:
        return UNKNOWN
    year, week, _ = row["day"].isocalendar()
    return f"{year}-W{week:02d}"


def _bin(number: int, names: tuple[str, ...]) -> str:
    return names[sum(number > last for last in _LAST[: len(names) - 1])]


def _turns(row: Row, flagged: int, most: int) -> int:
    """`flagged` turns of a conversation of which at most `most` count, in the same proportion.

    A part of a turn counts as a whole one or as none, by a draw from the pseudonym: as often as the part is large.
    """
    turns: int = row["model_turns"]
    if turns <= most:
        return flagged
    draw = int(hashlib.sha256(f"turns {row['conversation_key']}".encode()).hexdigest()[:8], 16)
    whole, part = divmod(flagged * most, turns)
    return whole + (draw % turns < part)


def _label(found: Row, turns: int) -> Unit:
    """HELD_LABEL. turns: flagged ones, as they count."""
    flagged = found["flagged"]
    parts = dict.fromkeys(("onset", "slope", "peak", "recovered", "refusal", "strength", "trigger"), "")
    if flagged:
        parts = {
            "onset": _bin(found["onset"], ONSETS),
            "slope": found["course"],
            "peak": found["peak_at"],
            "recovered": "yes" if found["recovered"] else "no",
            "refusal": found["refusal"],
            "strength": "strong" if found["strong"] else "mild",
            "trigger": "other" if found["trigger"] == "none" else found["trigger"],
        }
    return {"flagged": flagged, **parts, "turns": turns, "missed": not flagged and found["missed"] > 0}
