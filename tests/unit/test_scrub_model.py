"""The name model: packed weights against the network that made them, the pin, training, and models plugged
in instead."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from classifiers import scrub_train
from classifiers.scrub_examples import Lists, Row, labelled_words, tensors
from classifiers.scrub_fill import Labelled, Pools, fill, for_gold, read_templates
from classifiers.scrub_names import NameModel
from classifiers.scrub_net import DILATIONS, LABELS, build_net
from classifiers.scrub_tokens import BUCKETS, CASES, FREQUENCIES, SHAPES, TURN, cut_words, shape, text_case
from classifiers.scrub_values import Values
from classifiers.scrub_weights import EMBEDDED, PIN, WEIGHTS, read_weights, write_weights
from classifiers.scrubber import Scrubber
from schemas.errors import UsageError
from schemas.policy import ScrubPolicy


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
    digest = write_weights(tmp_path, scrub_train._arrays(net, lists, vectors), DILATIONS, LABELS)
    words = cut_words("Hello Zdenka Horvat, I am fine! And 42 more words of SOME kind stand here, zdenka.")[0] * 300
    row = Row(words, [1] * len(words), [text_case(words)] * len(words))
    batch = tensors([row], lists, None)
    batch.pop("mask")
    with torch.no_grad():
        expected = torch.softmax(net(**batch), -1)[0].numpy()
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
    trained = read_templates(scrub_train.TRAINED_ON)
    for line in (line for lines in trained.values() for line in lines):
        item = fill(line, values.slots(), TURN)
        assert all(item.text[start:end].strip() for start, end, _ in item.spans)
    held_out = {line for lines in read_templates(("held_out",)).values() for line in lines}
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
    monkeypatch.setattr(scrub_train, "FILLS", 1)
    monkeypatch.setattr("classifiers.scrub_card.GOLD_SEEDS", (5,))
    monkeypatch.setattr("classifiers.scrub_card.GOLD_FILLS", 1)
    run = scrub_train.train(2, tmp_path, None)
    assert read_weights(tmp_path).digest == run["sha256"]
    card = (tmp_path / scrub_train.CARD).read_text(encoding="utf-8")
    assert run["sha256"] in card
    assert "| EMAIL_ADDRESS | as_written | 1.000 |" in card
    assert "{{" not in card
    json.dumps(run)


def test_training_names_what_public_data_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="wnut17_train"):
        scrub_train.train(1, tmp_path, tmp_path)


def test_a_spacy_pipeline_on_disk_can_take_the_name_models_place(tmp_path: Path) -> None:
    import spacy

    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "GPE", "pattern": "Quuxville"}, {"label": "DATE", "pattern": "Friday"}])
    nlp.to_disk(tmp_path / "model")
    scrubber = Scrubber(ScrubPolicy(nlp_engine="spacy", nlp_model=str(tmp_path / "model")))
    out = scrubber.scrub(["off to Quuxville on Friday, z@example.com", "quuxville " + "and on " * 4000 + "Quuxville"])
    assert out.texts[0] == "off to <LOCATION_1> on Friday, <EMAIL_ADDRESS_1>"
    assert "quuxville" not in out.texts[1].lower()


def test_a_transformers_classifier_on_disk_can_take_the_name_models_place(tmp_path: Path) -> None:
    import torch
    from transformers import BertConfig, BertForTokenClassification, BertTokenizerFast

    (tmp_path / "vocab.txt").write_text(
        "\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "hello", "zdenka", "##z"])
    )
    tokenizer = BertTokenizerFast(str(tmp_path / "vocab.txt"), model_max_length=64)
    config = BertConfig(
        vocab_size=8, hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8,
        num_labels=2,
        id2label={0: "O", 1: "B-PER"}, label2id={"O": 0, "B-PER": 1}, max_position_embeddings=64,
    )  # fmt: skip
    torch.manual_seed(0)
    model = BertForTokenClassification(config).eval()
    with torch.no_grad():
        # Every token a person: what counts here is that the classifier's spans are the ones masked.
        model.classifier.bias.copy_(torch.tensor([-9.0, 9.0]))
    model.save_pretrained(tmp_path / "model")
    tokenizer.save_pretrained(tmp_path / "model")
    scrubber = Scrubber(ScrubPolicy(nlp_engine="transformers", nlp_model=str(tmp_path / "model")))
    assert "zdenka" not in scrubber.scrub(["hello zdenka"]).texts[0]


@pytest.mark.parametrize("engine", ["spacy", "transformers", "gliner"])
def test_a_model_that_is_not_there_is_refused_and_never_fetched(engine: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nlp_model"):
        Scrubber(ScrubPolicy(nlp_engine=engine, nlp_model="en_core_web_sm"))
    with pytest.raises(UsageError, match="nlp_"):
        Scrubber(ScrubPolicy(nlp_engine=engine, nlp_model=str(tmp_path)))
