"""The views of the released database that hold its main figures, with every column explained.

Columns are named one by one: a table that gets another column changes no view.
"""

from __future__ import annotations

from pipelines.report_view import AS_OF, LIFT, WHO, WHY, View, interval

RATES = View(
    "v_rates",
    "How often? Raw and corrected rate, for the whole trial (dimension `all`) and split by one dimension.",
    """SELECT release, label, dimension, value, conversations, users, flagged, rate, rate_low, rate_high,
  corrected, corrected_low, corrected_high, corrected_status, status, reason, as_of
FROM released_rates ORDER BY release, label, dimension, value""",
    (
        *WHO,
        ("dimension", "all, surface, week, language, situation or length."),
        ("value", "Value of the dimension."),
        ("conversations", "Scored conversations, rounded."),
        ("users", "Distinct users of those, rounded."),
        ("flagged", "Flagged conversations, rounded; null where suppressed."),
        *interval("rate", "Raw rate"),
        *interval("corrected", "Rate corrected for the scorer's measured error"),
        ("corrected_status", "`estimated`, `adjudicated`, `not estimable` or `suppressed`."),
        *WHY,
        AS_OF,
    ),
)

TURN_RATES = View(
    "v_turn_rates",
    "How often, turn by turn? Raw and corrected rate of turns beside the rate of conversations.",
    """SELECT t.release, t.label, t.dimension, t.value, t.rate, t.rate_low, t.rate_high, t.corrected, t.corrected_low,
  t.corrected_high, t.corrected_status, r.rate AS conversation_rate, t.status, t.reason, t.as_of
FROM released_turn_rates t LEFT JOIN released_rates r USING (release, label, dimension, value)
ORDER BY t.release, t.label, t.dimension, t.value""",
    (
        *WHO,
        ("dimension", "all, surface or length."),
        ("value", "Value of the dimension."),
        *interval("rate", "Flagged turns / turns of the model"),
        *interval("corrected", "That rate corrected for the scorer's measured error of a turn"),
        ("corrected_status", "`estimated`, `not estimable` or `suppressed`."),
        ("conversation_rate", "Flagged conversations / conversations; null where suppressed."),
        *WHY,
        AS_OF,
    ),
)

TRIGGERS = View(
    "v_triggers",
    "What brought it about? Triggers, the largest share first, with the rate where the situation is there, and lift.",
    """SELECT release, label,
  CASE WHEN status = 'shown' AND share IS NOT NULL
    THEN rank() OVER (PARTITION BY release, label ORDER BY share DESC NULLS LAST) END AS place,
  trigger, flagged, users, share, share_low, share_high, rate, rate_low, rate_high, lift, lift_low, lift_high,
  status, reason, as_of
FROM released_triggers ORDER BY release, label, share DESC NULLS LAST, trigger""",
    (
        *WHO,
        ("place", "1 is the trigger with the largest share; null where suppressed."),
        ("trigger", "Trigger of the taxonomy."),
        ("flagged", "Flagged conversations with that trigger, rounded; null where suppressed."),
        ("users", "Distinct users of those, rounded; null where suppressed."),
        *interval("share", "Share of the label's flagged conversations"),
        *interval("rate", "Rate among the conversations that hold the situation"),
        *LIFT,
        *WHY,
        AS_OF,
    ),
)

CHANGES = View(
    "v_changes",
    "What changed against the baseline? Differences in percentage points with intervals; changed ones first.",
    """SELECT release, baseline, label, dimension, value, verdict, rate, baseline_rate,
  100 * difference AS points, 100 * difference_low AS points_low, 100 * difference_high AS points_high,
  100 * detectable AS detectable_points, status, reason
FROM released_comparison
ORDER BY release, label, dimension <> 'all', verdict NOT IN ('higher', 'lower'), abs(difference) DESC NULLS LAST,
  dimension, value""",
    (
        ("release", "Release name."),
        ("baseline", "Release compared with."),
        ("label", "`distress` or `joy`."),
        (
            "dimension",
            "all, surface, week, language, situation or length; `trigger` compares shares of what was flagged.",
        ),
        ("value", "Value of the dimension."),
        ("verdict", "`higher`, `lower`, `no difference seen` or `not comparable`."),
        ("rate", "Rate or share in this release, 0 to 1."),
        ("baseline_rate", "Rate or share in the baseline, 0 to 1."),
        ("points", "Difference in percentage points; null where suppressed."),
        ("points_low", "Lower end of its 95 % interval."),
        ("points_high", "Upper end of its 95 % interval."),
        (
            "detectable_points",
            "Smallest difference, in points, that the two trials would have shown four times in five.",
        ),
        *WHY,
    ),
)

