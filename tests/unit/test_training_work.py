"""What an interrupted training run goes on from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from classifiers.reading import Reading
from classifiers.train_network import Training
from classifiers.training_text import Example, parse_example
from classifiers.training_work import key_of, load_reading, save_reading, work_folder


def example(number: int, affect: int = 0) -> Example:
    return parse_example({"id": f"e{number}", "assistant": "fine", "affect": affect, "voice": "none"}, "made-up")


def reading() -> Reading:
    rng = np.random.default_rng(0)
    affect, voice, held = rng.dirichlet(np.ones(5), 6), rng.dirichlet(np.ones(4), 6), rng.random((6, 11))
    owners = [0, 0, 1, 2, 2, 2]
    return Reading([([1], [1])] * 6, owners, np.ones(6), 0.5, lambda rows: (affect[rows], voice[rows], held[rows]))


def test_what_was_read_is_kept(tmp_path: Path) -> None:
    one, everything = reading(), np.ones(6, dtype=bool)
    one.read(everything)
    save_reading(tmp_path / "held.npz", one)
    again = load_reading(tmp_path / "held.npz")
    assert again is not None and again.owners.tolist() == one.owners.tolist()
    for a, b in zip(again.found(), one.found(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert again.scores(everything).distress.tolist() == one.scores(everything).distress.tolist()


def test_half_a_file_is_nothing(tmp_path: Path) -> None:
    one = reading()
    one.read(np.ones(6, dtype=bool))
    save_reading(tmp_path / "held.npz", one)
    whole = (tmp_path / "held.npz").read_bytes()
    for content in (b"", whole[: len(whole) // 2]):
        (tmp_path / "held.npz").write_bytes(content)
        assert load_reading(tmp_path / "held.npz") is None
    assert load_reading(tmp_path / "other.npz") is None


def test_other_turns_labels_or_settings_are_another_model() -> None:
    settings, seen = Training(), [example(1), example(2, -1)]
    key = key_of(settings, seen, [example(3)])
    assert key == key_of(Training(), [example(1), example(2, -1)], [example(3)])
    others = [
        key_of(replace(settings, epochs=4), seen, [example(3)]),
        key_of(settings, [*seen, example(3)], []),
        key_of(settings, [example(1), example(2)], [example(3)]),
        key_of(settings, [replace(seen[0], situations_known=True), seen[1]], [example(3)]),
    ]
    assert len({key, *others}) == 5


def test_a_work_folder_that_was_named_stays(tmp_path: Path) -> None:
    with work_folder(tmp_path / "a" / "b") as named, work_folder(None) as unnamed:
        (named / "x").touch()
        assert unnamed.is_dir()
    assert (tmp_path / "a" / "b" / "x").exists() and not unnamed.exists()
