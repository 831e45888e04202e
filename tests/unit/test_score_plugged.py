"""Conversations in other languages, scored by a second model: who scores what, at which threshold, and what of it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.scorer import load_scorer
from classifiers.scorer_plugin import PluggedScorer, scorer_of
from jobs.commands.evaluate import command as evaluate
from jobs.runner import _models
from pipelines.flag import flag_row
from pipelines.score import score_rows
from schemas.errors import UsageError
from schemas.policy import FlagPolicy, Policies, ScorePolicy
from schemas.policy_plug import MultilingualPolicy
from schemas.row_level import SCORED
from schemas.thresholds import Thresholds
from tests.unit.plugged_model import CALM, LABELS, SAD, make_model

ENGLISH = "I feel awful about this, I keep failing you and I am ashamed of how badly I am doing."
FRENCH = "Je suis désolé, mais je ne trouve pas cette fonction dans la bibliothèque que vous avez nommée."


pytestmark = pytest.mark.usefixtures("no_network")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("plug") / "model")


@pytest.fixture(scope="module")
def other(folder: Path) -> PluggedScorer:
    plug = second(folder).plug
    assert plug is not None
    return PluggedScorer(plug)


def second(folder: Path, **changes: Any) -> MultilingualPolicy:
    named: dict[str, Any] = {"languages": ("de",), "distress_threshold": 0.5, "joy_threshold": 0.9} | changes
    return MultilingualPolicy(str(folder), LABELS, **named)


def row(number: int, *said: str) -> dict[str, Any]:
    """A row of SCRUBBED: the user asks in the language of the first answer."""
    turns = []
    for text in said:
        turns.append({"role": "user", "text": text, "thinking": "", "generated": False})
        turns.append({"role": "assistant", "text": text, "thinking": "", "generated": True})
    return {"conversation_key": f"c{number}", "user_key": "u", "has_user": True, "release": "r", "surface": "chat",
            "day": date(2026, 9, 1), "ended_by": "user", "version": f"v{number}", "turns": turns, "masked": 0,
            "scrub_failed": False}  # fmt: skip


ROWS = [row(0, ENGLISH), row(1, CALM, SAD), row(2, FRENCH), row(3, CALM), row(4, "ok"), row(5, " ")]


def test_without_a_second_model_other_languages_are_told_and_not_scored() -> None:
    out = score_rows(ROWS, load_scorer(), ScorePolicy(), 0.0)
    told = [(o["language"], o["not_scored"], len(o["scores"])) for o in out]
    assert told == [("en", "", 1), ("de", "language", 0), ("fr", "language", 0), ("de", "language", 0), ("und", "", 1),
                    ("und", "no_text", 0)]  # fmt: skip


def test_a_second_model_scores_its_languages_and_leaves_the_others_as_they_were(other: PluggedScorer) -> None:
    alone = score_rows(ROWS, load_scorer(), ScorePolicy(), 0.0)
    out = score_rows(ROWS, load_scorer(), ScorePolicy(), 0.0, other)
    assert [o["not_scored"] for o in out] == ["", "", "language", "", "", "no_text"]
    assert [out[n] for n in (0, 2, 4, 5)] == [alone[n] for n in (0, 2, 4, 5)]
    assert all(set(o) == set(SCORED.names) for o in out)
    calm, sad = out[1]["scores"]
    assert sad["p_distress"] > 0.9 > 0.1 > calm["p_distress"]
    assert sad["scored"] and sad["weight"] == 1.0 and sad["trigger"]
    assert pa.Table.from_pylist(out, schema=SCORED.arrow).num_rows == len(ROWS)


@settings(deadline=None, max_examples=15)
@given(st.lists(st.sampled_from(range(len(ROWS))), max_size=8))
def test_a_conversations_scores_do_not_depend_on_its_batch(other: PluggedScorer, drawn: list[int]) -> None:
    together = score_rows([ROWS[n] for n in drawn], load_scorer(), ScorePolicy(), 0.0, other)
    for n, found in zip(drawn, together, strict=True):
        assert [found] == score_rows([ROWS[n]], load_scorer(), ScorePolicy(), 0.0, other)


def test_a_conversation_is_flagged_at_the_threshold_of_the_model_that_scored_it(
    folder: Path, other: PluggedScorer
) -> None:
    card, own = load_scorer().card, (*load_scorer().languages, "und")
    for least, expected in ((0.5, True), (0.9999, False)):
        policies = Policies(multilingual=second(folder, distress_threshold=least))
        thresholds = Thresholds.chosen(card, policies, own)
        found = score_rows(ROWS[:2], load_scorer(), policies.score, 0.0, other)
        flags = [flag_row(o, policies.flag, thresholds.of(o["language"]), 0.0)["distress"]["flagged"] for o in found]
        assert flags == [True, expected]


def test_a_model_by_others_can_be_the_only_scorer_and_no_screen_stands_before_it(folder: Path) -> None:
    policy = ScorePolicy(model=str(folder), labels=LABELS, languages=("de",))
    out = score_rows(ROWS, scorer_of(policy), policy, 0.0)
    assert [o["not_scored"] for o in out] == ["language", "", "language", "", "", "no_text"]
    assert all(s["scored"] and s["weight"] == 1.0 and s["screen"] == 1.0 for o in out for s in o["scores"])


def test_what_is_wrong_is_told_before_the_run_begins(folder: Path, tmp_path: Path) -> None:
    models, thresholds, card = _models(Policies(multilingual=second(folder)))
    assert set(models) == {"scorer", "scrubber", "multilingual_scorer"}
    assert thresholds.of("de") == {"distress": 0.5, "joy": 0.9}
    assert thresholds.of("en") == card["thresholds"]
    plugged = ScorePolicy(model=str(folder), labels=LABELS, languages=("de",))
    models, thresholds, card = _models(Policies(score=plugged, flag=FlagPolicy(0.6, 0.7)))
    assert thresholds.own == {"distress": 0.6, "joy": 0.7} and card["validation"] == {}
    assert models["scorer"] == scorer_of(plugged).digest
    with pytest.raises(UsageError, match=r"\[multilingual\], field 'model'"):
        _models(Policies(multilingual=second(tmp_path)))


def test_a_model_by_others_is_measured_like_any(folder: Path, tmp_path: Path) -> None:
    gold, policy, said = tmp_path / "gold.jsonl", tmp_path / "policy.toml", tmp_path / "said.jsonl"
    kinds = {"sad": (SAD, -1, "self"), "calm": (CALM, 0, "none")}
    lines = [
        {"id": f"{name}{n}", "context": [{"role": "user", "content": "Hallo?"}], "assistant": text, "affect": affect,
         "voice": voice, "trigger": "other"}
        for name, (text, affect, voice) in kinds.items() for n in range(3)
    ]  # fmt: skip
    gold.write_text("".join(json.dumps(line) + "\n" for line in lines))
    policy.write_text(
        f'[score]\nmodel = "{folder}"\nlabels = {json.dumps(LABELS)}\nlanguages = ["de"]\n'
        "[flag]\ndistress_threshold = 0.5\njoy_threshold = 0.5\n"
    )
    done = CliRunner().invoke(
        evaluate, ["scorer", str(gold), "--config", str(policy), "--write", str(said), "--json"], standalone_mode=False
    )
    assert done.exception is None
    found = json.loads(done.output)
    assert found["distress"]["recall"][0] == found["distress"]["precision"][0] == 1.0
    assert found["joy"]["recall"] == [None, None, None]
    assert [json.loads(line)["distress"] for line in said.read_text().splitlines()] == [True] * 3 + [False] * 3
    both = CliRunner().invoke(evaluate, ["scorer", str(gold), "--config", str(policy), "--model", "x"])
    assert isinstance(both.exception, UsageError)
