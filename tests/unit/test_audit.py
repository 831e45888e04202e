"""The audit: finds a planted value in every spelling and hiding place, names it by number only, and tests itself."""

from __future__ import annotations

import base64
import bz2
import gzip
import html
import json
import lzma
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jobs.audit import Canaries, Searched, Searcher, plain_files, search_files
from jobs.audit_variants import patterns
from jobs.cli import main
from jobs.tables import write_part
from tests.unit.small_release import write_release

VALUE = "Zoë Quentin-Marsh 0417"


def audit(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["audit", *[str(argument) for argument in arguments]])
    return int(ended.value.code or 0)


def search(folder: Path, *values: str) -> Searched:
    canaries = Canaries(tuple(enumerate(values, start=1)))
    return search_files(folder, plain_files(folder), Searcher(canaries))


def found_in(folder: Path, *values: str) -> set[tuple[str, int]]:
    return {(one.file, one.ordinal) for one in search(folder, *values).findings}


values = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=4, max_size=24)

DISGUISES: dict[str, Callable[[str], bytes]] = {
    "as is": lambda v: v.encode(),
    "lower": lambda v: v.lower().encode(),
    "upper": lambda v: v.upper().encode(),
    "UTF-16LE": lambda v: v.encode("utf-16-le"),
    "UTF-16BE": lambda v: v.encode("utf-16-be"),
    "hex": lambda v: v.encode().hex().encode(),
    "HEX": lambda v: v.encode().hex().upper().encode(),
    "hex of lower": lambda v: v.lower().encode().hex().encode(),
    "URL": lambda v: quote(v, safe="").encode(),
    "URL, every character": lambda v: "".join(f"%{b:02x}" for b in v.encode()).encode(),
    "JSON": lambda v: json.dumps(v).encode(),
    "JSON twice": lambda v: json.dumps(json.dumps(v)).encode(),
    "HTML": lambda v: html.escape(v).encode(),
    "HTML, every character": lambda v: "".join(f"&#{ord(c)};" for c in v).encode(),
    "between tags": lambda v: "<b>".join(html.escape(c) for c in v).encode(),
}


@pytest.mark.parametrize("disguise", list(DISGUISES))
@given(value=values, before=st.binary(max_size=9).map(lambda b: bytes(c & 127 for c in b)))
@example(value=VALUE, before=b"")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_value_is_found_in_every_disguise(
    tmp_path: Path, disguise: str, value: str, before: bytes
) -> None:  # fmt: skip
    if disguise == "between tags" and ("<" in before.decode() or ">" in before.decode()):
        before = b""
    (tmp_path / "f").write_bytes(before + b"\n" + DISGUISES[disguise](value) + b"\n")
    assert found_in(tmp_path, value) == {("f", 1)}


@given(value=values.filter(lambda v: len(v.encode()) >= 5), before=st.binary(max_size=5), after=st.binary(max_size=5))
@settings(max_examples=100, deadline=None)
def test_a_value_inside_base64_is_found_at_any_offset(value: str, before: bytes, after: bytes) -> None:
    searcher = Searcher(Canaries(((1, value),)))
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        assert searcher.search(b"data:" + encode(before + value.encode() + after))


