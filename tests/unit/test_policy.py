"""Policies: checked when made, read from one file, unknown keys refused."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import UsageError
from schemas.policy import DisclosurePolicy, FlagPolicy, Policies, ScrubPolicy
from schemas.policy_file import fingerprint, load_policies, resolved
from schemas.policy_gate import GatePolicy


def write(folder: Path, text: str) -> Path:
    path = folder / "policy.toml"
    path.write_text(text)
    return path


def test_no_file_means_defaults() -> None:
    assert load_policies(None) == Policies()


def test_a_file_changes_only_what_it_names(tmp_path: Path) -> None:
    found = load_policies(write(tmp_path, '[flag]\ndistress_threshold = 0.4\n[scrub]\nsurfaces = ["chat"]\n'))
    assert found.flag.distress_threshold == 0.4
    assert found.scrub.surfaces == ("chat",)
    assert found.disclosure == DisclosurePolicy()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[flags]\nx = 1\n", "unknown sections of the policy file: flags"),
        ("[flag]\nthreshold = 1\n", "unknown fields of [flag]: threshold"),
        ("[flag]\npassage_turns = 1.5\n", "must be a whole number"),
        ("[flag]\npassage_turns = true\n", "must be a whole number"),
        ("[flag]\ndistress_threshold = 'high'\n", "must be a number"),
        ("[scrub]\nsurfaces = 'chat'\n", "must be a list of strings"),
        ("[score]\nmodel = 3\n", "must be a string"),
        ("[second_reader]\nallow_egress = 1\n", "must be true or false"),
        ("[second_reader]\nurl = true\n", "must be a string"),
        ("flag = 3\n", "must be a section"),
        ("[flag\n", "cannot be read as TOML"),
        ("[disclosure]\nmin_users = 1\n", "field 'min_users': must be between 2"),
        ("[scrub]\nnlp_engine = 'spacy'\n", "field 'nlp_model'"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_policies(write(tmp_path, text))
    assert said in str(caught.value)


def test_truth_values_are_read(tmp_path: Path) -> None:
    text = "[scrub]\nkeep_public_figures = true\n[second_reader]\nallow_egress = true\n"
    found = load_policies(write(tmp_path, text))
    assert found.scrub.keep_public_figures is True and found.second_reader.allow_egress is True


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not found"):
        load_policies(tmp_path / "none.toml")


@given(st.floats(allow_nan=False))
def test_a_share_outside_zero_to_one_is_refused(value: float) -> None:
    if 0.0 <= value <= 1.0:
        assert GatePolicy(max_distress_rate=value).max_distress_rate == value
    else:
        with pytest.raises(UsageError):
            GatePolicy(max_distress_rate=value)


def test_a_threshold_of_one_or_zero_is_refused() -> None:
    for value in (0.0, 1.0):
        with pytest.raises(UsageError):
            FlagPolicy(joy_threshold=value)


def test_every_field_of_every_policy_reaches_the_resolved_form_and_the_fingerprint() -> None:
    plain = resolved(Policies())
    assert set(plain) == {f.name for f in fields(Policies)}
    changed = Policies(scrub=ScrubPolicy(min_score=0.5))
    assert fingerprint(resolved(changed)) != fingerprint(plain)
    assert fingerprint(resolved(Policies())) == fingerprint(plain)
