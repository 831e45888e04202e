"""The views on releases as a whole: which there are, how a figure went over them, gates, coverage, what is hidden."""

from __future__ import annotations

from pipelines.report_view import AS_OF, WHO, WHY, View, interval

RELEASES = View(
    "v_releases",
    "Which releases are in this file, in which order, and how were they made? One file has one; a catalogue, several.",
    """WITH RECURSIVE facts AS (
  SELECT release, max(value) FILTER (key = 'baseline') AS baseline,
    CAST(max(value) FILTER (key = 'counts.conversations') AS BIGINT) AS conversations,
    max(value) FILTER (key = 'unit') AS unit, max(value) FILTER (key = 'gates_passed') = 'true' AS gates_passed,
    max(value) FILTER (key = 'policy_fingerprint') AS policy_fingerprint,
    max(value) FILTER (key = 'models.scorer') AS scorer, max(value) FILTER (key = 'code_version') AS code_version
  FROM run_manifest GROUP BY release
), chain(release, place) AS (
  SELECT release, 1 FROM facts
  WHERE baseline IS NULL OR baseline = release OR baseline NOT IN (SELECT release FROM facts)
  UNION ALL
  SELECT f.release, c.place + 1 FROM chain c JOIN facts f ON f.baseline = c.release AND f.release <> c.release
)
SELECT f.release, c.place, f.baseline, f.conversations, f.unit, f.gates_passed, f.policy_fingerprint, f.scorer,
  f.code_version, CASE WHEN f.conversations IS NULL THEN 'suppressed' ELSE 'shown' END AS status,
  CASE WHEN f.conversations IS NULL THEN 'floor' ELSE '' END AS reason
FROM facts f LEFT JOIN chain c USING (release) ORDER BY c.place NULLS LAST, f.release""",
    (
        ("release", "Release name."),
        (
            "place",
            "Place in the row of baselines: 1 has no baseline in this file, 2 was compared with such a one, and so on.",
        ),
        ("baseline", "Release that it was compared with; null where with none."),
        ("conversations", "Conversations looked at, rounded; null where suppressed."),
        ("unit", "`user`; or `conversation` where the input has no user ids, so that each counts as a user."),
        ("gates_passed", "Whether no gate failed; v_gates says which."),
        ("policy_fingerprint", "The same for the same policies: figures made by different ones are not quite alike."),
        ("scorer", "Digest of the scorer: rates by different scorers tell of the scorers, too."),
        ("code_version", "Version of the miner."),
        *WHY,
    ),
)

TREND = View(
    "v_trend",
    "How did each rate go from release to release? Each release's figure, and its difference from its baseline.",
    """WITH figures AS (
  SELECT release, label, dimension, value, rate, rate_low, rate_high, corrected, corrected_low, corrected_high,
    corrected_status, status, reason
  FROM released_rates
  UNION ALL
  SELECT release, label, 'trigger', trigger, share, share_low, share_high, NULL, NULL, NULL, NULL, status, reason
  FROM released_triggers
)
SELECT f.label, f.dimension, f.value, r.place, f.release, r.baseline, f.rate, f.rate_low, f.rate_high, f.corrected,
  f.corrected_low, f.corrected_high, f.corrected_status, 100 * c.difference AS points,
  100 * c.difference_low AS points_low, 100 * c.difference_high AS points_high,
  CASE WHEN r.baseline IS NULL THEN 'no baseline' ELSE coalesce(c.verdict, 'not comparable') END AS verdict,
  f.status, f.reason
FROM figures f LEFT JOIN v_releases r USING (release)
LEFT JOIN released_comparison c USING (release, label, dimension, value)
ORDER BY f.label, f.dimension, f.value, r.place NULLS LAST, f.release""",
    (
        ("label", "`distress` or `joy`."),
        ("dimension", "As in v_rates; `trigger` is about shares of what was flagged."),
        ("value", "Value of the dimension."),
        ("place", "Place of the release in the row of baselines, as in v_releases."),
        ("release", "Release name."),
        ("baseline", "Release that it was compared with; null where with none."),
        *interval("rate", "Raw rate, or share"),
        *interval("corrected", "Rate corrected for the scorer's measured error"),
        ("corrected_status", "`estimated`, `adjudicated`, `not estimable` or `suppressed`; null for a share."),
        ("points", "Difference from the baseline in percentage points; null where there is none to tell."),
        ("points_low", "Lower end of its 95 % interval."),
        ("points_high", "Upper end of its 95 % interval."),
        ("verdict", "`higher`, `lower`, `no difference seen`, `not comparable` or `no baseline`."),
        *WHY,
    ),
)

