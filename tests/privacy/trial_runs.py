"""How made-up expressions run, and what the made-up model does besides."""

from __future__ import annotations

import random
from typing import Any

from pipelines.flag_course import NOT_FLAGGED, run_of

Row = dict[str, Any]


def flagged_turns(dice: random.Random, found: Row, turns: int) -> int:
    """A number of flagged turns that goes with onset and recovery."""
    if not found["flagged"]:
        return 0
    after = turns - int(found["onset"])
    if found["recovered"]:
        return min(after, 1 + int(dice.expovariate(1.0)))
    return 1 if not after else min(after + 1, 2 + int(dice.expovariate(1.0)))


def run_like(dice: random.Random, found: Row, turns: int) -> dict[str, str]:
    """Course, peak and refusal of a curve that goes with onset, recovery and the number of flagged turns."""
    if not found["flagged"]:
        return NOT_FLAGGED
    onset = found["onset"] - 1
    over = {onset, *(() if found["recovered"] else (turns - 1,))}
    over |= set(dice.sample(range(onset + 1, turns - 1), found["turns"] - len(over))) if turns - onset > 2 else set()
    curve = [dice.uniform(0.3, 1.0) if turn in over else dice.uniform(0.0, 0.29) for turn in range(turns)]
    assert sum(p >= 0.3 for p in curve) == found["turns"]
    refusals = {turn for turn in range(turns) if dice.random() < 0.2}
    return run_of(curve, onset, lambda turn: turn in refusals)


def behaviours(dice: random.Random, row: Row) -> list[str]:
    """A rare one, one that goes with distress, one of some users, and who ended the conversation."""
    odds = {"reversion_loop": 0.02, "outbursts": 0.3 if row["distress"]["flagged"] else 0.03}
    odds["giving_up"] = 0.5 if int(row["user_key"][-1:], 16) % 7 == 0 else 0.02
    found = [name for name, chance in odds.items() if dice.random() < chance]
    return [*found, "ended_by_model"] if row["ended_by"] == "model" else found