def test_full_width_and_ligatures_are_found_by_nfkc(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("".join(chr(ord(c) + 0xFEE0) for c in "Quentin0417"))
    (tmp_path / "g").write_text("ﬁnancial")
    assert found_in(tmp_path, "quentin0417", "Financial") == {("f", 1), ("g", 2)}


def test_separators_do_not_hide_a_value(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("call 495550417")
    assert found_in(tmp_path, "+49 (555) 04-17") == {("f", 1)}


@pytest.mark.parametrize("cut", [1, len(VALUE) // 2, len(VALUE)])
def test_a_value_across_the_seam_of_two_stretches_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    monkeypatch.setattr("jobs.audit_contents.CHUNK", 5_000)
    monkeypatch.setattr("jobs.audit_contents.OVERLAP", 500)
    raw = b"." * (5_000 - cut) + html.escape(VALUE).encode() + b"\xff" * 6_000
    (tmp_path / "f").write_bytes(raw)
    (tmp_path / "f.gz").write_bytes(gzip.compress(raw))
    assert found_in(tmp_path, VALUE) == {("f", 1), ("f.gz", 1)}


def plant_everywhere(folder: Path, value: str) -> set[str]:
    """One file for each kind of container; their names."""
    raw = f"before {value} after".encode()
    (folder / "a.gz").write_bytes(gzip.compress(raw))
    (folder / "a.bz2").write_bytes(bz2.compress(raw))
    (folder / "a.xz").write_bytes(lzma.compress(raw))
    (folder / "a.zst").write_bytes(zstandard.compress(raw) + zstandard.compress(b"second frame"))
    (folder / "late.zst").write_bytes(zstandard.compress(b"first frame") + zstandard.compress(raw))
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.gz", gzip.compress(raw))
    with zipfile.ZipFile(folder / "name.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{value}.txt", b"nothing")
    nested = [[{"deep": {"er": [value]}}]]
    pq.write_table(pa.table({"n": nested}), folder / "nested.parquet", compression="zstd")
    coded = pa.array([value, "x", value]).dictionary_encode()
    pq.write_table(pa.table({"c": coded}), folder / "coded.parquet", compression="gzip")
    pq.write_table(pa.table({"x": [1]}).replace_schema_metadata({"note": value}), folder / "meta.parquet")
    (folder / "parquet.gz").write_bytes(gzip.compress((folder / "nested.parquet").read_bytes()))
    with duckdb.connect(str(folder / "values.duckdb")) as connection:
        connection.execute("create table t as select ? as a, [{'b': ?}] as c", ["x", value])
    with duckdb.connect(str(folder / "comment.duckdb")) as connection:
        connection.execute(f"create table t (a integer); comment on column t.a is '{value}'")
    with duckdb.connect(str(folder / "view.duckdb")) as connection:
        connection.execute(f"create view v as select '{value}' as a")
    with duckdb.connect(str(folder / "macro.duckdb")) as connection:
        connection.execute(f"create macro m(a) as a || '{value}'")
    return {path.name for path in folder.iterdir()}


def test_a_value_is_found_inside_every_container(tmp_path: Path) -> None:
    names = plant_everywhere(tmp_path, VALUE)
    assert found_in(tmp_path, "nobody at all", VALUE) == {(name, 2) for name in names}
    assert not search(tmp_path, VALUE).unopened


def test_an_integer_column_is_searched_as_text(tmp_path: Path) -> None:
    pq.write_table(pa.table({"n": [1, 4155550417]}), tmp_path / "t.parquet", compression="zstd")
    assert found_in(tmp_path, "415-555-0417") == {("t.parquet", 1)}


def test_what_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "cut.gz").write_bytes(gzip.compress(random.Random(1).randbytes(5000))[:-40])
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 and no more")
    (tmp_path / "no.parquet").write_bytes(b"something else")
    (tmp_path / "no.duckdb").write_bytes(b"12345678DUCK and no more")
    key = b"k" * 32
    table = pa.table({"user_key": ["u"]})
    write_part(tmp_path / "locked.parquet", table.to_batches(), table.schema, key)
    assert {name for name, _ in search(tmp_path, VALUE).unopened} == {path.name for path in tmp_path.iterdir()}


def test_a_file_name_that_holds_a_value_is_found_and_not_shown(tmp_path: Path) -> None:
    root = write_release(tmp_path / "out")
    (root / "released" / f"{VALUE}.html").write_text("x")
    findings = search(root / "released", VALUE).findings
    assert [one.ordinal for one in findings] == [1]
    assert "Quentin" not in findings[0].file


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("192.168.1.12", True),
        ("x192168112.", True),
        ("192168112", True),
        ("0.5192168112", False),
        ("1921681123", False),
    ],
)
def test_digits_do_not_count_inside_a_longer_number(tmp_path: Path, text: str, hit: bool) -> None:
    (tmp_path / "f").write_text(text)
    assert found_in(tmp_path, "192.168.1.12") == ({("f", 1)} if hit else set())


def test_many_digits_count_inside_a_longer_number(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("id=994111111111111111000")
    assert found_in(tmp_path, "4111-1111-1111-1111") == {("f", 1)}


def test_every_pattern_is_long_enough_to_mean_something() -> None:
    for value in ("abcd", "0000", "ëëëë", "a b c d", VALUE):
        assert all(len(pattern.data) >= 4 for pattern in patterns(value))


def test_in_encrypted_bytes_short_values_are_chance_and_long_ones_are_not(tmp_path: Path) -> None:
    noise = random.Random(5).randbytes(2_000)
    (tmp_path / "sealed.parquet").write_bytes(b"PARE" + noise + b" Quen Quentin7 " + noise + b"PARE")
    assert found_in(tmp_path, "Quen", "Quentin7") == {("sealed.parquet", 2)}
    (tmp_path / "open").write_bytes(noise + b" Quen ")
    assert found_in(tmp_path, "Quen") == {("open", 1)}
