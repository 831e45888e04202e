"""Labels without texts: the turns are found again by digest, and stay with the conversation they belong to."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.real_turns import COLUMNS, Transcript, labelled_turns, read_labels, shortened, turn_digest
from classifiers.scorer_choose import source_counts
from classifiers.scorer_evaluate import Prediction
from classifiers.scorer_folds import folds_of, hold_out
from classifiers.training_text import Example, parse_example
from classifiers.turn import ModelTurn
from jobs.public_transcripts import transcripts
from schemas.errors import UsageError
from schemas.labels import AFFECTS, SITUATIONS, Affect, Label, Voice

ASKED = (("user", "is it done"), ("assistant", "nearly"), ("user", "and now"))
ROW = {"affect": "-1", "voice": "self", "trigger": "task_failure", "situations": "task_failure", "sure": "2"}
ROW |= {"whole": "0"}


def gold(name: str, turn: ModelTurn, affect: int = 0, **more: object) -> Example:
    context = [{"role": role, "content": text} for role, text in turn.context]
    row = {"id": name, "group": name, "context": context, "assistant": turn.text, "affect": affect, "voice": "none"}
    return parse_example(row | more, "made-up")


def test_every_label_is_legal_and_names_a_turn_once() -> None:
    rows = read_labels()
    assert len(rows) > 6_000
    for digest, row in rows.items():
        assert len(digest) == 16
        assert int(digest, 16) >= 0
        assert Affect(int(row["affect"])) in AFFECTS
        assert Voice(row["voice"]) is Voice.SELF or row["affect"] == "0"
        noted = {s for s in row["situations"].split(",") if s not in ("-", "none", "other")}
        assert noted == {"?"} or noted <= set(SITUATIONS)
        assert float(row["stands_for"]) >= 1
        assert row["whole"] in ("0", "1")


@pytest.mark.parametrize("text", ["", "a\tb\nsecret\tsecret\n", "\t".join(COLUMNS) + "\nsecret\n"])
def test_a_file_that_holds_something_else_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "labels.tsv").write_text(text)
    with pytest.raises(UsageError, match=COLUMNS[0]) as caught:
        read_labels(tmp_path / "labels.tsv")
    assert "secret" not in str(caught.value)


@given(st.text(max_size=3000), st.text(max_size=900))
def test_what_labellers_see_is_short_and_names_the_same_turn(text: str, said: str) -> None:
    turn = ModelTurn((("user", said),), text)
    shown = shortened(turn)
    assert len(shown.text) <= 1005
    assert shortened(shown) == shown
    assert turn_digest(shown) == turn_digest(turn)


def test_white_space_does_not_part_a_turn_from_its_label() -> None:
    assert turn_digest(ModelTurn((("user", "a  b"),), "c\n\nd")) == turn_digest(ModelTurn((("user", "a b"),), " c d"))


def test_a_labelled_turn_is_found_once_and_goes_with_its_conversation() -> None:
    labelled = ModelTurn((("user", "is it done"),), "nearly")
    other = ModelTurn((("assistant", "nearly"), ("user", "and now")), "I keep failing")
    transcripts = [Transcript("chat", "7", (*ASKED, ("assistant", "I keep failing")))] * 2
    labels = {turn_digest(labelled): ROW | {"stands_for": "3.5"}}
    alone = list(labelled_turns(transcripts, [], labels))
    assert [(e.group, e.affect, e.stands_for, e.turn) for e in alone] == [("chat:7", Affect(-1), 3.5, labelled)]
    linked = list(labelled_turns(transcripts, [gold("g", other)], labels))
    assert [e.group for e in linked] == ["g"]


def test_a_turn_that_was_read_as_a_whole_is_learnt_as_a_whole() -> None:
    long = ModelTurn((("user", "tell me"),), "word " * 600)
    transcript = Transcript("chat", "8", (("user", "tell me"), ("assistant", long.text)))
    for whole, expected in (("1", long.text), ("0", shortened(long).text)):
        row = ROW | {"stands_for": "1", "whole": whole}
        (found,) = labelled_turns([transcript], [], {turn_digest(long): row})
        assert found.turn.text == expected


def test_groups_stay_whole_and_every_real_turn_is_held_out_once() -> None:
    turns = [gold(f"{n}", ModelTurn((), str(n)), affect=-1 if n % 5 == 0 else 0, group=f"g{n // 3}") for n in range(60)]
    folds = folds_of(turns, 2)
    assert {len({f for e, f in zip(turns, folds, strict=True) if e.group == g}) for g in {e.group for e in turns}} == {
        1
    }
    pairs = hold_out(turns[:30], turns[30:])
    held = [e.id for _, unseen in pairs for e in unseen]
    assert {e.id for e in turns[30:]} <= set(held)
    assert len(held) == len(set(held))
    for seen, unseen in pairs:
        assert not {e.group for e in seen if e in turns[30:]} & {e.group for e in unseen if e in turns[30:]}


def test_false_positives_rest_on_drawn_turns_and_recall_on_the_others() -> None:
    turn = ModelTurn((), "x")
    examples = [
        gold("p", turn, -1, source="a"),
        gold("hard", turn, source="a"),
        *(gold(f"d{n}", turn, source="a", stands_for=2.0) for n in range(10)),
        gold("found by score", turn, -1, source="a", stands_for=1.0),
    ]
    said = [Prediction(e.id, 0, 0, e.id in ("p", "hard", "d0"), False, Affect.NEUTRAL, Voice.NONE) for e in examples]
    assert source_counts(examples, said, Label.DISTRESS) == {
        "a": {"n_positive": 1, "hits": 1, "n_negative": 10, "false": 1}
    }


def test_a_source_of_which_every_turn_is_labelled_speaks_for_itself() -> None:
    turn = ModelTurn((), "x")
    examples = [
        gold("p", turn, -1, source="a_test"),
        gold("hard", turn, source="a_test"),
        gold("q", turn, -1, source="a", stands_for=1.0),
        gold("d", turn, source="a", stands_for=1.0),
        gold("e", turn, source="b", stands_for=9.0),
    ]
    said = [Prediction(e.id, 0, 0, e.id in ("p", "hard"), False, Affect.NEUTRAL, Voice.NONE) for e in examples]
    assert source_counts(examples, said, Label.DISTRESS) == {
        "a": {"n_positive": 2, "hits": 1, "n_negative": 2, "false": 1},
        "b": {"n_positive": 0, "hits": 0, "n_negative": 1, "false": 0},
    }


def test_situations_that_nobody_noted_are_unknown() -> None:
    turn = ModelTurn((("user", "is it done"),), "nearly")
    labels = {turn_digest(turn): ROW | {"situations": "?", "trigger": "none", "stands_for": "1"}}
    (example,) = labelled_turns([Transcript("chat", "7", ((*ASKED[0],), ("assistant", "nearly")))], [], labels)
    assert not example.situations_known


def test_both_sides_of_a_pair_are_read_and_broken_records_left_out(tmp_path: Path) -> None:
    pair = {"chosen": "\n\nHuman: hello\n\nAssistant: good", "rejected": "\n\nHuman: hello\n\nAssistant: bad"}
    lines = [json.dumps(pair), json.dumps(pair | {"rejected": 3}), "{"]
    with gzip.open(tmp_path / "pairs.jsonl.gz", "wt") as file:
        file.write("\n".join(lines))
    (tmp_path / "plain.jsonl").write_text(
        json.dumps({"conversation_id": "c1", "messages": [{"role": "user", "content": "hi"}]}) + "\n"
    )
    found = [(t.source, t.conversation_id, t.turns[-1][1]) for t in transcripts(tmp_path)]
    assert found == [
        ("pairs", "0", "good"),
        ("pairs", "1", "good"),
        ("pairs_rejected", "0", "bad"),
        ("plain", "c1", "hi"),
    ]
