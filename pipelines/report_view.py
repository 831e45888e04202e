"""What a view of the released database is, and the columns that most of them have."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """A view: name, meaning, SQL body, and (column, meaning) in the order of the columns."""

    name: str
    doc: str
    sql: str
    columns: tuple[tuple[str, str], ...]


WHO = (("release", "Release name."), ("label", "`distress` or `joy`."))
WHY = (
    ("status", "`shown` or `suppressed`."),
    ("reason", "Why the row is suppressed: a code, explained in v_suppressed; else ``."),
)
AS_OF = (
    "as_of",
    "Date of the earlier release of this trial whose row stands, as too little changed since to be shown; else ``.",
)
LIFT = (
    ("lift", "That rate over the trial's overall rate; null where suppressed."),
    ("lift_low", "Lift: lower end of the 95 % interval."),
    ("lift_high", "Lift: upper end of the 95 % interval."),
)


def interval(name: str, what: str) -> tuple[tuple[str, str], ...]:
    """The three columns of a figure and the ends of its interval."""
    return (
        (name, f"{what}, 0 to 1; null where suppressed."),
        (f"{name}_low", f"{what}: lower end of the 95 % interval."),
        (f"{name}_high", f"{what}: upper end of the 95 % interval."),
    )
