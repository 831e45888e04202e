"""Policies that name classifiers by others: what they must hold, and that mistakes are told before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from schemas.errors import UsageError
from schemas.labels import Affect
from schemas.policy import FlagPolicy, Policies, ScorePolicy
from schemas.policy_file import load_policies
from schemas.policy_plug import MultilingualPolicy
from schemas.thresholds import Thresholds

LABELS = ("bad=-1", "none = 0", "a=b=2")
SCORE: dict[str, Any] = {"model": "folder", "labels": LABELS, "languages": ("en",)}
OTHER: dict[str, Any] = {"model": "folder", "labels": LABELS, "distress_threshold": 0.4, "joy_threshold": 0.9}


def test_a_policy_file_names_both(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(
        '[score]\nmodel = "m"\nlabels = ["x=-2", "y=2"]\nlanguages = ["en"]\ncontext = true\n'
        "[flag]\ndistress_threshold = 0.5\njoy_threshold = 0.5\n"
        '[multilingual]\nmodel = "n"\nlabels = ["x=-1", "y=2"]\ndistress_threshold = 0.4\njoy_threshold = 0.9\n'
    )
    found = load_policies(path)
    assert found.score.plug is not None and found.score.plug.context
    assert found.multilingual.plug is not None and not found.multilingual.plug.context
    assert found.multilingual.plug.levels == {"x": Affect.MILD_DISTRESS, "y": Affect.STRONG_JOY}
    path.write_text("[score]\ncontext = 1\n")
    with pytest.raises(UsageError, match="'context': must be true or false"):
        load_policies(path)


def test_a_label_may_hold_an_equals_sign() -> None:
    plug = ScorePolicy(**SCORE).plug
    assert plug is not None
    assert plug.levels == {"bad": Affect.MILD_DISTRESS, "none": Affect.NEUTRAL, "a=b": Affect.STRONG_JOY}


@pytest.mark.parametrize("labels", [("bad",), ("bad=-3", "x=2"), ("=-1", "x=2"), ("bad=x", "x=2"), ("a=-1", "a=2"),
                                    ("bad=-1", "x=1"), ("x=0", "y=2")])  # fmt: skip
def test_a_map_that_means_nothing_or_leaves_a_rate_at_zero_is_refused(labels: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match=r"policy \[score\], field 'labels'"):
        ScorePolicy(**SCORE | {"labels": labels})
    with pytest.raises(UsageError, match=r"policy \[multilingual\], field 'labels'"):
        MultilingualPolicy(**OTHER | {"labels": labels})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model": "embedded"}, "'model'"),
        ({"languages": ()}, "'languages'"),
        ({"languages": ("German",)}, "'languages'"),
        ({"labels": ()}, "'labels'"),
        ({"labels": (), "languages": (), "context": True}, "'labels'"),
    ],
)
def test_a_plugged_scorer_needs_model_labels_and_languages(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        ScorePolicy(**SCORE | changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model": ""}, "'model'"),
        ({"labels": ()}, "'labels'"),
        ({"distress_threshold": None}, "'distress_threshold'"),
        ({"joy_threshold": None}, "'joy_threshold'"),
        ({"joy_threshold": 1.0}, "'joy_threshold'"),
    ],
)
def test_a_second_model_needs_labels_and_thresholds_of_its_own(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        MultilingualPolicy(**OTHER | changes)


@pytest.mark.parametrize("missing", ["distress_threshold", "joy_threshold"])
def test_a_plugged_scorer_needs_thresholds_from_the_policy(missing: str) -> None:
    named: dict[str, Any] = {name: 0.5 for name in ("distress_threshold", "joy_threshold") if name != missing}
    with pytest.raises(UsageError, match=rf"policy \[flag\], field '{missing}'.*validation"):
        Policies(score=ScorePolicy(**SCORE), flag=FlagPolicy(**named))


def test_each_model_has_its_own_thresholds() -> None:
    card = {"thresholds": {"distress": 0.2, "joy": 0.8}}
    policies = Policies(multilingual=MultilingualPolicy(**OTHER), flag=FlagPolicy(joy_threshold=0.7))
    found = Thresholds.chosen(card, policies, ("en", "und"))
    assert found.of("en") == found.of("und") == {"distress": 0.2, "joy": 0.7}
    assert found.of("de") == {"distress": 0.4, "joy": 0.9}
    assert Thresholds.read(found.plain()) == found
    alone = Thresholds.chosen(card, Policies(), ("en", "und"))
    assert alone.of("de") == alone.own and alone.validated is None
    assert alone.plain() == card["thresholds"] and Thresholds.read(alone.plain()) == alone
