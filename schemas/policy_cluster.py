"""The policy of clusters. Reasons stand in schemas/README.md."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.policy_check import check


@dataclass(frozen=True)
class ClusterPolicy:
    """How trigger passages are clustered."""

    min_cluster_size: int = 15
    """Least passages of a cluster. Below the disclosure floor a cluster could not be shown anyway. Up to four times as
    many, or one in 150 of the passages if more, where larger clusters are found again better when the users are drawn
    anew."""
    min_passages: int = 60
    """Least different flagged passages of a label for clustering; below it only the taxonomy is reported."""
    max_passages: int = 20_000
    """Most passages that are fitted, a keyed sample; the rest joins the cluster of its nearest ones."""
    max_user_passages: int = 50
    """Most passages of one user that are fitted, a keyed sample."""
    redraws: int = 5
    """How often the users are drawn anew and their passages clustered, to see what is found again; 0 is never. One
    alone would tell a ratio of two counts."""
    seed: int = 20250901
    """Seed of UMAP."""
    terms: int = 8
    """Most terms of a cluster."""
    frame: str = ""
    """File with the frame of another trial (its `restricted/frames/NAME.json`): passages are then assigned to those
    clusters, and none are fitted."""

    def __post_init__(self) -> None:
        check(self.min_cluster_size >= 5, "cluster", "min_cluster_size", "at least 5")
        least = max(20, 2 * self.min_cluster_size)
        check(self.min_passages >= least, "cluster", "min_passages", "at least 20, and twice min_cluster_size")
        check(self.max_passages >= self.min_passages, "cluster", "max_passages", "at least min_passages")
        check(self.max_user_passages >= 1, "cluster", "max_user_passages", "at least 1")
        check(self.redraws != 1 and 0 <= self.redraws <= 50, "cluster", "redraws", "0, or between 2 and 50")
        check(1 <= self.terms <= 30, "cluster", "terms", "between 1 and 30")
