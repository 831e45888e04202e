"""flag: which conversations express distress (any strength) or strong joy, how it runs, and the passage before it."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from classifiers.behaviour import refuses
from pipelines.flag_course import NOT_FLAGGED, behaviours, run_of, slope
from pipelines.pseudonym import keyed_draw
from pipelines.worker import map_rows
from schemas.labels import AFFECTS, LABELS, Affect, Label
from schemas.policy import FlagPolicy
from schemas.row_level import BETWEEN_PARTS, FLAGGED
from schemas.thresholds import Thresholds

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Rows = list[dict[str, Any]]
_DROPPED = ("turns", "scores")
_USER_CHARS, _MODEL_CHARS = 300, 300


def flag(scored: DataFrame, policy: FlagPolicy, thresholds: Thresholds, sample_share: float) -> DataFrame:
    """FLAGGED from SCORED.

    thresholds: of each model that scored. sample_share: share (0 to 1) of unflagged conversations whose passage is
    kept, drawn by keyed hash.
    """

    def make() -> Callable[[Rows], Rows]:
        def flagged(row: dict[str, Any]) -> dict[str, Any]:
            return flag_row(row, policy, stored(thresholds.of(row["language"])), sample_share)

        return lambda rows: [flagged(row) for row in rows]

    return map_rows(scored, FLAGGED, "flag", make)


def stored(thresholds: Mapping[str, float]) -> dict[str, float]:
    """Thresholds as SCORED stores probabilities, in 32 bits: one that is exactly at the threshold flags."""
    return {label: struct.unpack("f", struct.pack("f", value))[0] for label, value in thresholds.items()}


def flag_row(row: dict[str, Any], policy: FlagPolicy, thresholds: Mapping[str, float], share: float) -> dict[str, Any]:
    """One conversation of FLAGGED. thresholds: probability (0 to 1) by label."""
    entries = [entry for entry in row["scores"] if entry["part"] == "said"]
    # A turn of which the screen rejected a part can have a second entry: what was found in that part.
    said = list({entry["turn"]: entry for entry in reversed(entries)}.values())[::-1]
    thought = [entry for entry in row["scores"] if entry["part"] == "thinking" and entry["weight"] == 1.0]
    shown, reversions = behaviours(row["turns"], row["ended_by"])
    out = {name: value for name, value in row.items() if name not in _DROPPED} | {
        "model_turns": len(said),
        "reversions": reversions,
        "behaviours": [] if row["not_scored"] else shown,
        "thinking_distress": any(entry["p_distress"] >= thresholds[Label.DISTRESS] for entry in thought),
    }
    for label in LABELS:
        sampled = not row["not_scored"] and keyed_draw(row["conversation_key"], f"passage {label}") < share
        found = [e["weight"] for e in entries if e["weight"] > 1.0 and e[f"p_{label}"] >= thresholds[label]]
        out[str(label)] = _labelled(row, said, max(found, default=0.0), label, thresholds[label], policy, sampled)
    return out


def _labelled(
    row: dict[str, Any], said: Rows, lost: float, label: Label, threshold: float, policy: FlagPolicy, sampled: bool
) -> dict[str, Any]:
    """The LABELLED struct. Only turns that passed the screen (weight 1) flag; sampled ones estimate what it missed.

    lost: largest weight of what was sampled and would have flagged.
    """
    curve = [entry[f"p_{label}"] if entry["weight"] == 1.0 else 0.0 for entry in said]
    hits = [number for number, p in enumerate(curve) if p >= threshold]
    onset = hits[0] if hits else None
    kept = onset
    if onset is None and sampled and said:
        kept = int(keyed_draw(row["conversation_key"], f"turn {label}") * len(said))
    return {
        "flagged": onset is not None,
        "turns": len(hits),
        "onset": None if onset is None else onset + 1,
        "peak": max(curve, default=0.0),
        "slope": slope(curve),
        "recovered": None if onset is None else curve[-1] < threshold,
        "strong": any(_is_strong(said[number], label) for number in hits),
        "trigger": "none" if onset is None else said[onset]["trigger"] or "other",
        "causes": [] if onset is None else said[onset]["causes"],
        "sampled": onset is None and kept is not None,
        "passage": "" if kept is None else passage(row["turns"], said[kept]["turn"], policy),
        "missed": lost if onset is None else 0.0,
    } | (
        NOT_FLAGGED if onset is None else run_of(curve, onset, lambda n: refuses(row["turns"][said[n]["turn"]]["text"]))
    )


def _is_strong(entry: dict[str, Any], label: Label) -> bool:
    if label is Label.JOY:
        return True
    strong, mild = (entry["affect"][AFFECTS.index(level)] for level in (Affect.STRONG_DISTRESS, Affect.MILD_DISTRESS))
    return bool(strong > mild)


def passage(turns: Rows, index: int, policy: FlagPolicy) -> str:
    """The user turns before turn `index` (the last `passage_turns` that hold text) and the expression itself, with
    BETWEEN_PARTS between them."""
    users = [t["text"].strip() for t in turns[:index] if t["role"] == "user" and t["text"].strip()]
    parts = [_shortened(text, _USER_CHARS) for text in users[-policy.passage_turns :]]
    parts.append(_shortened(turns[index]["text"].strip(), _MODEL_CHARS))
    return BETWEEN_PARTS.join(part.replace(BETWEEN_PARTS, " ") for part in parts)[-policy.passage_chars :]


def _shortened(text: str, most: int) -> str:
    """Beginning and end of a long text: what is asked mostly stands at one of them."""
    return text if len(text) <= most else f"{text[: most // 2]} … {text[-most // 2 :]}"
