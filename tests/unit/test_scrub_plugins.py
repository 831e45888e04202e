"""Models plugged in instead of the name model: spaCy, transformers and GLiNER, each from a folder that a test makes."""

from __future__ import annotations

import json
import shutil
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from classifiers.scrub_gliner import windows
from classifiers.scrubber import Scrubber
from schemas.errors import UsageError
from schemas.policy import ScrubPolicy

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = "person organization city or place street address zdenka acme quuxville elm i am at in then and hello".split()
LONG = "and then " * 1000
"""More than any of the tiny models here reads at once, and more than one piece."""
BERT = {"model_type": "bert", "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8}


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*args: object, **named: object) -> None:
        raise AssertionError("a socket was asked for")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, denied)


def scrubber(engine: str, folder: Path) -> Scrubber:
    return Scrubber(ScrubPolicy(nlp_engine=engine, nlp_model=str(folder)))


def each_word_apart(model: Any) -> None:
    """Sets all weights of a model over BERT to zero, but gives each word a dimension of its own."""
    import torch

    with torch.no_grad():
        for name, weights in model.named_parameters():
            weights.fill_(1.0 if name.endswith("LayerNorm.weight") else 0.0)
            if name.endswith("word_embeddings.weight"):
                weights.copy_(torch.eye(len(weights)))


def test_a_spacy_pipeline_on_disk_can_take_the_name_models_place(tmp_path: Path) -> None:
    import spacy

    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "GPE", "pattern": "Quuxville"}, {"label": "DATE", "pattern": "Friday"}])
    nlp.to_disk(tmp_path / "model")
    out = scrubber("spacy", tmp_path / "model").scrub(
        ["off to Quuxville on Friday, z@example.com", "quuxville " + LONG + "Quuxville"]
    )
    assert out.texts[0] == "off to <LOCATION_1> on Friday, <EMAIL_ADDRESS_1>"
    assert "quuxville" not in out.texts[1].lower()


@pytest.mark.parametrize("said", [64, None], ids=["the tokenizer says how long", "only the positions tell"])
def test_a_transformers_classifier_on_disk_can_take_the_name_models_place(tmp_path: Path, said: int | None) -> None:
    import torch
    from transformers import BertConfig, BertForTokenClassification, BertTokenizerFast

    words = [*SPECIAL, *WORDS]
    (tmp_path / "vocab.txt").write_text("\n".join(words))
    tokenizer = BertTokenizerFast(str(tmp_path / "vocab.txt"), **({"model_max_length": said} if said else {}))
    sizes = BERT | {"vocab_size": len(words), "hidden_size": len(words), "max_position_embeddings": 64}
    config = BertConfig(**sizes, num_labels=2, id2label={0: "O", 1: "B-PER"}, label2id={"O": 0, "B-PER": 1})
    model = BertForTokenClassification(config).eval()
    each_word_apart(model)
    with torch.no_grad():
        model.classifier.weight[1, words.index("zdenka")] = 9.0
        model.classifier.bias.copy_(torch.tensor([9.0, 0.0]))
    model.save_pretrained(tmp_path / "model")
    with pytest.raises(UsageError, match="tokenizer is missing"):
        scrubber("transformers", tmp_path / "model")
    tokenizer.save_pretrained(tmp_path / "model")
    out = scrubber("transformers", tmp_path / "model").scrub(["hello zdenka", LONG + "zdenka"])
    assert out.texts == ("hello <PERSON_1>", LONG + "<PERSON_1>")
    model.bert.save_pretrained(tmp_path / "model")
    with pytest.raises(UsageError, match="2 of its weights are missing"):
        scrubber("transformers", tmp_path / "model")


