"""How long the restricted side is kept."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.policy_check import check


@dataclass(frozen=True)
class RetentionPolicy:
    """How long the restricted side is kept."""

    restricted_days: int = 30
    """Days after which `welfare purge` removes the restricted tables and keys."""
    frame_days: int = 400
    """Days after which `welfare purge` removes the frame of the clusters, which the next releases are compared with. 0
    keeps none."""

    def __post_init__(self) -> None:
        check(self.restricted_days >= 0, "retention", "restricted_days", "0 or more")
        check(self.frame_days >= 0, "retention", "frame_days", "0 or more")
