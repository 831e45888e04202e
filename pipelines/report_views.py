"""The views of the released database: the questions that an analyst asks first, with every column explained."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """A view: name, meaning, SQL body, and (column, meaning) in the order of the columns."""

    name: str
    doc: str
    sql: str
    columns: tuple[tuple[str, str], ...]


_WHO = (("release", "Release name."), ("label", "`distress` or `joy`."))
_WHY = (
    ("status", "`shown` or `suppressed`."),
    ("reason", "Why the row is suppressed: a code, explained in v_suppressed; else ``."),
)


def _interval(name: str, what: str) -> tuple[tuple[str, str], ...]:
    return (
        (name, f"{what}, 0 to 1; null where suppressed."),
        (f"{name}_low", f"{what}: lower end of the 95 % interval."),
        (f"{name}_high", f"{what}: upper end of the 95 % interval."),
    )


RATES = View(
    "v_rates",
    "How often? Raw and corrected rate, for the whole trial (dimension `all`) and split by one dimension.",
    """SELECT release, label, dimension, value, conversations, users, flagged, rate, rate_low, rate_high,
  corrected, corrected_low, corrected_high, corrected_status, status, reason
FROM released_rates ORDER BY release, label, dimension, value""",
    (
        *_WHO,
        ("dimension", "all, surface, week, language, situation or length."),
        ("value", "Value of the dimension."),
        ("conversations", "Scored conversations, rounded."),
        ("users", "Distinct users of those, rounded."),
        ("flagged", "Flagged conversations, rounded; null where suppressed."),
        *_interval("rate", "Raw rate"),
        *_interval("corrected", "Rate corrected for the scorer's measured error"),
        ("corrected_status", "`estimated`, `adjudicated`, `not estimable` or `suppressed`."),
        *_WHY,
    ),
)

TURN_RATES = View(
    "v_turn_rates",
    "How often, turn by turn? Raw and corrected rate of turns beside the rate of conversations.",
    """SELECT t.release, t.label, t.dimension, t.value, t.rate, t.rate_low, t.rate_high, t.corrected, t.corrected_low,
  t.corrected_high, t.corrected_status, r.rate AS conversation_rate, t.status, t.reason
FROM released_turn_rates t LEFT JOIN released_rates r USING (release, label, dimension, value)
ORDER BY t.release, t.label, t.dimension, t.value""",
    (
        *_WHO,
        ("dimension", "all, surface or length."),
        ("value", "Value of the dimension."),
        *_interval("rate", "Flagged turns / turns of the model"),
        *_interval("corrected", "That rate corrected for the scorer's measured error of a turn"),
        ("corrected_status", "`estimated`, `not estimable` or `suppressed`."),
        ("conversation_rate", "Flagged conversations / conversations; null where suppressed."),
        *_WHY,
    ),
)

TRIGGERS = View(
    "v_triggers",
    "What brought it about? Triggers, the largest share first, with the rate where the situation is there, and lift.",
    """SELECT release, label,
  CASE WHEN status = 'shown' AND share IS NOT NULL
    THEN rank() OVER (PARTITION BY release, label ORDER BY share DESC NULLS LAST) END AS place,
  trigger, flagged, users, share, share_low, share_high, rate, rate_low, rate_high, lift, lift_low, lift_high,
  status, reason
FROM released_triggers ORDER BY release, label, share DESC NULLS LAST, trigger""",
    (
        *_WHO,
        ("place", "1 is the trigger with the largest share; null where suppressed."),
        ("trigger", "Trigger of the taxonomy."),
        ("flagged", "Flagged conversations with that trigger, rounded; null where suppressed."),
        ("users", "Distinct users of those, rounded; null where suppressed."),
        *_interval("share", "Share of the label's flagged conversations"),
        *_interval("rate", "Rate among the conversations that hold the situation"),
        ("lift", "That rate over the trial's overall rate; null where suppressed."),
        ("lift_low", "Lift: lower end of the 95 % interval."),
        ("lift_high", "Lift: upper end of the 95 % interval."),
        *_WHY,
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
        *_WHY,
    ),
)

CLUSTERS = View(
    "v_clusters",
    "Which clusters, with their terms in one cell?",
    """SELECT c.release, c.label, c.cluster, c.name, c.trigger, t.terms, c.flagged, c.users, c.share, c.share_low,
  c.share_high, c.status, c.reason
