"""The audit's test of itself: probes planted in a copy of the artefacts, in every spelling and kind of hiding place.

A probe is a made-up value that only this run knows. A search that misses one of them proves nothing, so the audit then
refuses.
"""

from __future__ import annotations

import base64
import gzip
import html
import json
import secrets
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jobs.audit import Canaries, Searcher, plain_files, search_files
from jobs.audit_variants import without_separators
from jobs.tables import write_part

SPELLINGS: dict[str, Callable[[str], bytes]] = {
    "as is": lambda v: v.encode(),
    "lower case": lambda v: v.lower().encode(),
    "upper case": lambda v: v.upper().encode(),
    "mixed case": lambda v: "".join(c.upper() if i % 2 else c.lower() for i, c in enumerate(v)).encode(),
    "no separators": lambda v: without_separators(v).encode(),
    "full-width": lambda v: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in v).encode(),
    "hex": lambda v: v.encode().hex().encode(),
    "URL": lambda v: quote(v, safe="").encode(),
    "UTF-16LE": lambda v: v.encode("utf-16-le"),
    "UTF-16BE": lambda v: v.encode("utf-16-be"),
    "base64 at 0": lambda v: base64.b64encode(v.encode()),
    "base64 at 1": lambda v: base64.b64encode(b"x" + v.encode()),
    "base64 at 2": lambda v: base64.b64encode(b"xy" + v.encode()),
    "JSON escape": lambda v: "".join(f"\\u{ord(c):04x}" for c in v).encode(),
    "HTML escape": lambda v: "".join(f"&#x{ord(c):x};" for c in v).encode(),
    "HTML tags": lambda v: f"{html.escape(v[:5])}<b>{html.escape(v[5:])}</b>".encode(),
}
"""How a probe is written, by name; each differs from what `audit_variants` makes, which the test would else repeat."""


@dataclass
class Planted:
    """values: the probes; places: file name in the copy of each, in the same order."""

    values: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    def new(self, place: str) -> str:
        """A probe that will stand in `place`: letters of both cases, digits, separators and one accent."""
        value = f"Pr{secrets.token_hex(5)} Zoë-{secrets.token_hex(5)}.Q"
        self.values.append(value)
        self.places.append(place)
        return value

    def number(self, place: str) -> int:
        """A probe of 15 digits: as an integer it stands in no raw byte, only in the value that is read back."""
        value = 10**14 + secrets.randbelow(9 * 10**14)
        self.values.append(str(value))
        self.places.append(place)
        return value

    def spelt(self, place: str) -> list[bytes]:
        """A new probe in every spelling."""
        return [spell(self.new(place)) for spell in SPELLINGS.values()]

    def texts(self, place: str) -> list[str]:
        """A new probe in every spelling that a column of text can hold."""
        return [spell(self.new(place)).decode() for name, spell in SPELLINGS.items() if not name.startswith("UTF-16")]


@dataclass(frozen=True, slots=True)
class SelfTest:
    """planted: how many probes; found: how many of them the search found where they were."""

    planted: int
    found: int

    @property
    def whole(self) -> bool:
        """True where every probe was found."""
        return self.planted == self.found


def self_test(released: Path | None) -> SelfTest:
    """Plants probes in a copy of `released` and searches that copy, which is removed at the end.

    None: in archives alone. Only what may leave is ever copied.
    """
    with tempfile.TemporaryDirectory(prefix="welfare-audit-") as held:
        copy = Path(held) / "copy"
        if released is None:
            copy.mkdir()
        else:
            shutil.copytree(released, copy, symlinks=True)
        planted = Planted()
        for path in plain_files(copy):
            path.chmod(0o600)
            _plant(path, path.relative_to(copy).as_posix(), planted)
        _plant_archives(copy, planted)
        key = _plant_encrypted(copy, planted)
        canaries = Canaries(tuple(enumerate(planted.values)))
        seen = search_files(copy, plain_files(copy), Searcher(canaries), lambda path: key)
    found = {(finding.ordinal, finding.file) for finding in seen.findings}
    return SelfTest(len(planted.values), sum(pair in found for pair in enumerate(planted.places)))


def _plant(path: Path, name: str, planted: Planted) -> None:
    """Hides probes in one artefact, inside its own structure where it has one."""
    if path.suffix == ".parquet":
        _plant_parquet(path, name, planted)
    elif path.suffix == ".duckdb":
        _plant_duckdb(path, name, planted)
    elif path.suffix == ".json":
        text = path.read_text(encoding="utf-8", errors="replace").rstrip()
        extra = json.dumps({"probes": [planted.new(name), planted.new(name)]})
        path.write_text(f"{text}\n{extra}", encoding="utf-8")
        _append(path, name, planted)
    else:
        _append(path, name, planted)


def _append(path: Path, name: str, planted: Planted) -> None:
    """Bytes after the end, as in a free block or a slack space."""
    with path.open("ab") as file:
        file.write(b"\n" + b"\n".join(planted.spelt(name)))


def _plant_parquet(path: Path, name: str, planted: Planted) -> None:
    """A compressed, dictionary-encoded column, a nested one, one of bytes and one of numbers."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = planted.texts(name)
    nested = [{"inner": [planted.new(name)]} for _ in texts]
    binary = [planted.new(name).encode() for _ in texts]
    numbers = [planted.number(name) for _ in texts]
    columns: dict[str, Any] = {"text": texts, "nested": nested, "binary": binary, "number": numbers}
    pq.write_table(pa.table(columns), path, compression="zstd", use_dictionary=["text"])


def _plant_duckdb(path: Path, name: str, planted: Planted) -> None:
    """Values of a column, of a list and of numbers, a comment, and bytes behind the last block."""
    import duckdb

    try:
        connection = duckdb.connect(str(path))
    except duckdb.Error:
        pass  # no database: the search itself says so
    else:
        with connection:
            connection.execute("create table probes (text varchar, inside varchar[], number bigint)")
            rows = [(text, [planted.new(name)], planted.number(name)) for text in planted.texts(name)]
            connection.executemany("insert into probes values (?, ?, ?)", rows)
            connection.execute(f"comment on table probes is '{planted.new(name)}'")
    _append(path, name, planted)


def _plant_archives(copy: Path, planted: Planted) -> None:
    """Compressed files beside the artefacts: gzip, zstd, and a gzip inside a zip."""
    import zstandard

    (copy / "probe.log.gz").write_bytes(gzip.compress(b"\n".join(planted.spelt("probe.log.gz"))))
    (copy / "probe.log.zst").write_bytes(zstandard.compress(b"\n".join(planted.spelt("probe.log.zst"))))
    with zipfile.ZipFile(copy / "probe.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.gz", gzip.compress(b"\n".join(planted.spelt("probe.zip"))))


def _plant_encrypted(copy: Path, planted: Planted) -> bytes:
    """A restricted table's part, with a value in every kind of column; its key."""
    import pyarrow as pa

    name, key = "probe.encrypted.parquet", secrets.token_bytes(32)
    texts = planted.texts(name)
    columns = {"text": texts, "turns": [[{"text": planted.new(name)}] for _ in texts]}
    rows = pa.table(columns)
    write_part(copy / name, rows.to_batches(), rows.schema, key)
    return key
