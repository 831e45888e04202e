"""The name model: packed weights against the network that made them, the pin, and training."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers import scrub_material, scrub_measure, scrub_names, scrub_train
from classifiers.scrub_examples import Lists, Row, labelled_words, tensors
from classifiers.scrub_fill import Labelled, Pools, fill, for_gold, read_templates
from classifiers.scrub_gold import FILES
from classifiers.scrub_names import APART, NameModel
from classifiers.scrub_net import DILATIONS, LABELS, build_net
from classifiers.scrub_tokens import BUCKETS, CASES, FREQUENCIES, SHAPES, TURN, Cut, shape, text_case
from classifiers.scrub_values import Values
from classifiers.scrub_weights import EMBEDDED, PIN, WEIGHTS, read_weights, write_weights
from schemas.errors import UsageError

WORDS = ("Zdenka", "Horvat", "hello", "I", "am", "from", "Split", "and", ",", ".", TURN, "1987", "12", "Elm", "Street")


def test_words_are_cut_the_same_in_every_script_and_shapes_stay_below_their_number() -> None:
    cut = Cut("Zoë's राजेश_77 王伟 go\n\x02now")
    assert cut.words == ["Zoë", "'", "s", "राजेश", "_", "77", "王", "伟", "go", "\n", "now"]
    assert cut.starts == [0, 3, 4, 6, 11, 12, 15, 16, 18, 20, 22]
    assert all(0 <= shape(word) < SHAPES for word in [*cut.words, TURN, "ABC", "aBc", "Ж", "ж", "1234567890", "😀"])
    assert [text_case(Cut(text).words) for text in ("Hi there", "hi there", "HI THERE", "")] == [
        0,
        1,
        2,
        1,
    ]


def test_numpy_gives_what_the_network_gives_and_cutting_a_long_row_changes_nothing(tmp_path: Path) -> None:
    import numpy as np
    import torch

    torch.manual_seed(3)
    vectors = torch.cat([torch.zeros(1, 8), torch.randn(40, 8)])
    lists = Lists({key: key % 40 + 1 for key in range(40)}, {5: 3})
    net = build_net(vectors, BUCKETS, SHAPES, FREQUENCIES, CASES).eval()
    digest = write_weights(tmp_path, scrub_train._arrays(net, lists, vectors, -1e9), DILATIONS, LABELS)
    words = Cut("Hello Zdenka Horvat, I am fine! And 42 more words of SOME kind stand here, zdenka.").words * 300
    row = Row(words, [1] * len(words), [text_case(words)] * len(words))
    batch = tensors([row], lists, None)
    batch.pop("mask")
    with torch.no_grad():
        expected = torch.softmax(net(**batch)[0], -1)[0].numpy()
    model = NameModel.load(tmp_path)
    assert model.digest == digest
    # Tables are kept in eight bits, so the two differ in the third decimal.
    assert np.abs(model.probabilities(words, row.cases) - expected).max() < 0.02


@pytest.fixture(scope="module")
def shipped() -> NameModel:
    return NameModel.load(EMBEDDED)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=30), min_size=1, max_size=6))
def test_conversations_read_together_are_as_each_by_itself(shipped: NameModel, several: list[list[str]]) -> None:
    import numpy as np

    row = [word for words in several for word in (*words, *[APART] * shipped.gap)]
    together = shipped.probabilities(row, [0] * len(row))
    at = 0
    for words in several:
        alone = shipped.probabilities(words, [0] * len(words))
        assert np.abs(together[at : at + len(words)] - alone).max(initial=0.0) < 1e-4
        at += len(words) + shipped.gap
    assert (together[[place for place, word in enumerate(row) if word == APART], 0] == 1.0).all()


def test_numbers_of_one_length_are_one_word_and_a_full_store_starts_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as np

    model = NameModel.load(EMBEDDED)
    said = ["I", "live", "at", "1987", "Elm", "Street", ",", "Zdenka"]
    expected = model.probabilities(said, [0] * len(said))
    other = model.probabilities([word.replace("1987", "2046") for word in said], [0] * len(said))
    assert (other == expected).all()
    assert model._used == len(said) + 1
    monkeypatch.setattr(scrub_names, "KEPT_WORDS", 40)
    for at in range(30):
        model.probabilities([f"word{chr(97 + at)}", str(at)], [1, 1])
    assert model._used <= 40 and len(model._number) <= 80
    assert np.abs(model.probabilities(said, [0] * len(said)) - expected).max() < 1e-4


def test_the_shipped_weights_are_the_pinned_ones_and_changed_bytes_are_refused(tmp_path: Path) -> None:
    shipped = read_weights(EMBEDDED)
    assert shipped.labels == LABELS
    body = bytearray((EMBEDDED / WEIGHTS).read_bytes())
    body[-1] ^= 1
    (tmp_path / WEIGHTS).write_bytes(body)
    (tmp_path / PIN).write_text((EMBEDDED / PIN).read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(UsageError, match="not the pinned one"):
        read_weights(tmp_path)
    with pytest.raises(UsageError, match="cannot be read"):
        read_weights(tmp_path / "nowhere")


@pytest.fixture(scope="module")
def pools() -> Pools:
    return Pools(1, size=60)


def test_training_and_gold_share_no_value(pools: Pools) -> None:
    gold = Pools(1, gold=True, size=60)
    assert not {for_gold(city) for city in pools.cities} - {False}
    assert not {for_gold(city) for city in gold.cities} - {True}
    assert not set(pools.addresses) & set(gold.addresses)


def test_every_slot_can_be_filled_and_held_out_templates_are_not_trained_on(pools: Pools) -> None:
    values = Values(pools, random.Random(2))
    trained = read_templates(scrub_material.TRAINED_ON)
    for line in (line for lines in trained.values() for line in lines):
        item = fill(line, values.slots(), TURN)
        assert all(item.text[start:end].strip() for start, end, _ in item.spans)
    held_out = {line for lines in read_templates(FILES).values() for line in lines}
    assert not held_out & {line for lines in trained.values() for line in lines}


def test_unlabelled_talk_teaches_only_that_ordinary_words_are_no_names() -> None:
    from classifiers.scrub_tokens import word_key

    lists = Lists({}, {word_key("hello"): 5, word_key("grace"): 5}, frozenset({"grace"}))
    row = labelled_words(Labelled("Hello Grace, zorbing hello", (), "chat"), lists)
    free = (1 << len(LABELS)) - 1
    assert dict(zip(row.words, row.masks, strict=True)) == {
        "Hello": 1,
        "Grace": free,
        ",": 1,
        "zorbing": free,
        "hello": 1,
    }


def test_training_writes_weights_that_load_and_a_card_with_the_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scrub_train, "EPOCHS", 1)
    monkeypatch.setattr(scrub_material, "FILLS", 1)
    monkeypatch.setattr(scrub_measure, "GOLD_SEEDS", (5,))
    monkeypatch.setattr(scrub_measure, "NAME_FILLS", 1)
    monkeypatch.setattr(scrub_measure, "IDENTIFIER_FILLS", 1)
    monkeypatch.setattr(scrub_measure, "FORM_VALUES", 5)
    run = scrub_train.train(2, tmp_path, None)
    assert read_weights(tmp_path).digest == run["sha256"]
    card = (tmp_path / scrub_train.CARD).read_text(encoding="utf-8")
    assert run["sha256"] in card
    assert "| EMAIL_ADDRESS | as_written | " in card
    assert "{{" not in card
    json.dumps(run)


def test_training_names_what_public_data_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="wnut17_train"):
        scrub_train.train(1, tmp_path, tmp_path)


def test_persons_of_labelled_text_get_other_names_in_the_same_letter_case_and_the_spans_follow() -> None:
    item = Labelled("so zdenka met BRANKO in Graz", ((3, 9, "PERSON"), (14, 20, "PERSON"), (24, 28, "LOCATION")))
    found = {scrub_material.renamed(item, lambda: "Ana-Maria", random.Random(seed)) for seed in range(20)}
    assert {one.text for one in found} == {
        f"so {first} met {second} in Graz" for first in ("zdenka", "ana-maria") for second in ("BRANKO", "ANA-MARIA")
    }
    for one in found:
        assert [one.text[start:end] for start, end, _ in one.spans][-1] == "Graz"
        assert [kind for *_, kind in one.spans] == ["PERSON", "PERSON", "LOCATION"]
