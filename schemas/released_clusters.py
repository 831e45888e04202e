"""The released tables of clusters: what they are, their terms, and what became of those of the baseline."""

from __future__ import annotations

import pyarrow as pa

from schemas.released_columns import AS_OF, HELD, LABEL, RELEASE, STATUS, effect, interval, lift
from schemas.table import Column, Sensitivity, Table

CHANGES = (
    "new", "gone", "grown", "shrunk", "same", "split", "merged", "regrouped", "near the floor", "not comparable"
)  # fmt: skip
"""What became of a cluster. `new`, `gone`: not there or below the floor on the other side, where as many as on this
side would have been shown (pipelines/README.md, Across releases). `near the floor`: shown on one side only, and may
just have missed the floor on the other. `same`: no change of its rate was seen. `regrouped`: what is in it lies
elsewhere on the other side."""
MATCHES = ("frame", "terms", "none")
"""What clusters were matched by: the baseline's frame, or released terms alone, which is weaker."""

CLUSTERS = Table(
    "released_clusters",
    (
        RELEASE,
        LABEL,
        Column(
            "cluster",
            pa.int32(),
            "Number within release and label, largest first; -1 is in no cluster, or in one too small to show.",
        ),
        Column("trigger", pa.string(), "Most common trigger of the cluster; `none` where it cannot be told."),
        Column("name", pa.string(), "Trigger and terms, made by rule from released strings only."),
        Column("flagged", pa.int64(), "Flagged conversations of the cluster, rounded.", nullable=True),
        Column("users", pa.int64(), "Distinct users of those, rounded.", nullable=True),
        effect("share"),
        *interval("share", "Share of the label's flagged conversations"),
        *interval("rate", "Rate among conversations of that kind, by the sample of unflagged ones; two digits"),
        *lift(),
        *HELD,
        *STATUS,
        AS_OF,
    ),
    ("release", "label", "cluster"),
    Sensitivity.RELEASABLE,
    "Clusters of trigger passages, found by BERTopic, or those of an earlier trial's frame. Rate and lift rest on a"
    " sample of unflagged conversations and are rather too high; null where too few of these stand behind them."
    " Under dp users are counted, with noise; numbers are the frame's, and the share is of the flagged users.",
)

TERMS = Table(
    "released_terms",
    (
        RELEASE,
        LABEL,
        Column("cluster", pa.int32(), "Cluster number within release and label."),
        Column("rank", pa.int32(), "1 is the most typical term of the cluster."),
        Column("term", pa.string(), "A word of the public list."),
        Column("users", pa.int64(), "Distinct users behind the term in that cluster, rounded."),
        AS_OF,
    ),
    ("release", "label", "cluster", "rank"),
    Sensitivity.RELEASABLE,
    "Typical terms of shown clusters, each with enough distinct users of its own.",
)

CLUSTER_CHANGES = Table(
    "released_cluster_changes",
    (
        RELEASE,
        Column("baseline", pa.string(), "Name of the release compared with."),
        LABEL,
        Column("cluster", pa.int32(), "Cluster number in this release; -1 where it has none, or for the unclustered."),
        Column("baseline_cluster", pa.int32(), "Cluster number in the baseline; -1 in the same way."),
        Column("name", pa.string(), "Name of the cluster in this release; `` where it has none."),
        Column("baseline_name", pa.string(), "Its name in the baseline; `` where it has none."),
        Column("change", pa.string(), ", ".join(f"`{word}`" for word in CHANGES) + "."),
        Column("matched_by", pa.string(), "`frame` (of the baseline), `terms` alone, which is weaker, or `none`."),
        Column("rate", pa.float64(), "Flagged and in that cluster / scored conversations.", nullable=True),
        Column("baseline_rate", pa.float64(), "The same in the baseline.", nullable=True),
        Column("difference", pa.float64(), "rate - baseline_rate, of one cluster with one.", nullable=True),
        Column("difference_low", pa.float64(), "Lower end of its 95 % interval.", nullable=True),
        Column("difference_high", pa.float64(), "Upper end of its 95 % interval.", nullable=True),
        *STATUS,
    ),
    ("release", "baseline", "label", "cluster", "baseline_cluster"),
    Sensitivity.RELEASABLE,
    "What became of the baseline's clusters, and which are new: shown clusters of both releases only.",
)
