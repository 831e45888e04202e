"""The terminal's summary: the result in about a dozen lines, whatever is hidden."""

from __future__ import annotations

from pipelines.summary import summary
from tests.unit.report_made_up import made_up, manifest

BEFORE = made_up("trial-a", 60, 85)


def test_both_rates_the_change_and_the_triggers_are_said() -> None:
    text = summary(made_up(against=BEFORE), manifest())
    assert "Expressed distress: raw rate 7.8 % (6.3 to 9.5 %); corrected 6.4 % (3.8 to 10.5 %)" in text
    assert "Expressed distress: higher than in trial-a. 7.8 % against 4.1 %: +3.7 points" in text
    assert "Strong expressed joy: no difference seen. 5.4 % against 5.7 %: -0.3 points" in text
    assert "one under 2.5 points may well have been missed" in text
    assert "Triggers of expressed distress: task failure or criticism (30.4 %)" in text
    assert "An expression is not an experience" in text
    assert 10 <= len(text.splitlines()) <= 18


def test_what_is_hidden_and_what_failed_is_said() -> None:
    text = summary(made_up(distress=None, estimable=False, failed=True), manifest(baseline=None))
    assert "Expressed distress: raw rate suppressed (too few to show); corrected suppressed (too few to show)" in text
    assert "corrected not estimable" in text
    assert "Triggers of expressed distress: none can be shown" in text
    assert "Gates: 1 failed, 1 warned, 3 passed, 1 not applicable." in text
    gate = "  FAILED max_distress_rate: Raw rate of expressed distress 7.8 % (6.3 % to 9.5 %)"
    assert text.index(gate) < text.index("  warned min_distress_recall: Scorer's recall for distress 47.3 %")
    assert "(fails unless at most 5.0 %)" in text
    assert "no baseline" in text


def test_a_change_that_cannot_be_told_is_called_so() -> None:
    text = summary(made_up(distress=None, against=BEFORE), manifest())
    assert "Expressed distress: not comparable, as the rate of trial-a or of this release is suppressed." in text


def test_every_terminal_can_print_it() -> None:
    for tables in (made_up(against=BEFORE), made_up(distress=None, joy=None, against=BEFORE)):
        assert summary(tables, manifest()).isascii()