@pytest.fixture(scope="module")
def gliner_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GLiNER model made from its configuration, that knows one word of each kind."""
    pytest.importorskip("gliner", reason="gliner is not installed; `make test` installs it")
    import torch
    from gliner.config import UniEncoderSpanConfig
    from gliner.model import UniEncoderSpanGLiNER
    from transformers import BertTokenizerFast

    made, words = tmp_path_factory.mktemp("gliner"), [*SPECIAL, *WORDS]
    (made / "vocab.txt").write_text("\n".join(words))
    BertTokenizerFast(str(made / "vocab.txt"), model_max_length=96).save_pretrained(made / "tokenizer")
    width = len(words) + 3  # GLiNER adds three tokens of its own
    bert = BERT | {"vocab_size": len(words), "hidden_size": width, "max_position_embeddings": 96}
    config = UniEncoderSpanConfig(
        model_name=str(made / "tokenizer"), encoder_config=bert, hidden_size=width, max_len=48, max_width=1,
        num_rnn_layers=0, embed_ent_token=False,
    )  # fmt: skip
    model = UniEncoderSpanGLiNER.load_from_config(config, backbone_from_pretrained=False)
    each_word_apart(model.model)
    layers = dict(model.model.named_modules())
    span = "span_rep_layer.span_rep_layer"
    with torch.no_grad():
        for name in (f"{span}.project_start", f"{span}.project_end", f"{span}.out_project", "prompt_rep_layer"):
            layers[f"{name}.0"].weight[:width, :width] = torch.eye(width)
            layers[f"{name}.3"].weight[:, :width] = torch.eye(width)
        for word, kind in {"zdenka": "person", "acme": "organization", "quuxville": "city", "elm": "street"}.items():
            layers["prompt_rep_layer.3"].weight[words.index(word), words.index(kind)] = 1.0
        layers[f"{span}.out_project.3"].bias[0], layers["prompt_rep_layer.3"].bias[0] = 1.0, -9.0
    model.save_pretrained(made / "model", safe_serialization=True)
    return made / "model"


def test_a_gliner_model_on_disk_can_take_the_name_models_place(gliner_folder: Path) -> None:
    out = scrubber("gliner", gliner_folder).scrub(["Hello, I am Zdenka at Acme in Quuxville, z@example.com", "", " \n"])
    assert out.texts == ("Hello, I am <PERSON_1> at <ORGANIZATION_1> in <LOCATION_1>, <EMAIL_ADDRESS_1>", "", " \n")
    assert out.counts == {"PERSON": 1, "ORGANIZATION": 1, "LOCATION": 1, "EMAIL_ADDRESS": 1}


def test_gliner_reads_a_text_longer_than_it_takes_at_once_to_its_end(gliner_folder: Path) -> None:
    out = scrubber("gliner", gliner_folder).scrub([LONG + "Acme " + LONG + "Elm", "zq9" * 60 + " Zdenka"])
    assert out.texts[0] == LONG + "<ORGANIZATION_1> " + LONG + "<ADDRESS_1>"
    assert "Zdenka" not in out.texts[1]


@pytest.mark.parametrize(
    ("sizes", "most", "room", "parts"),
    [
        ([1], 4, 9, [(0, 1)]),
        ([1] * 10, 4, 9, [(0, 4), (3, 7), (6, 10)]),
        ([1] * 10, 100, 4, [(0, 4), (3, 7), (6, 10)]),
        ([1, 50, 1], 4, 9, [(0, 1), (1, 2), (2, 3)]),
    ],
)
def test_parts_share_words_and_end_with_the_text(
    sizes: list[int], most: int, room: int, parts: list[tuple[int, int]]
) -> None:
    assert list(windows(sizes, most, room)) == parts


CHANGES = {
    "no weights in safetensors": ("model.safetensors", None, "model.safetensors"),
    "weights that are none": ("model.safetensors", b"torn", "can load"),
    "no tokenizer": ("tokenizer_config.json", None, "tokenizer_config.json"),
    "no configuration": ("gliner_config.json", None, "can load"),
    "an encoder known by name": ("gliner_config.json", {"encoder_config": None}, "encoder_config"),
    "code to run": ("gliner_config.json", {"auto_map": {"AutoModel": "m.Model"}}, "auto_map"),
    "an encoder for labels": ("gliner_config.json", {"labels_encoder": "some/model"}, "one encoder"),
    "another way to split words": ("gliner_config.json", {"words_splitter_type": "stanza"}, "whitespace"),
    "another size": ("gliner_config.json", {"hidden_size": 7}, "can load"),
    "more layers than weights": ("gliner_config.json", {"num_rnn_layers": 1}, "are missing"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_gliner_folder_that_would_fetch_guess_or_run_something_is_refused(
    gliner_folder: Path, tmp_path: Path, change: str
) -> None:
    name, new, said = CHANGES[change]
    folder = shutil.copytree(gliner_folder, tmp_path / "model")
    if new is None:
        (folder / name).unlink()
    elif isinstance(new, bytes):
        (folder / name).write_bytes(new)
    else:
        (folder / name).write_text(json.dumps(json.loads((folder / name).read_text()) | new))
    with pytest.raises(UsageError, match=said):
        scrubber("gliner", folder)


@pytest.mark.parametrize("engine", ["spacy", "transformers", "gliner"])
def test_a_model_that_is_not_there_is_refused_and_never_fetched(engine: str, tmp_path: Path) -> None:
    for folder in (Path("en_core_web_sm"), tmp_path):
        with pytest.raises(UsageError, match="nlp_"):
            scrubber(engine, folder)
    for name in ("config.cfg", "config.json", "gliner_config.json", "model.safetensors", "tokenizer_config.json"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(UsageError, match="nlp_"):
        scrubber(engine, tmp_path)


@pytest.mark.parametrize("engine", ["spacy", "transformers", "gliner"])
def test_a_package_that_is_not_there_is_named(engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, engine, None)
    with pytest.raises(UsageError, match=f"the package for '{engine}' must be installed"):
        scrubber(engine, tmp_path)
