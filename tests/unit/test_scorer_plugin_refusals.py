"""What is refused of a classifier by others: anything that would be fetched, run, guessed or silently neutral."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from classifiers.scorer_plugin import PluggedScorer
from schemas.errors import UsageError
from schemas.policy_plug import Plug
from tests.unit.plugged_model import LABELS, make_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("plug") / "model")


def load(folder: Path | str, labels: tuple[str, ...] = LABELS, languages: tuple[str, ...] = ("de",)) -> PluggedScorer:
    return PluggedScorer(Plug("multilingual", str(folder), labels, languages, False))


def weights(folder: Path, change: Callable[[Any], object]) -> None:
    from safetensors.torch import load_file, save_file

    stored = load_file(folder / "model.safetensors")
    change(stored)
    save_file(stored, folder / "model.safetensors", metadata={"format": "pt"})


def config(folder: Path, **changes: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def as_pickle(folder: Path) -> None:
    import torch
    from safetensors.torch import load_file

    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


def more_words(folder: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    tokenizer.add_tokens(["further"])
    tokenizer.save_pretrained(folder)


def no_tokenizer(folder: Path) -> None:
    for path in [*folder.glob("token*"), *folder.glob("vocab*")]:
        path.unlink()


def few_positions(folder: Path) -> None:
    config(folder, max_position_embeddings=12)
    weights(folder, lambda w: w.update({name: w[name][:12].clone() for name in w if "position_emb" in name}))


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a weight is missing": (lambda f: weights(f, lambda w: w.pop("classifier.weight")), "1 of its weights"),
    "an encoder alone": (lambda f: weights(f, lambda w: [w.pop(n) for n in list(w) if "classif" in n]), "2 of its"),
    "weights as a pickle": (as_pickle, "safetensors"),
    "torn weights": (lambda f: (f / "model.safetensors").write_bytes(b"torn"), "can load"),
    "no tokenizer": (no_tokenizer, "tokenizer is missing"),
    "a tokenizer of another model": (more_words, "knows no more tokens"),
    "code to run": (lambda f: config(f, model_type="own", auto_map={"AutoConfig": "own.C"}), "can load"),
    "a number for a label": (lambda f: config(f, problem_type="regression"), "two labels"),
    "too few positions": (few_positions, "reads 16 tokens"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_model_that_is_not_whole_or_not_a_classifier_is_refused(folder: Path, tmp_path: Path, change: str) -> None:
    make, said = CHANGES[change]
    copy = shutil.copytree(folder, tmp_path / "model")
    make(copy)
    with pytest.raises(UsageError, match=said) as told:
        load(copy)
    assert "[multilingual]" in str(told.value) and "'model'" in str(told.value)


def test_code_that_lies_beside_a_known_model_is_not_run(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "model")
    (copy / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    config(copy, auto_map={"AutoModelForSequenceClassification": "own.Model"})
    load(copy)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (("negative=-1", "joy=2"), "1 of 3 are missing: neutral"),
        ((*LABELS, "anger=-2"), "1 are no labels of the model"),
        (("a=-1", "b=2"), "3 of 3 are missing: negative, neutral, joy; 2 are no labels"),
    ],
)
def test_every_label_of_the_model_must_be_mapped_and_no_other(folder: Path, labels: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError, match="field 'labels'") as told:
        load(folder, labels)
    assert said in str(told.value)


def test_a_language_that_nothing_identifies_is_refused_and_none_means_all(folder: Path) -> None:
    with pytest.raises(UsageError, match="field 'languages'.*1 are not"):
        load(folder, languages=("de", "qq"))
    assert {"de", "fr", "zh"} < load(folder, languages=()).languages


def test_the_digest_names_every_byte_of_the_folder(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "model")
    assert load(copy).digest == load(folder).digest
    weights(copy, lambda stored: stored["classifier.bias"].add_(0.25))
    assert load(copy).digest != load(folder).digest


def test_a_name_is_looked_up_in_the_cache_and_nowhere_else(folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "hub" / "models--some--tiny"
    shutil.copytree(folder, home / "snapshots" / "abc")
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text("abc")
    code = (
        "import socket, sys\n"
        "def deny(*a, **k): raise RuntimeError('socket')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = deny\n"
        "from classifiers.scorer_plugin import PluggedScorer\n"
        "from schemas.errors import UsageError\n"
        "from schemas.policy_plug import Plug\n"
        f"labels = {LABELS!r}\n"
        "print(PluggedScorer(Plug('score', 'some/tiny', labels, ('de',), False)).digest)\n"
        "try:\n"
        "    PluggedScorer(Plug('score', 'some/other', labels, ('de',), False))\n"
        "except UsageError as error:\n"
        "    print('never downloads' in str(error))\n"
    )
    env = {k: v for k, v in os.environ.items() if k != "HF_HUB_OFFLINE"} | {"HF_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, done.stderr[-800:]
    assert done.stdout.split() == [load(folder).digest, "True"]
    assert "%" not in done.stderr  # no progress bar in a run's log
