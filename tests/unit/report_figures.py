"""Figures of the made-up released tables, and the made-up rates of turns."""

from __future__ import annotations

import math
from typing import Any

from schemas.released_runs import BEHAVIOURS

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


def behaviour_rows(distress: int | None) -> list[Row]:
    """released_behaviour: two behaviours that are shown, one among all only, one hidden."""
    among = {"all": 1480, "distress": distress or 0, "no_distress": 1480 - (distress or 0), "joy": 0}
    parts = {"reversion_loop": {"all": 25}, "outbursts": {"all": 60, "distress": 20, "no_distress": 40},
             "giving_up": {"all": 55, "distress": 30, "no_distress": 25}}  # fmt: skip
    out = []
    for name in BEHAVIOURS:
        for of, total in among.items():
            k = parts.get(name, {}).get(of) if total else None
            row: Row = {"behaviour": name, "among": of, "conversations": k, "users": k and max(5, k // 2 // 5 * 5)}
            row |= figures("share", wilson(k, total) if k else None) | {"design_effect": 1.4 if k else None}
            out.append(row | state(k is None))
    return out