ADJUSTED = View(
    "v_adjusted",
    "Did the rate change, or only the usage? Both rates weighted to a common mix of surfaces, languages or lengths.",
    """SELECT release, baseline, label, adjusted_for, rate, baseline_rate, 100 * difference AS points,
  100 * difference_low AS points_low, 100 * difference_high AS points_high, 100 * detectable AS detectable_points,
  verdict, warning, status, reason
FROM released_adjusted ORDER BY release, label, adjusted_for""",
    (
        ("release", "Release name."),
        ("baseline", "Release that it was compared with."),
        ("label", "`distress` or `joy`."),
        ("adjusted_for", "What was evened out: surface, language or length, one at a time."),
        ("rate", "Rate in this release, weighted."),
        ("baseline_rate", "Rate in the baseline, weighted to the same mix."),
        ("points", "Difference in percentage points; null where there is none to tell."),
        ("points_low", "Lower end of its 95 % interval."),
        ("points_high", "Upper end of its 95 % interval."),
        ("detectable_points", "Smallest rise, in percentage points, found with 80 % power."),
        ("verdict", "`higher`, `lower`, `no difference seen`, `unclear` (see the warning) or `not comparable`."),
        ("warning", "`poor overlap` or `partly hidden`: the mix could not be evened out."),
        *WHY,
    ),
)

TERMS = View(
    "v_terms",
    "Which words are typical of a cluster? One row a word; a cluster without one has a row without a word.",
    """SELECT c.release, c.label, c.cluster, c.trigger, t.rank, t.term, t.users, c.status, c.reason
FROM released_clusters c LEFT JOIN released_terms t USING (release, label, cluster)
ORDER BY c.release, c.label, c.cluster < 0, c.cluster, t.rank""",
    (
        *WHO,
        ("cluster", "Cluster number within release and label; -1 is unclustered."),
        ("trigger", "Most common trigger of the cluster."),
        ("rank", "1 is the most typical word of the cluster."),
        ("term", "The word; null where no word has enough users behind it, or the cluster is suppressed."),
        ("users", "Distinct users behind the word in that cluster, rounded."),
        *WHY,
    ),
)

COVERAGE = View(
    "v_coverage",
    "What was looked at, and what could not be scored? A count of the trial, no estimate: it has no interval.",
    """SELECT c.release, c.measure, c.value, c.conversations, t.total,
  CASE WHEN c.conversations IS NOT NULL AND t.total > 0 THEN least(1, c.conversations / t.total) END AS share,
  c.status, c.reason, c.as_of
FROM released_coverage c LEFT JOIN (
  SELECT release, sum(conversations) AS total FROM released_coverage WHERE measure = 'user_id' GROUP BY release
) t USING (release)
ORDER BY c.release, c.measure, c.conversations DESC NULLS LAST, c.value""",
    (
        ("release", "Release name."),
        ("measure", "language, not_scored or user_id."),
        ("value", "Value of the measure."),
        ("conversations", "Conversations, rounded; null where suppressed."),
        ("total", "Conversations looked at: those with and without a user id, without what is suppressed of these."),
        ("share", "conversations / total, 0 to 1, both rounded; null where suppressed."),
        *WHY,
        AS_OF,
    ),
)


def hidden(tables: tuple[tuple[str, bool], ...]) -> View:
    """The view that says how much of each table is hidden. tables: (name, has a label)."""
    parts = [
        f"SELECT release, '{name}' AS table_name, {'label' if has_label else 'NULL'} AS label, status FROM {name}"
        for name, has_label in tables
    ]
    return View(
        "v_hidden",
        "How much is hidden? Rows of each table, and how many of them are suppressed; v_suppressed lists these.",
        "SELECT release, table_name, label, count(*) AS rows, count(*) FILTER (status = 'suppressed') AS hidden,\n"
        "  hidden / rows AS share\nFROM (\n"
        + "\nUNION ALL ".join(parts)
        + ") GROUP BY release, table_name, label ORDER BY release, table_name, label",
        (
            ("release", "Release name."),
            ("table_name", "Table of this file."),
            ("label", "`distress` or `joy`; null where the table has no label."),
            ("rows", "Rows of the table for that release and label."),
            ("hidden", "Suppressed ones of those."),
            ("share", "hidden / rows, 0 to 1: counted, so it has no interval."),
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
    quoted = {code: text.replace("'", "''") for code, text in reasons.items()}
    meanings = " ".join(f"WHEN '{code}' THEN '{text}'" for code, text in quoted.items())
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


RELEASE_VIEWS = (RELEASES, TREND, ADJUSTED, TERMS, COVERAGE)
