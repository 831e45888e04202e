"""What is known of the clusters on the restricted side, stored beside CLUSTERED."""

from __future__ import annotations

import pyarrow as pa

from schemas.table import Column, Sensitivity, Table

CLUSTER_TERMS = Table(
    "cluster_terms",
    (
        Column("label", pa.string(), "`distress` or `joy`."),
        Column("cluster", pa.int32(), "Cluster number within the label."),
        Column("term", pa.string(), "A word of the public list."),
        Column("weight", pa.float64(), "c-TF-IDF weight of the term in the cluster."),
        Column("users", pa.int64(), "Distinct users of the cluster whose passages hold the term. Exact: restricted."),
        Column(
            "holders",
            pa.list_(pa.field("element", pa.string(), nullable=False)),
            "Keys of the conversations whose passages hold the term: a release counts the users of those it rests on.",
        ),
    ),
    ("label", "cluster", "term"),
    Sensitivity.DERIVED,
    "Candidate terms of clusters with the number of distinct users behind each.",
)

CLUSTER_STABILITY = Table(
    "cluster_stability",
    (
        Column("label", pa.string(), "`distress` or `joy`."),
        Column("cluster", pa.int32(), "Cluster number within the label; -1 is the clustering as a whole."),
        Column("reason", pa.string(), "Why there is no cluster: a code of REASONS, else ``."),
        Column("min_size", pa.int32(), "Least passages of a cluster, as chosen; 0 where nothing was clustered."),
        Column("redraws", pa.int32(), "How often the users were drawn anew."),
        Column(
            "agreement",
            pa.float64(),
            "Over the redraws, the mean adjusted Rand index; of one cluster, its mean best Jaccard index.",
            nullable=True,
        ),
        Column("sizes", pa.float64(), "Mean adjusted Rand index against the other least sizes tried.", nullable=True),
        Column("found_again", pa.float64(), "Share of the redraws that found the cluster again.", nullable=True),
    ),
    ("label", "cluster"),
    Sensitivity.DERIVED,
    "How far the clusters hold: at other least sizes, and when the users are drawn anew.",
)

LANDED = pa.struct(
    [
        pa.field(
            "baseline_cluster", pa.int32(), nullable=False
        ),  # number in the baseline's frame; -1 in none of its clusters
        pa.field("conversations", pa.int64(), nullable=False),
        pa.field("users", pa.int64(), nullable=False),
        pa.field("top", pa.int64(), nullable=False),  # most conversations of one user
    ]
)

NUMBERS = pa.list_(pa.field("element", pa.float32(), nullable=False))

CLUSTER_FRAMES = Table(
    "cluster_frames",
    (
        Column("label", pa.string(), "`distress` or `joy`."),
        Column(
            "cluster",
            pa.int32(),
            "Cluster number within the label; -1 for what is in none, without a centroid; from -3 downwards the cells"
            " of what lies in none.",
        ),
        Column("conversations", pa.int64(), "Flagged conversations in it. Exact: restricted."),
        Column("users", pa.int64(), "Users behind these. Exact: restricted."),
        Column("top", pa.int64(), "Most of these of one user. Exact: restricted."),
        Column("centroid", NUMBERS, "Mean direction of its users' passages, 1152 numbers."),
        Column("least", pa.float64(), "Least cosine to the centroid at which a passage belongs to it."),
        Column("placed", pa.int64(), "Flagged conversations nearest to it and near enough. Exact: restricted."),
        Column(
            "landed",
            pa.list_(pa.field("element", LANDED, nullable=False)),
            "Where they lie in the baseline's frame, those in a cell of its background also under -1; empty without"
            " one.",
        ),
    ),
    ("label", "cluster"),
    Sensitivity.DERIVED,
    "Where the clusters lie, and where they would lie among the baseline's; stored beside CLUSTERED.",
)
