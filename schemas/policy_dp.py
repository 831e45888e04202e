"""The policy of a differentially private release. Reasons stand in schemas/README.md."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.policy_check import check

QUERIES = ("totals", "triggers", "clusters", "terms")
"""What is counted, each with noise of its own."""
SHARES = {"totals": 0.2, "triggers": 0.3, "clusters": 0.3, "terms": 0.2}
"""Share of rho that each of QUERIES spends; they sum to 1."""
TOTALS_A_USER = 3
"""Totals in which a user counts at most: one of three by user id, and one for each label."""


@dataclass(frozen=True)
class DpPolicy:
    """How much a differentially private release may tell of one user; read where [disclosure] policy is `dp`."""

    rho: float = 0.1
    """What one release spends, in zero-concentrated differential privacy (zCDP)."""
    rho_cap: float = 0.5
    """Most that all releases of one output folder may spend together; a release that would go past it is refused."""
    delta: float = 1e-6
    """The delta at which epsilon is told. Nothing else depends on it; well below one over the number of users."""
    user_cells: int = 3
    """Most triggers in which one user counts, over both labels, and most clusters; a keyed hash chooses which."""
    user_terms: int = 4
    """Most terms for which one user counts, over both labels; a keyed hash chooses which."""

    def __post_init__(self) -> None:
        check(0.0 < self.rho <= 10.0, "dp", "rho", "above 0 and at most 10")
        check(self.rho <= self.rho_cap <= 100.0, "dp", "rho_cap", "at least rho and at most 100")
        check(0.0 < self.delta <= 0.001, "dp", "delta", "above 0 and at most 0.001")
        check(1 <= self.user_cells <= 50, "dp", "user_cells", "between 1 and 50")
        check(1 <= self.user_terms <= 200, "dp", "user_terms", "between 1 and 200")

    def most(self, query: str) -> int:
        """Cells of `query` in which one user counts at most."""
        return {"totals": TOTALS_A_USER, "terms": self.user_terms}.get(query, self.user_cells)

    def spends(self, query: str) -> float:
        """The part of rho that `query` spends."""
        return self.rho * SHARES[query]
