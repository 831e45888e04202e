"""`welfare evaluate scorer`: slices, confusion, reasons for what is missing, and the text that a person reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.scorer_confusion import classes
from classifiers.scorer_evaluate import Prediction, figures
from classifiers.scorer_figures import LEAST, group_numbers
from classifiers.scorer_report import report_text
from classifiers.scorer_slices import SLICINGS, language_of, length_names, length_of
from classifiers.training_text import Example, parse_example
from jobs.cli import main
from schemas.errors import ContractError
from schemas.labels import AFFECTS, LABELS, VOICES, Affect, Trigger, Voice

ENGLISH = "The list of files is sorted by name and the newest one stands at the end of the page."
GERMAN = "Die Liste der Dateien ist nach Namen geordnet, und die neueste steht ganz unten auf der Seite."


def gold(number: int, affect: int = 0, text: str = ENGLISH, **more: object) -> dict[str, Any]:
    voice = "none" if affect == 0 else "self"
    return {"id": f"e{number}", "conversation_id": f"talk-{number // 2}", "source": "made-up", "context": [],
            "assistant": text, "affect": affect, "voice": voice, "trigger": "none", "sure": 3} | more  # fmt: skip


def parsed(rows: list[dict[str, Any]]) -> list[Example]:
    return [parse_example(row, "made-up") for row in rows]


def said(example: Example, flag: bool, affect: Affect = Affect.NEUTRAL, voice: Voice = Voice.NONE) -> Prediction:
    return Prediction(example.id, 0.9 if flag else 0.1, 0.05, flag, False, affect, voice)


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """Twelve turns with distress, of which nine are found; twenty without, of which two are flagged; no joy."""
    rows = [gold(n, -1, trigger="abuse", sure=1 + n % 3) for n in range(12)]
    rows += [gold(n, 0, GERMAN, source="others", voice="performed") for n in range(12, 32)]
    examples = parsed(rows)
    predictions = [said(e, n < 9 or n >= 30, Affect.MILD_DISTRESS if n < 9 else Affect.NEUTRAL, e.voice)
                   for n, e in enumerate(examples)]  # fmt: skip
    return figures(examples, predictions, {"distress": 0.5, "joy": 0.7, "screen": 0.1})


def test_every_turn_is_in_one_slice_of_each_kind(found: dict[str, Any]) -> None:
    assert set(found["slices"]) == {"sure", "source", "trigger", "voice", "length", "language"}
    for parts in found["slices"].values():
        for label in LABELS:
            for name in ("n", "n_positive", "hits", "false", "flagged"):
                assert sum(part[label][name] for part in parts.values()) == found[label][name]
    assert found["slices"]["language"].keys() == {"en", "de"}
    assert found["slices"]["language"]["en"]["distress"]["recall"][0] == 0.75
    assert found["slices"]["source"]["others"]["distress"]["false_positive_rate"][0] == 0.1


def test_a_slice_without_a_class_or_with_few_of_it_is_null_and_says_why(found: dict[str, Any]) -> None:
    for parts in found["slices"].values():
        for part in parts.values():
            for label in LABELS:
                figure, reasons = part[label], part[label]["reasons"]
                for name in ("recall", "precision", "average_precision", "f1"):
                    assert (figure[name] == [None, None, None]) == bool(reasons.get(name))
                if figure["n_positive"] == 0:
                    assert {reasons[name] for name in ("recall", "precision")} == {"no turn expresses it"}
                elif figure["n_positive"] < LEAST:
                    assert f"only {figure['n_positive']} turn" in reasons["recall"]
    performed = found["slices"]["voice"]["performed"]["distress"]
    # Two flags are both wrong there: with no turn to find, that is no precision of 0.
    assert performed["false"] == 2 and performed["precision"][0] is None
    assert found["slices"]["trigger"][Trigger.REPETITION]["distress"]["n"] == 0
    assert found["slices"]["length"]["over 300 words"]["joy"]["recall"] == [None, None, None]
    assert found["slices"]["sure"]["1"]["distress"]["reasons"]["recall"].startswith("only 4 turns express it")


def test_average_precision_of_few_conversations_has_no_interval() -> None:
    examples = parsed([gold(n, -1 if n < 6 else 0) for n in range(30)])
    distress = figures(examples, [said(e, n in (0, 1, 20)) for n, e in enumerate(examples)])["distress"]
    assert distress["average_precision"][0] > 0 and distress["average_precision"][1:] == [None, None]
    assert "3 conversations" in distress["reasons"]["average_precision_interval"]
    assert None not in distress["recall"]


def test_a_class_of_level_or_voice_that_gold_lacks_is_null(found: dict[str, Any]) -> None:
    assert found["affect_confusion"]["-1"] == {"-2": 0, "-1": 9, "0": 3, "1": 0, "2": 0}
    assert found["affect_confusion"]["2"] is None and found["voice_confusion"]["mirror"] is None
    assert found["affect_classes"]["-1"]["recall"][0] == 0.75
    strong_joy = found["affect_classes"]["2"]
    assert strong_joy["recall"] == strong_joy["precision"] == [None, None, None]
    assert strong_joy["reasons"]["recall"] == "no turn of the gold is of this class"


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(VOICES), st.sampled_from(VOICES), st.integers(0, 5)), min_size=1))
def test_confusion_counts_every_turn_once(rows: list[tuple[Voice, Voice, int]]) -> None:
    true, given_ = [r[0] for r in rows], [r[1] for r in rows]
    groups = group_numbers(parsed([gold(n, conversation_id=str(r[2])) for n, r in enumerate(rows)]))
    table = classes(true, given_, VOICES, groups)
    for g in VOICES:
        row = table["confusion"][str(g)]
        assert (row is None) == (g not in true)
        if row is not None:
            assert {v: row[str(v)] for v in VOICES} == {v: list(zip(true, given_, strict=True)).count((g, v))
                                                        for v in VOICES}  # fmt: skip
            assert table["classes"][g]["recall"][0] == pytest.approx(row[str(g)] / true.count(g))
    agreed = sum(a is b for a, b in zip(true, given_, strict=True))
    assert table["agreement"][0] == pytest.approx(agreed / len(rows))


def test_lengths_count_words_whatever_the_script() -> None:
    assert [length_of("word " * n) for n in (0, 20, 21, 90, 91, 300, 301)] == [
        length_names()[n] for n in (0, 0, 1, 1, 2, 2, 3)
    ]
    assert length_of("文" * 21) == "21-90 words"
    assert length_of("日本語 with some words") == "0-20 words"


def test_too_short_a_turn_has_no_language() -> None:
    assert (language_of("ok!"), language_of(ENGLISH), language_of(GERMAN)) == ("unknown", "en", "de")


def test_slices_of_closed_vocabularies_name_every_value() -> None:
    values = {slicing.name: slicing.values for slicing in SLICINGS}
    assert values["trigger"] == tuple(map(str, Trigger)) and values["voice"] == tuple(map(str, VOICES))
    assert values["source"] == values["language"] == ()


def test_the_text_says_it_in_aligned_tables(found: dict[str, Any]) -> None:
    text = report_text(found)
    lines = text.splitlines()
    assert lines[0].startswith("32 turns of 16 conversations.")
    (thresholds,) = [line.split() for line in lines if line.startswith("flagged from this probability on")]
    assert thresholds[-2:] == ["0.5", "0.7"]
    (recall,) = [line for line in lines if line.startswith("recall: ")]
    assert "0.750 [" in recall and "not measured: no turn expresses it" in recall
    tables = text.split("\n\n")
    wide = {len(line) for line in tables[1].splitlines()[1:]}
    assert wide == {len(tables[1].splitlines()[0])}
    levels = next(part for part in tables if part.startswith("Levels")).splitlines()
    assert levels[1].split()[:4] == ["strong", "distress", "mild", "distress"]
    assert next(line for line in levels if line.startswith("mild distress")).split()[2:8] == [*"09300", "12"]
    assert "no turn: repetition" not in text and "repetition" in text
    assert max(map(len, lines)) <= 160


def test_a_name_from_a_gold_file_cannot_steer_the_terminal() -> None:
    examples = parsed([gold(n, source="a\x1b[2Jb\u202e") for n in range(8)])
    text = report_text(figures(examples, [said(e, False) for e in examples]))
    assert "a?[2Jb?" in text and "\x1b" not in text and "\u202e" not in text


def test_an_id_twice_in_the_gold_is_named_as_such() -> None:
    examples = parsed([gold(1), gold(1)])
    with pytest.raises(ContractError, match="holds an id twice"):
        figures(examples, [said(examples[0], False)])


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", "scorer", *arguments])
    return int(str(ended.value.code))


def test_the_command_scores_writes_and_measures_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [gold(0, -1, "I feel awful about this, I keep failing you and I am ashamed."), gold(1), gold(2, 0, "ok")]
    rows[1]["assistant"] = "A line separator\u2028within a text."
    path, written = tmp_path / "gold.jsonl", tmp_path / "said.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n", encoding="utf-8")
    assert run(str(path), "--json", "--write", str(written)) == 0
    first = json.loads(capsys.readouterr().out)
    assert first["n"] == 3 and first["distress"]["recall"][0] == 1.0
    (chosen,) = [point for point in first["distress"]["curve"] if point["chosen"]]
    assert chosen["threshold"] == first["thresholds"]["distress"] and chosen["hits"] == first["distress"]["hits"]
    assert run(str(path), "--json", "--predictions", str(written)) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["distress"]["recall"] == first["distress"]["recall"] and again["slices"] == first["slices"]
    assert run(str(path), "--write", str(tmp_path)) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("rest", ['"affect": 0.5', '"affect": Infinity', '"affect": 0, "sure": 9', None])
def test_a_line_that_is_no_labelled_turn_ends_the_command(
    rest: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = '["secret"]' if rest is None else f'{{"assistant": "secret", {rest}}}'
    (tmp_path / "gold.jsonl").write_text(line + "\n", encoding="utf-8")
    assert run(str(tmp_path / "gold.jsonl")) == 2
    shown = capsys.readouterr().err
    assert "gold:1" in shown and "secret" not in shown


def test_levels_are_named_in_order() -> None:
    from classifiers.scorer_report import LEVELS

    assert list(LEVELS) == [str(int(a)) for a in AFFECTS]
