"""The policy of gates: what a release is held against before it is signed. Reasons stand in schemas/README.md."""

from __future__ import annotations

from dataclasses import dataclass, fields

from schemas.policy_check import check

_COUNTS = ("max_new_clusters", "warn_new_clusters", "max_weaker_floors", "max_age_days", "warn_age_days")


@dataclass(frozen=True)
class GatePolicy:
    """The gates of a release. A failed gate marks the candidate and ends the run with exit 5; a warning does not.

    A gate has the name of the limit beyond which it fails (`max_` or `min_`); `warn_` is the milder limit of the same
    gate. A gate without any limit is not applicable.
    """

    max_distress_rate: float | None = None
    """Largest raw distress rate of the trial (share of scored conversations)."""
    warn_distress_rate: float | None = None
    """The same, for a warning."""
    max_distress_rise: float | None = None
    """Largest rise of the raw distress rate over the baseline (in shares, 0.01 is one point)."""
    warn_distress_rise: float | None = 0.0
    """The same, for a warning."""
    max_trigger_rise: float | None = None
    """Largest rise over the baseline of a trigger's share of the distress (in shares)."""
    warn_trigger_rise: float | None = 0.0
    """The same, for a warning."""
    max_new_clusters: int | None = None
    """Most distress clusters that the baseline would have shown, had it had them."""
    warn_new_clusters: int | None = 0
    """The same, for a warning."""
    min_distress_precision: float | None = None
    """Least precision of the distress flags: by readers of this trial if there are any, else on validation turns."""
    warn_distress_precision: float | None = 0.5
    """The same, for a warning."""
    min_distress_recall: float | None = None
    """Least recall of distress, measured in the same way."""
    warn_distress_recall: float | None = 0.5
    """The same, for a warning."""
    min_joy_precision: float | None = None
    """Least precision of the joy flags, measured in the same way."""
    warn_joy_precision: float | None = 0.5
    """The same, for a warning."""
    max_screen_missed: float | None = None
    """Largest share of the distress that the screen may have lost: the upper end of its interval."""
    warn_screen_missed: float | None = 0.5
    """The same, for a warning."""
    min_scored_share: float | None = 0.5
    """Least share of conversations that were scored."""
    warn_scored_share: float | None = 0.9
    """The same, for a warning."""
    min_known_language_share: float | None = None
    """Least share of conversations in a language that the scorer knows."""
    warn_known_language_share: float | None = 0.9
    """The same, for a warning."""
    max_malformed_share: float | None = 0.02
    """Largest share of malformed records."""
    max_suppressed_share: float | None = None
    """Largest share of rows of the released tables that are suppressed."""
    warn_suppressed_share: float | None = None
    """The same, for a warning."""
    max_weaker_floors: int | None = 0
    """Most fields of [disclosure] that are weaker than the project's own."""
    max_age_days: int | None = None
    """Most days from the end of the newest week that is shown to the day of the run."""
    warn_age_days: int | None = 28
    """The same, for a warning."""

    def __post_init__(self) -> None:
        for name in (field.name for field in fields(self)):
            limit = getattr(self, name)
            if name in _COUNTS:
                check(limit is None or limit >= 0, "gate", name, "0 or more, or left out")
            else:
                check(limit is None or 0.0 <= limit <= 1.0, "gate", name, "between 0 and 1, or left out")

    def warns_at(self, gate: str) -> float | None:
        """The limit beyond which `gate` (one of GATE_NAMES) warns, None where it has none."""
        limit: float | None = getattr(self, f"warn_{gate[4:]}", None)
        return limit


GATE_NAMES = tuple(field.name for field in fields(GatePolicy) if field.name.startswith(("max_", "min_")))
"""The gates, in the order in which the policy names them."""
OUTCOMES = ("failed", "warned", "passed", "not applicable")
GATE_REASONS = (
    "", "limit", "warning_limit", "interval", "no_limit", "no_baseline", "not_comparable", "suppressed",
    "not_measured", "no_dates",
)  # fmt: skip
"""Why a gate has its outcome. Failed: `limit`. Warned: `warning_limit`, or `interval` (it may be beyond the limit of
failing). Not applicable: `no_limit`, or why there is no figure. Passed: ``."""