FROM released_clusters c
LEFT JOIN (SELECT release, label, cluster, string_agg(term, ', ' ORDER BY rank) AS terms
  FROM released_terms GROUP BY ALL) t USING (release, label, cluster)
ORDER BY c.release, c.label, c.cluster < 0, c.share DESC NULLS LAST, c.cluster""",
    (
        *_WHO,
        ("cluster", "Cluster number within release and label; -1 is unclustered. Not comparable between releases."),
        ("name", "Trigger and terms."),
        ("trigger", "Most common trigger of the cluster."),
        ("terms", "Typical terms, the most typical first; null where there is none to show."),
        ("flagged", "Flagged conversations of the cluster, rounded; null where suppressed."),
        ("users", "Distinct users of those, rounded; null where suppressed."),
        *_interval("share", "Share of the label's flagged conversations"),
        *_WHY,
    ),
)

DYNAMICS = View(
    "v_dynamics",
    "How does it run? Onset, strength, recovery, who ended the conversation.",
    """SELECT release, label, measure, value, flagged, users, share, share_low, share_high, status, reason
FROM released_dynamics ORDER BY release, label, measure, value""",
    (
        *_WHO,
        ("measure", "onset, strength, recovered or ended_by."),
        ("value", "Value of the measure."),
        ("flagged", "Flagged conversations, rounded; null where suppressed."),
        ("users", "Distinct users of those, rounded; null where suppressed."),
        *_interval("share", "Share of the label's flagged conversations"),
        *_WHY,
    ),
)

COVERAGE = View(
    "v_coverage",
    "What was looked at, and what could not be scored?",
    """SELECT release, measure, value, conversations, status, reason
FROM released_coverage ORDER BY release, measure, conversations DESC NULLS LAST, value""",
    (
        ("release", "Release name."),
        ("measure", "language, not_scored or user_id."),
        ("value", "Value of the measure."),
        ("conversations", "Conversations, rounded; null where suppressed."),
        *_WHY,
    ),
)

QUALITY = View(
    "v_quality",
    "How good is the scorer? A null figure was not measured.",
    """SELECT release, label, measure, figure, low, high, basis,
  CASE WHEN figure IS NULL THEN 'not measured' ELSE 'measured' END AS state
FROM released_quality ORDER BY release, label, measure""",
    (
        *_WHO,
        (
            "measure",
            "recall, false_positive_rate, precision, average_precision, threshold, screen_missed; recall_new_source and"
            " false_positive_rate_new_source: what the corrected rate allows for; reader_precision, reader_recall and"
            " reader_agreement: by readers; second_reader_agreement and second_reader_answered: by a language model, no"
            " ground truth.",
        ),
        ("figure", "The figure; null where not measured."),
        ("low", "Lower end of its 95 % interval."),
        ("high", "Upper end of its 95 % interval."),
        ("basis", "What it was measured on."),
        ("state", "`measured` or `not measured`."),
    ),
)


def suppressed(tables: tuple[tuple[str, bool, str], ...], reasons: dict[str, str]) -> View:
    """The view over every hidden row. tables: (name, has a label, SQL of what names the row).

    reasons: code to meaning, in words of ours.
    """
    parts = [
        f"SELECT release, '{name}' AS table_name, {'label' if has_label else 'NULL'} AS label, {part} AS part, reason"
        f" FROM {name} WHERE status = 'suppressed'"
        for name, has_label, part in tables
    ]
    meanings = " ".join(f"WHEN '{code}' THEN '{_quoted(text)}'" for code, text in reasons.items())
    return View(
        "v_suppressed",
        "What is hidden, and why? One row for every suppressed row of every table.",
        f"SELECT release, table_name, label, part, reason, CASE reason {meanings} END AS meaning FROM (\n"
        + "\nUNION ALL ".join(parts)
        + ") ORDER BY release, table_name, label, part",
        (
            ("release", "Release name."),
            ("table_name", "Table that holds the suppressed row."),
            ("label", "`distress` or `joy`; null where the table has no label."),
            ("part", "What the row is about."),
            ("reason", "Code of the reason."),
            ("meaning", "The reason in words."),
        ),
    )


def _quoted(text: str) -> str:
    return text.replace("'", "''")


VIEWS = (RATES, TURN_RATES, TRIGGERS, CHANGES, CLUSTERS, DYNAMICS, COVERAGE, QUALITY)