CLUSTERS = View(
    "v_clusters",
    "Which clusters, with their terms in one cell?",
    """SELECT c.release, c.label, c.cluster, c.name, c.trigger, t.terms, c.flagged, c.users, c.share, c.share_low,
  c.share_high, c.rate, c.rate_low, c.rate_high, c.lift, c.lift_low, c.lift_high, c.overlap, c.found_again, c.status,
  c.reason, c.as_of
FROM released_clusters c
LEFT JOIN (SELECT release, label, cluster, string_agg(term, ', ' ORDER BY rank) AS terms
  FROM released_terms GROUP BY ALL) t USING (release, label, cluster)
ORDER BY c.release, c.label, c.cluster < 0, c.share DESC NULLS LAST, c.cluster""",
    (
        *WHO,
        (
            "cluster",
            "Cluster number within release and label; -1 is unclustered. v_cluster_changes says which belong together.",
        ),
        ("name", "Trigger and terms."),
        ("trigger", "Most common trigger of the cluster."),
        ("terms", "Typical terms, the most typical first; null where there is none to show."),
        ("flagged", "Flagged conversations of the cluster, rounded; null where suppressed."),
        ("users", "Distinct users of those, rounded; null where suppressed."),
        *interval("share", "Share of the label's flagged conversations"),
        *interval("rate", "Rate among conversations of that kind; with too few sampled, the lower end alone"),
        *LIFT,
        ("overlap", "Mean best Jaccard index with a cluster found when the users are drawn anew, 0 to 1."),
        ("found_again", "Share of these redraws in which that is above .5."),
        *WHY,
        AS_OF,
    ),
)

DYNAMICS = View(
    "v_dynamics",
    "How does it run? Onset, strength, slope, peak, recovery, refusals, a user in distress, who ended it.",
    """SELECT release, label, measure, value, flagged, users, share, share_low, share_high, status, reason,
  as_of
FROM released_dynamics ORDER BY release, label, measure, value""",
    (
        *WHO,
        ("measure", "onset, strength, slope, peak, recovered, refusal, mirrored or ended_by."),
        ("value", "Value of the measure."),
        ("flagged", "Flagged conversations, rounded; null where suppressed."),
        ("users", "Distinct users of those, rounded; null where suppressed."),
        *interval("share", "Share of the label's flagged conversations"),
        *WHY,
        AS_OF,
    ),
)

QUALITY = View(
    "v_quality",
    "How good is the scorer, and how far do the clusters hold? A null figure was not measured.",
    """SELECT release, label, measure, figure, low, high, basis,
  CASE WHEN figure IS NULL THEN 'not measured' ELSE 'measured' END AS state
FROM released_quality ORDER BY release, label, measure""",
    (
        *WHO,
        (
            "measure",
            "recall, false_positive_rate, precision, average_precision, threshold, screen_missed; recall_new_source and"
            " false_positive_rate_new_source: what the corrected rate allows for; reader_precision, reader_recall and"
            " reader_agreement: by readers; second_reader_agreement and second_reader_answered: by a language model, no"
            " ground truth; cluster_min_size, cluster_redraws, cluster_agreement and cluster_sizes: of the clusters.",
        ),
        ("figure", "The figure; null where not measured."),
        ("low", "Lower end of its 95 % interval."),
        ("high", "Upper end of its 95 % interval."),
        ("basis", "What it was measured on."),
        ("state", "`measured` or `not measured`."),
    ),
)

VIEWS = (RATES, TURN_RATES, TRIGGERS, CHANGES, CLUSTERS, DYNAMICS, QUALITY)
