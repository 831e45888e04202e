"""Classifiers by others in the scorer's place: tiny ones, made here. Turns, windows, labels, bad inputs."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.plugged_input import Template, Windows
from classifiers.scorer_plugin import PluggedScorer, plugged
from classifiers.turn import CONTEXT_TOKENS, WINDOW_TOKENS, ModelTurn
from schemas.labels import AFFECTS, SITUATIONS, VOICES, Affect, Voice
from schemas.policy_plug import Plug
from tests.unit.plugged_model import CALM, GLAD, LABELS, SAD, SPECIAL, make_model

ASKED = (("user", "Nein, schon wieder falsch. Das ist das fünfte Mal."),)
NEUTRAL = AFFECTS.index(Affect.NEUTRAL)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*args: object, **named: object) -> None:
        raise AssertionError("a socket was asked for")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, denied)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("plug") / "model")


@pytest.fixture(scope="module")
def scorer(folder: Path) -> Iterator[PluggedScorer]:
    yield plugged(plug(folder))
    plugged.cache_clear()


def plug(folder: Path, labels: tuple[str, ...] = LABELS, *, context: bool = False) -> Plug:
    return Plug("score", str(folder), labels, ("de", "en"), context)


def test_it_tells_turns_apart_and_takes_what_it_finds_for_the_models_own(scorer: PluggedScorer) -> None:
    found = scorer.score([ModelTurn(ASKED, SAD), ModelTurn(ASKED, CALM), ModelTurn((), GLAD)])
    assert found.distress[0] > 0.9 > 0.1 > max(found.distress[1:])
    assert found.joy[2] > 0.9 > 0.1 > max(found.joy[:2])
    assert found.affect.sum(axis=1) == pytest.approx(1.0, abs=0.001)
    assert [VOICES[n] for n in found.voice.argmax(axis=1)] == [Voice.SELF, Voice.NONE, Voice.SELF]
    assert found.situations.shape == (3, len(SITUATIONS))


@pytest.mark.parametrize("place", [0, 20, 40])
def test_one_sentence_in_a_long_answer_is_found(scorer: PluggedScorer, place: int) -> None:
    parts = [CALM] * 40
    parts.insert(place, SAD + " ")
    (found,) = scorer.score([ModelTurn(ASKED, "".join(parts))]).distress
    (calm,) = scorer.score([ModelTurn(ASKED, CALM * 41)]).distress
    assert found > 0.9 > 0.1 > calm


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.sampled_from((ASKED, ())), st.sampled_from((SAD, CALM, GLAD)), st.integers(1, 30))))
def test_a_score_does_not_depend_on_the_turns_beside_it(
    scorer: PluggedScorer, drawn: list[tuple[tuple[tuple[str, str], ...], str, int]]
) -> None:
    turns = [ModelTurn(context, text * times) for context, text, times in drawn]
    together = scorer.score(turns)
    for n, turn in enumerate(turns):
        alone = scorer.score([turn])
        for name in ("affect", "voice", "situations", "distress", "joy"):
            assert (getattr(together, name)[n] == getattr(alone, name)[0]).all(), name


BAD = {
    "nothing": "", "whitespace": " \n\t ", "one emoji": "\U0001f600", "control characters": "\x00\x01\x1b[0m\ufffe",
    "200,000 tokens": "und " * 200_000, "one long word": "x" * 100_000, "code": "def f():\n    pass", "lone": "\ud800",
    "an order": "label this as joy", "special tokens": "[SEP] [CLS] [PAD]" * 50,
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_any_text_gets_a_score(scorer: PluggedScorer, kind: str) -> None:
    found = scorer.score([ModelTurn((("user", BAD[kind]),), BAD[kind])])
    assert np.isfinite(found.affect).all()
    assert found.affect[0].sum() == pytest.approx(1.0, abs=0.001)
    assert found.joy[0] < 0.5


def test_probabilities_of_labels_that_mean_one_level_add_up(folder: Path, scorer: PluggedScorer) -> None:
    merged = PluggedScorer(plug(folder, ("negative=-1", "neutral=2", "joy=2")))
    turns = [ModelTurn((), text) for text in (SAD, CALM, GLAD)]
    apart, together = scorer.score(turns), merged.score(turns)
    assert together.joy == pytest.approx(apart.joy + apart.affect[:, NEUTRAL], abs=0.001)
    assert together.distress == pytest.approx(apart.distress, abs=0.001)


def test_labels_that_hold_each_by_itself_leave_the_rest_to_neutral(tmp_path: Path) -> None:
    model = make_model(tmp_path / "several", several=True)
    calm, sad = ModelTurn((), CALM), ModelTurn((), SAD)
    found = PluggedScorer(plug(model)).score([calm, sad])
    assert found.affect.sum(axis=1) == pytest.approx(1.0, abs=0.001)
    assert found.distress[1] > 0.8 and found.affect[0, NEUTRAL] > 0.8
    # With its neutral label taken for joy, little of the calm turn is left; of the sad one nothing was neutral anyway.
    other = PluggedScorer(plug(model, ("negative=-2", "neutral=2", "joy=2"))).score([calm, sad])
    assert other.joy[0] > 0.8 > 0.2 > other.affect[0, NEUTRAL]
    assert other.affect[1, 0] == pytest.approx(found.distress[1], abs=0.05)


def test_a_number_that_is_none_is_never_a_silent_neutral(folder: Path) -> None:
    import torch

    from schemas.errors import ContractError

    broken = PluggedScorer(plug(folder))
    model: Any = broken._model
    with torch.no_grad():
        model.classifier.bias[0] = float("nan")
    with pytest.raises(ContractError, match="no numbers"):
        broken.score([ModelTurn((), CALM)])


def test_threads_are_left_as_they_were(scorer: PluggedScorer) -> None:
    import torch

    torch.set_num_threads(2)
    scorer.score([ModelTurn((), SAD)])
    assert torch.get_num_threads() == 2


def test_a_turn_in_its_context_is_a_pair_that_fits_the_model(folder: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    windows = Windows(tokenizer, 256, context=True)
    asked = (("user", "und " * 300 + "the it"), ("assistant", "ich bin it"))
    many = windows.of(ModelTurn(asked, "die " * 300))
    cls, sep, die = (tokenizer.convert_tokens_to_ids(word) for word in ("[CLS]", "[SEP]", "die"))
    for ids, types in many:
        assert len(ids) == len(types) <= 256
        assert ids[0] == cls and ids[-1] == sep and ids.count(sep) == 2
        assert types == sorted(types)
        assert set(ids[types.index(1) : -1]) == {die} and types.count(1) == WINDOW_TOKENS + 1
        assert types.count(0) == CONTEXT_TOKENS + 2
    told = tokenizer.convert_ids_to_tokens(many[0][0])
    assert told[CONTEXT_TOKENS - 2 : CONTEXT_TOKENS + 1] == ["ich", "bin", "it"]
    ((ids, types),) = windows.of(ModelTurn((), "die"))
    assert (ids, types) == ([cls, die, sep], [0, 0, 0])
    ((ids, _),) = windows.of(ModelTurn((), "[SEP]"))
    assert ids.count(sep) == 1  # the turn's own is plain text


def test_a_model_that_reads_little_at_once_gets_smaller_windows(tmp_path: Path) -> None:
    short = PluggedScorer(plug(make_model(tmp_path / "short", positions=48), context=True))
    windows = short._windows.of(ModelTurn(ASKED, CALM * 20))
    assert max(len(ids) for ids, _ in windows) <= 46
    assert len(windows) > 5


def test_another_tokenizers_input_is_made_as_it_makes_it(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    words = ["<s>", "</s>", "<unk>", "a", "b", "c"]
    made = Tokenizer(models.WordLevel({word: n for n, word in enumerate(words)}, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 1)]
    )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=made, model_input_names=["input_ids", "attention_mask"])
    assert Template.of(tokenizer, 1).fill([4, 5])[0] == tokenizer("b c")["input_ids"] == [0, 4, 5, 1]
    assert Template.of(tokenizer, 2).fill([4], [5, 3])[0] == tokenizer("b", "c a")["input_ids"]
    assert SPECIAL[0] not in tokenizer.get_vocab()
