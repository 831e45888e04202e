"""What a file holds, as bytes to search: itself, and what is inside it after decompression and unescaping."""

from __future__ import annotations

import bz2
import gzip
import html
import io
import json
import lzma
import mmap
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

Look = Callable[[bytes], None]
"""Searches a stretch of bytes; stretches overlap by `OVERLAP`, so that nothing is lost at a seam."""


@dataclass(slots=True)
class Inside:
    """The key of an encrypted Parquet file, and what searches its values; opened: that all of them were shown to it."""

    key: bytes = field(repr=False)
    look: Look
    opened: bool = False


CHUNK = 16 << 20
OVERLAP = 1 << 16
MOST_INSIDE = 512 << 20
"""Most bytes of one decompressed member; what is larger is told as not opened."""
_MOST_NESTED = 4

_TAG = re.compile(r"<[^<>]*>")
_ESCAPES = re.compile(r'(?:\\(?:u[0-9a-fA-F]{4}|["\\/bfnrt]))+')
_RUNS = re.compile(
    rb"(?:[\t\n\r -~]|[\xc2-\xdf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xe0[\xa0-\xbf][\x80-\xbf]"
    rb"|\xed[\x80-\x9f][\x80-\xbf]|[\xf1-\xf3][\x80-\xbf]{3}|\xf0[\x90-\xbf][\x80-\xbf]{2}"
    rb"|\xf4[\x80-\x8f][\x80-\xbf]{2}){4,}"
)
"""At least four characters of UTF-8 text (RFC 3629) amid other bytes."""
_NAMED = (".parquet", ".duckdb", ".gz", ".zip", ".zst", ".bz2", ".xz")
ENCRYPTED = "an encrypted Parquet file"
_MISNAMED = "a file that is not what its name says"


def search_file(path: Path, look: Look, inside: Inside | None = None, sealed: Look | None = None) -> list[str]:
    """Shows `look` everything in the file; returns what could not be opened, a phrase each.

    inside: how an encrypted Parquet file is opened; without it such a file stays shut. sealed: what the bytes of such a
    file are shown to, as they lie, in the place of `look`: they are as good as random, so that short values turn up.
    """
    size = path.stat().st_size
    named = path.suffix.lower() in _NAMED
    if not size:
        return [_MISNAMED] if named else []
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        head, tail = whole[:16], whole[-4:]
        encrypted = b"PARE" in (head[:4], tail)
        for begin in range(0, size, CHUNK):
            _look_at(whole[max(0, begin - OVERLAP) : begin + CHUNK], (sealed if encrypted else None) or look)
        if head[8:12] == b"DUCK":
            return _duckdb(path, look)
        if encrypted:
            return [ENCRYPTED] if inside is None else _decrypted(path, inside)
        if not _is_container(head):
            return [_MISNAMED] if named else []
        if size > MOST_INSIDE and head[:4] != b"PAR1":
            return ["an archive that is too large to open"]
        return _inside(io.BytesIO(whole[:]) if head[:4] != b"PAR1" else path, head, tail, look, 0)


def _is_container(head: bytes) -> bool:
    return head.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"PAR1", b"PARE"))


def _inside(source: Any, head: bytes, tail: bytes, look: Look, depth: int) -> list[str]:
    """Opens a container (a path, or a file object) by its first bytes, and what is nested in it."""
    if depth > _MOST_NESTED:
        return ["an archive that is nested too deep"]
    if b"PARE" in (head[:4], tail):
        return [ENCRYPTED]
    try:
        if head[:4] == b"PAR1":
            _parquet(source, look)
            return []
        if head[:2] == b"PK":
            return _zip(source, look, depth)
        return _member(_decompress(source, head), look, depth)
    except Exception:  # noqa: BLE001  any failure to open means: not searched; its message may hold a value
        return ["a damaged or unknown archive"]


def _decompress(source: Any, head: bytes) -> Any:
    if head[:2] == b"\x1f\x8b":
        return gzip.GzipFile(fileobj=source)
    if head[:3] == b"BZh":
        return bz2.BZ2File(source)
    if head[:5] == b"\xfd7zXZ":
        return lzma.LZMAFile(source)
    import zstandard

    return zstandard.ZstdDecompressor().stream_reader(source, read_across_frames=True)


