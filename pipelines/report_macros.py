"""The macros of the released database: what an analyst would else type again and again, with parameters.

Two make text of figures, in the words and digits of the report; the others are asked as tables: `FROM trend('joy')`.
A label or dimension that there is not is refused, as an empty answer would read as "nothing was found".
"""

from __future__ import annotations

from dataclasses import dataclass

from schemas.labels import Label
from schemas.released import DIMENSIONS


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro: name, parameters (with defaults, as SQL), meaning, SQL body, and whether it is asked as a table."""

    name: str
    parameters: tuple[str, ...]
    doc: str
    sql: str
    table: bool = True

    def statements(self) -> tuple[str, str]:
        """SQL that makes the macro and comments it."""
        kind, body = ("TABLE ", f"TABLE {self.sql}") if self.table else ("", self.sql)
        doc = self.doc.replace("'", "''")
        return (
            f"CREATE MACRO {self.name}({', '.join(self.parameters)}) AS {body}",
            f"COMMENT ON MACRO {kind}{self.name} IS '{doc}'",
        )


def _one_of(parameter: str, values: tuple[str, ...], what: str) -> str:
    """SQL of `parameter`, which stops the query where it is none of `values`."""
    listed = ", ".join(f"'{value}'" for value in values)
    return (
        f"CASE WHEN {parameter} IN ({listed}) THEN {parameter} ELSE error('{what} is one of: {', '.join(values)}') END"
    )


def _number(value: str, like: str) -> str:
    """SQL of `value` as per cent in the decimals of the share `like`: two under 1 %, none for 0 % and from 99.95 %."""
    hundred = f"100 * CAST({value} AS DOUBLE)"
    size = f"abs(CAST({like} AS DOUBLE))"
    return (
        f"CASE WHEN {size} = 0 OR {size} >= 0.9995 THEN printf('%.0f', {hundred})"
        f" WHEN {size} < 0.00995 THEN printf('%.2f', {hundred}) ELSE printf('%.1f', {hundred}) END"
    )


_LABEL = _one_of("of_label", tuple(label.value for label in Label), "a label")
_SPLIT = _one_of("of_dimension", DIMENSIONS, "a dimension")
_TREND_SPLIT = _one_of("of_dimension", (*DIMENSIONS, "trigger"), "a dimension")

PERCENT = Macro(
    "percent",
    ("share",),
    "A share, 0 to 1, as text: percent(0.034) is 3.4 %. Null stays null.",
    f"{_number('share', 'share')} || ' %'",
    table=False,
)

WITH_INTERVAL = Macro(
    "with_interval",
    ("share", "low", "high", "status", "reason"),
    "A share with its 95 % interval as text: 3.4 % (2.4 to 4.8 %). A suppressed one reads suppressed with its reason;"
    " one of which only a bound is known, at most or at least so much; else not estimable. Never empty.",
    f"""CASE
  WHEN coalesce(status, '') <> 'shown' THEN coalesce(status, 'no status') || coalesce(': ' || nullif(reason, ''), '')
  WHEN share IS NOT NULL AND low IS NOT NULL AND high IS NOT NULL THEN {_number("share", "share")} || ' % (' ||
    {_number("low", "share")} || ' to ' || {_number("high", "share")} || ' %)'
  WHEN share IS NOT NULL THEN {_number("share", "share")} || ' % (interval not given)'
  WHEN high IS NOT NULL AND coalesce(low, 0) = 0 THEN 'at most ' || {_number("high", "high")} || ' %'
  WHEN high IS NOT NULL THEN {_number("low", "high")} || ' to ' || {_number("high", "high")} || ' %'
  WHEN low IS NOT NULL THEN 'at least ' || {_number("low", "low")} || ' %'
  ELSE 'not estimable' END""",
    table=False,
)

RATES_OF = Macro(
    "rates_of",
    ("of_label", "of_dimension := 'all'"),
    "FROM rates_of('joy') or rates_of('distress', 'surface'): the rates of a label by one dimension (all, surface,"
    " week, language, situation, length), as figures and as text.",
    f"""SELECT release, value, conversations, flagged, rate, rate_low, rate_high,
  with_interval(rate, rate_low, rate_high, status, reason) AS rate_text,
  corrected, corrected_low, corrected_high, corrected_status,
  with_interval(corrected, corrected_low, corrected_high, status, reason) AS corrected_text, status, reason
FROM v_rates WHERE label = {_LABEL} AND dimension = {_SPLIT} ORDER BY release, value""",
)

TRIGGERS_OF = Macro(
    "triggers_of",
    ("of_label",),
    "FROM triggers_of('distress'): the triggers of a label, the highest lift first: share of what was flagged, rate"
    " where the situation is there, and how many times the overall rate that is. Suppressed ones come last.",
    f"""SELECT release, trigger, with_interval(share, share_low, share_high, status, reason) AS share_text,
  with_interval(rate, rate_low, rate_high, status, reason) AS rate_text, rate, rate_low, rate_high, lift, lift_low,
  lift_high, status, reason
FROM v_triggers WHERE label = {_LABEL} ORDER BY release, status <> 'shown', lift DESC NULLS LAST, trigger""",
)

TREND_OF = Macro(
    "trend",
    ("of_label", "of_dimension := 'all'", "of_value := 'all'"),
    "FROM trend('distress'), trend('joy', 'surface', 'chat') or trend('distress', 'trigger', 'abuse'): one rate from"
    " release to release, a row for every release of the file, in the order of their baselines. A release that has no"
    " such row reads absent: nothing of that kind was seen, or it was too little and stands in other.",
    f"""SELECT r.place, r.release, t.rate, t.rate_low, t.rate_high,
  with_interval(t.rate, t.rate_low, t.rate_high, coalesce(t.status, 'absent'), coalesce(t.reason, '')) AS rate_text,
  r.baseline, t.points, t.points_low, t.points_high, coalesce(t.verdict, 'not comparable') AS verdict,
  coalesce(t.status, 'absent') AS status, coalesce(t.reason, '') AS reason
FROM v_releases r LEFT JOIN v_trend t
  ON t.release = r.release AND t.label = {_LABEL} AND t.dimension = {_TREND_SPLIT} AND t.value = of_value
ORDER BY r.place NULLS LAST, r.release""",
)

MEANING_OF = Macro(
    "meaning_of",
    ("of_name",),
    "FROM meaning_of('v_rates'): what a table, view, macro or column means; of a table or view, each column too.",
    """SELECT table_name, column_name, kind, type, meaning FROM data_dictionary
WHERE table_name = of_name OR column_name = of_name ORDER BY table_name, column_name""",
)

MACROS = (PERCENT, WITH_INTERVAL, RATES_OF, TRIGGERS_OF, TREND_OF, MEANING_OF)
"""Every macro, each after those that it uses."""
