"""Made-up rows of released_comparison for the report's tests."""

from __future__ import annotations

import math

import pyarrow as pa

from tests.unit.report_figures import Row, figures, state

Tables = dict[str, pa.Table]


def comparison_rows(now: Tables, before: Tables) -> list[Row]:
    """released_comparison of the whole trial, surfaces and triggers, with a simple interval."""
    out = []
    for name, figure in (("released_rates", "rate"), ("released_triggers", "share")):
        earlier = before[name].to_pylist()
        for row in now[name].to_pylist():
            dimension, value = row.get("dimension", "trigger"), row["trigger" if figure == "share" else "value"]
            if dimension not in ("all", "surface", "trigger"):
                continue
            same = next(r for r in earlier if (r["label"], r.get("dimension", "trigger")) == (row["label"], dimension)
                        and value == r["trigger" if figure == "share" else "value"])  # fmt: skip
            out.append({"baseline": same["release"], "label": row["label"], "dimension": dimension, "value": value}
                       | _difference(row, same, figure))  # fmt: skip
    return out


def _difference(now: Row, before: Row, figure: str) -> Row:
    if now["status"] != "shown" or before["status"] != "shown":
        nothing = dict.fromkeys(("rate", "baseline_rate", "difference_low", "difference_high", "detectable"))
        return nothing | {"difference": None, "verdict": "not comparable"} | state(True)
    spread = math.hypot(now[figure] - now[f"{figure}_low"], before[figure] - before[f"{figure}_low"])
    difference = now[figure] - before[figure]
    verdict = "no difference seen" if abs(difference) <= spread else "higher" if difference > 0 else "lower"
    return {"rate": now[figure], "baseline_rate": before[figure], "verdict": verdict,
            "detectable": 1.43 * spread, **state(False),
            **figures("difference", (difference, difference - spread, difference + spread))}  # fmt: skip