def _member(stream: Any, look: Look, depth: int) -> list[str]:
    data = stream.read(MOST_INSIDE + 1)
    if len(data) > MOST_INSIDE:
        return ["an archive that is too large to open"]
    for begin in range(0, len(data), CHUNK):
        _look_at(data[max(0, begin - OVERLAP) : begin + CHUNK], look)
    if data[8:12] == b"DUCK":
        return ["a database inside an archive"]
    if _is_container(data[:16]):
        return _inside(io.BytesIO(data), data[:16], data[-4:], look, depth + 1)
    return []


def _zip(source: Any, look: Look, depth: int) -> list[str]:
    problems: list[str] = []
    with zipfile.ZipFile(source) as archive:
        for entry in archive.infolist():
            look(entry.filename.encode("utf-8", "replace"))
            with archive.open(entry) as member:
                problems += _member(member, look, depth)
    return problems


def _parquet(source: Any, look: Look, key: bytes | None = None) -> None:
    import pyarrow.parquet as pq
    import pyarrow.parquet.encryption as pe

    opened = pe.create_decryption_properties(footer_key=key) if key else None
    with pq.ParquetFile(source, decryption_properties=opened) as file:
        # A row of a restricted table is a whole conversation, one of a released table a few numbers.
        for batch in file.iter_batches(batch_size=1_000 if key else 50_000):
            for column in batch.columns:
                for values in _leaves(column):
                    _look_at(values, look)


def _decrypted(path: Path, inside: Inside) -> list[str]:
    try:
        _parquet(path, inside.look, inside.key)
    except Exception:  # noqa: BLE001  any failure to open means: not searched; its message may hold a value
        return ["an encrypted Parquet file that is damaged or of another key"]
    inside.opened = True
    return []


def _duckdb(path: Path, look: Look) -> list[str]:
    """Every value of every table, every view, macro and comment; free blocks were seen as raw bytes."""
    import duckdb

    locked = {"enable_external_access": "false", "lock_configuration": "true", "temp_directory": ""}
    try:
        with duckdb.connect(str(path), read_only=True, config=locked) as connection:
            names = connection.execute(
                "select schema_name, table_name from duckdb_tables() where not internal and not temporary"
            ).fetchall()
            queries = [f"select * from {_quoted(schema)}.{_quoted(table)}" for schema, table in names]
            queries += [
                "from duckdb_tables()",
                "from duckdb_columns() where not internal",
                "from duckdb_views() where not internal",
                "from duckdb_functions() where not internal",
            ]
            for query in queries:
                for batch in connection.sql(query).to_arrow_reader(50_000):
                    for column in batch.columns:
                        for values in _leaves(column):
                            _look_at(values, look)
    except Exception:  # noqa: BLE001  any failure to read means: not searched; its message may hold a value
        return ["a damaged or foreign database"]
    return []


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _leaves(values: Any) -> Iterator[bytes]:
    """The plain values inside an Arrow array of any nesting, as text, a line each."""
    import pyarrow as pa

    kind = values.type
    if pa.types.is_struct(kind):
        for child in values.flatten():
            yield from _leaves(child)
    elif pa.types.is_map(kind):
        yield from _leaves(values.keys)
        yield from _leaves(values.items)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        yield from _leaves(values.flatten())
    elif pa.types.is_dictionary(kind):
        yield from _leaves(values.dictionary_decode())
    elif not pa.types.is_null(kind):
        items = values.to_pylist()
        yield b"\n".join(item if isinstance(item, bytes) else str(item).encode("utf-8", "replace") for item in items)


def _look_at(data: bytes, look: Look) -> None:
    """The bytes themselves, and as text with HTML, JSON and URL escapes undone (twice over), without tags, in NFKC."""
    look(data)
    text = _text(data)
    views, fresh = {text}, {text}
    for _ in range(2):
        fresh = {view for old in fresh for view in _undone(old)} - views
        views |= fresh
    views |= {unicodedata.normalize("NFKC", view).casefold() for view in views if not view.isascii()}
    for view in views - {text}:
        look(view.encode("utf-8", "replace"))


def _undone(text: str) -> Iterator[str]:
    """`text` with one kind of escape undone, kind by kind."""
    if "&" in text:
        yield html.unescape(text)
    if "<" in text:
        yield _TAG.sub("", text)
    if "\\" in text:
        yield _ESCAPES.sub(_unescape, text)
    if "%" in text or "+" in text:
        yield unquote_to_bytes(text.replace("+", " ")).decode("utf-8", "replace")


def _unescape(found: re.Match[str]) -> str:
    return str(json.loads(f'"{found[0]}"'))


def _text(data: bytes) -> str:
    """The bytes as text; of what is no UTF-8 throughout, the stretches that are, a line each."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return b"\n".join(_RUNS.findall(data)).decode()
