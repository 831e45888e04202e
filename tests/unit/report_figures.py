"""Figures of the made-up released tables, and the made-up rates of turns."""

from __future__ import annotations

import math
from typing import Any

Row = dict[str, Any]


def wilson(k: int, n: int, effect: float = 1.4) -> tuple[float, float, float]:
    """Share with its 95 % Wilson interval at the effective size n / effect."""
    p, size, z = k / n, n / effect, 1.96
    middle, spread = p + z * z / (2 * size), z * math.sqrt(p * (1 - p) / size + z * z / (4 * size * size))
    return p, (middle - spread) / (1 + z * z / size), (middle + spread) / (1 + z * z / size)


def figures(name: str, values: tuple[float, float, float] | None) -> Row:
    """The three columns of an interval."""
    return dict(zip((name, f"{name}_low", f"{name}_high"), values or (None, None, None), strict=True))


def state(hidden: bool, reason: str = "floor") -> Row:
    """status and reason."""
    return {"status": "suppressed", "reason": reason} if hidden else {"status": "shown", "reason": ""}


def turn_rate_rows(totals: dict[str, int | None], surfaces: list[str], *, estimable: bool = True) -> list[Row]:
    """released_turn_rates: a quarter of the rate of conversations, whole trial and surfaces; lengths are suppressed."""
    out = []
    for label, total in totals.items():
        for dimension, value in (("all", "all"), ("length", "1"), *(("surface", name) for name in surfaces)):
            row: Row = {"label": label, "dimension": dimension, "value": value, "corrected_status": "suppressed"}
            if not total or dimension == "length":
                row |= figures("rate", None) | figures("corrected", None) | {"size": None} | state(True)
            else:
                rate = wilson(total, 4 * 1480)
                two = (float(f"{rate[0]:.1e}"), float(f"{rate[1]:.1e}"), float(f"{rate[2]:.1e}"))
                row |= figures("rate", two) | {"size": 4200.0} | state(False)
                row |= figures("corrected", two if estimable else None)
                row |= {"corrected_status": "estimated" if estimable else "not estimable"}
            out.append(row)
    return out
