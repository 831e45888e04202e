"""The name model: packed weights against the network that made them, the pin, and training."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from classifiers import scrub_material, scrub_measure, scrub_train
from classifiers.scrub_examples import Lists, Row, labelled_words, tensors
from classifiers.scrub_fill import Labelled, Pools, fill, for_gold, read_templates
from classifiers.scrub_gold import FILES
from classifiers.scrub_names import NameModel
from classifiers.scrub_net import DILATIONS, LABELS, build_net
from classifiers.scrub_tokens import BUCKETS, CASES, FREQUENCIES, SHAPES, TURN, cut_words, shape, text_case
from classifiers.scrub_values import Values
from classifiers.scrub_weights import EMBEDDED, PIN, WEIGHTS, read_weights, write_weights
from schemas.errors import UsageError


def test_words_are_cut_the_same_in_every_script_and_shapes_stay_below_their_number() -> None:
    words, starts = cut_words("Zoë's राजेश_77 王伟 go\n\x02now")
    assert words == ["Zoë", "'", "s", "राजेश", "_", "77", "王", "伟", "go", "\n", "now"]
    assert starts == [0, 3, 4, 6, 11, 12, 15, 16, 18, 20, 22]
    assert all(0 <= shape(word) < SHAPES for word in [*words, TURN, "ABC", "aBc", "Ж", "ж", "1234567890", "😀"])
    assert [text_case(cut_words(text)[0]) for text in ("Hi there", "hi there", "HI THERE", "")] == [
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
    words = cut_words("Hello Zdenka Horvat, I am fine! And 42 more words of SOME kind stand here, zdenka.")[0] * 300
    row = Row(words, [1] * len(words), [text_case(words)] * len(words))
    batch = tensors([row], lists, None)
    batch.pop("mask")
    with torch.no_grad():
        expected = torch.softmax(net(**batch)[0], -1)[0].numpy()
    model = NameModel.load(tmp_path)
    assert model.digest == digest
    # Tables are kept in eight bits, so the two differ in the third decimal.
    assert np.abs(model.probabilities(words, row.cases) - expected).max() < 0.02


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
