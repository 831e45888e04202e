"""What an attacked run gives away: no canary, no word of one user, no id, no socket."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from classifiers.public_words import public_words
from jobs.audit import Canaries, Searcher, plain_files, search_files
from jobs.keys import Keys, open_keys
from jobs.tables import read_part
from pipelines.pseudonym import pseudonym
from pipelines.report import read_released
from tests.benchmarks.canaries import missed_when_planted
from tests.conftest import welfare
from tests.privacy.conftest import HEAVY_WORD, ORDERS, OWN_WORDS, SHARED_WORD, Attacked


def found_in(folder: Path, values: list[str]) -> set[int]:
    """Places in `values` of those that the audit's search finds in any byte under `folder`."""
    seen = search_files(folder, plain_files(folder), Searcher(Canaries(tuple(enumerate(values)))))
    return {finding.ordinal for finding in seen.findings}


def test_no_canary_is_in_a_released_byte_or_in_what_the_run_said(attacked: Attacked, tmp_path: Path) -> None:
    listed = tmp_path / "canaries.txt"
    listed.write_text("\n".join(attacked.values) + "\n", encoding="utf-8")
    done = welfare("audit", attacked.root / "out", "--canaries", listed, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert f"searched for {len(attacked.values)} values" in done.stdout
    assert not [n for n, value in enumerate(attacked.values) if value in attacked.said]
    assert missed_when_planted(attacked.released, listed, tmp_path / "copy") == 0, "the scanner is blind"


def test_a_word_of_one_user_is_not_released_whatever_stands_around_it(attacked: Attacked) -> None:
    assert {HEAVY_WORD, *OWN_WORDS, SHARED_WORD} <= set(public_words()), "the public list alone would stop them"
    tables, _ = read_released(attacked.released)
    terms = set(tables["released_terms"].column("term").to_pylist())
    assert SHARED_WORD in terms, "no cluster of the attackers was shown, so nothing was attacked"
    assert not found_in(attacked.released, [HEAVY_WORD, *OWN_WORDS])


def test_no_order_in_a_conversation_reaches_a_released_byte(attacked: Attacked) -> None:
    assert not found_in(attacked.released, [*ORDERS, "<script>alert(1)</script>", "drop table released_rates"])


def guesses(value: str, release: str) -> set[str]:
    """What somebody without the key would try: plain hashes, and HMAC under what can be known."""
    out = set()
    for text, algorithm in itertools.product((value, f"user\0{value}"), ("md5", "sha1", "sha256", "sha512", "blake2b")):
        out.add(hashlib.new(algorithm, text.encode()).hexdigest())
        for key in (b"", bytes(32), release.encode(), b"welfare", b"user"):
            if key or algorithm != "blake2b":
                out.add(hmac.new(key, text.encode(), algorithm).hexdigest())
    return {digest[:size] for digest in out for size in (16, 32)}


def everything(folder: Path, but: Path | None = None) -> bytes:
    return b"\n".join(p.read_bytes() for p in plain_files(folder) if but is None or not p.is_relative_to(but))


def hex_in(data: bytes) -> set[str]:
    """Every 16 hex digits in a row that the bytes hold: one pass for any number of digests to look for."""
    runs = re.findall(rb"[0-9a-f]{16,}", data)
    return {run[place : place + 16].decode() for run in runs for place in range(len(run) - 15)}


def decrypted(attacked: Attacked, keys: Keys) -> set[str]:
    """Every user key of the restricted tables."""
    out: set[str] = set()
    for path in (attacked.root / "out" / "restricted" / "sample-1").rglob("part-*.parquet"):
        out |= set(read_part(path, keys.table).column("user_key").to_pylist())
    return out


def test_a_dictionary_of_all_ids_recovers_no_pseudonym(attacked: Attacked) -> None:
    """From released and restricted bytes without the keys, nor from the pseudonyms themselves; with the key it does."""
    space = attacked.root / "out" / "restricted" / "sample-1"
    ids = {str(record.get(name)) for record in attacked.records for name in ("user_id", "conversation_id")}
    keys = open_keys(space / "keys")
    stored = decrypted(attacked, keys)
    known = {pseudonym(keys.pseudonym, "user", value): value for value in ids}
    assert len(stored & set(known)) > 50, "with the key the dictionary works"
    tried = set().union(*(guesses(value, "sample-1") for value in ids))
    assert not tried & (stored | {key[:16] for key in stored})
    seen, released = everything(attacked.root / "out", but=space / "keys").lower(), everything(attacked.released)
    there = hex_in(seen)
    assert known.keys() & stored and not {guess[:16] for guess in tried} & there
    assert {digest[:16] for digest in json.loads((space / "run.json").read_text())["tables"].values()} <= there
    assert not [key for key in stored if key.encode() in released]
    assert not [value for value in ids if len(value) > 8 and value.encode() in seen]


def test_whoever_has_an_input_file_cannot_tell_that_it_was_in_the_input(attacked: Attacked) -> None:
    """Without the keys; with them its owner can."""
    space = attacked.root / "out" / "restricted" / "sample-1"
    data = (attacked.root / "trial.jsonl").read_bytes()
    digests = [hashlib.new(name, data).hexdigest() for name in ("sha256", "sha1", "md5", "sha512", "blake2b")]
    seen = everything(attacked.root / "out", but=space / "keys").lower()
    assert not [digest for digest in digests if digest[:16].encode() in seen]
    (noted,) = json.loads((space / "run.json").read_text())["inputs"]
    assert noted["digest"] == pseudonym(open_keys(space / "keys").pseudonym, "input", digests[0])


def test_a_whole_run_asks_for_no_network(attacked: Attacked) -> None:
    assert [line for line in attacked.network if "pyspark" in line], "the workers were not watched"
    assert not [line for line in attacked.network if line.startswith("denied")]


@pytest.mark.parametrize("call", ["socket.socket().connect(('192.0.2.1', 9))", "socket.getaddrinfo('example.org', 9)"])
def test_the_watch_on_the_network_sees_an_attempt(attacked: Attacked, tmp_path: Path, call: str) -> None:
    environment = attacked.environment | {"DENIED": str(tmp_path / "noted")}
    done = subprocess.run([sys.executable, "-c", f"import socket; {call}"], env=environment, capture_output=True,
                          check=False)  # fmt: skip
    assert done.returncode != 0
    assert "denied" in (tmp_path / "noted").read_text()
