"""Digests of input files as they are kept: nobody without the key can match them."""

from __future__ import annotations

from pathlib import Path

from jobs.ingest import Source, find_sources, keyed_inputs
from schemas.policy import ReadPolicy

KEYS = (b"k" * 32, b"l" * 32)


def test_the_digest_hangs_on_the_file_and_the_key_and_does_not_hold_the_plain_one(tmp_path: Path) -> None:
    line = '{"conversation_id": "c1", "messages": [{"role": "user", "content": "hello"}]}\n'
    (tmp_path / "a.jsonl").write_text(line)
    (tmp_path / "b.jsonl").write_text(line.replace("hello", "good evening"))
    sources = find_sources([str(tmp_path)], "auto", ReadPolicy())
    plain = {source.digest for source in sources}
    kept = [keyed_inputs(sources, key) for key in KEYS]
    assert kept[0] == keyed_inputs(sources, KEYS[0]) and [one["format"] for one in kept[0]] == ["native", "native"]
    keyed = [one["digest"] for found in kept for one in found]
    assert len(set(keyed)) == 4, "another for each file and each key"
    assert not any(digest in whole for digest in keyed for whole in plain)


def test_a_copy_under_another_name_is_the_same_input() -> None:
    one, other = (Source(name, "native", "ab" * 32, name) for name in ("a.jsonl", "b.jsonl"))
    assert keyed_inputs([one], KEYS[0]) == keyed_inputs([other], KEYS[0])
