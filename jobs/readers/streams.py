"""The bytes of a file, decompressed: plain, gzip and zstd, known by their first bytes and never by a name."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from jobs.readers.faults import FileFault
from schemas.policy import ReadPolicy

_BUFFER = 1 << 20
_HEAD = 1024
_FREE_BYTES = 64 << 20
_ZSTD_FEED = 1024
"""Bytes fed to zstd at once. Its output has no cap, and 4 bytes may make 128 KiB: at most 32 MiB then."""

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_ZSTD_SKIPPABLE = tuple(bytes([nibble]) + b"\x2a\x4d\x18" for nibble in range(0x50, 0x60))
_PARQUET = b"PAR1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_BOM = b"\xef\xbb\xbf"
_FOREIGN = (
    (b"PK\x03\x04", "a ZIP archive", "unpack it"),
    (b"PARE", "encrypted Parquet", "decrypt it"),
    (b"BZh", "compressed with bzip2", "decompress it, or use gzip or zstd"),
    (b"\xfd7zXZ\x00", "compressed with xz", "decompress it, or use gzip or zstd"),
    (b"\xff\xfe", "text in UTF-16", "convert it to UTF-8"),
    (b"\xfe\xff", "text in UTF-16", "convert it to UTF-8"),
    (b"Obj\x01", "an Avro file", "write it as JSON lines"),
    (b"ORC", "an ORC file", "write it as Parquet or JSON lines"),
    (b"ARROW1", "an Arrow file", "write it as Parquet"),
    (b"SQLite format 3\x00", "an SQLite database", "export it as JSON lines"),
)


def open_file(path: Path) -> io.BufferedReader:
    """The file's bytes as they are. Raises OSError."""
    return io.BufferedReader(io.FileIO(path), _BUFFER)


def is_zip(file: BinaryIO) -> bool:
    """Whether a file, open at its start, is a ZIP archive. Leaves it at its start."""
    head = file.read(len(_ZIP[0]))
    file.seek(0)
    return head in _ZIP


def is_parquet(file: BinaryIO) -> bool:
    """Whether a file, open at its start, is Parquet. Leaves it at its start."""
    head = file.read(len(_PARQUET))
    file.seek(0)
    return head == _PARQUET


def decompressed(file: io.BufferedReader, policy: ReadPolicy) -> io.BufferedReader:
    """The text of a file that is open at its start, after decompression and without a byte order mark.

    Raises FileFault, here or while it is read: truncated or corrupt compression, more than
    `policy.max_expansion` times the file's size (beyond 64 MiB), a known foreign format, other binary data.
    """
    head = file.read(4)
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    stream = file
    if head.startswith(_GZIP):
        stream = stream_of(_gzip_chunks(file), size, policy)
    elif head == _ZSTD or head in _ZSTD_SKIPPABLE:
        stream = stream_of(zstd_chunks(file), size, policy)
    _refuse_foreign(stream.peek(_HEAD)[:_HEAD], packed=stream is not file)
    if stream.peek(len(_BOM)).startswith(_BOM):
        stream.read(len(_BOM))
    return stream


def check_expansion(expanded: int, size: int, policy: ReadPolicy) -> None:
    """Raise FileFault where `expanded` bytes are too many for a file of `size` bytes."""
    if expanded > max(_FREE_BYTES, policy.max_expansion * size):
        raise FileFault(
            "expands far beyond its size, as a decompression bomb does. If it is sound, raise"
            " `max_expansion` of the policy [read], or decompress it first."
        )


def _refuse_foreign(head: bytes, packed: bool) -> None:
    for magic, kind, advice in _FOREIGN:
        if head.startswith(magic):
            raise FileFault(f"is {kind}, which is not read: {advice}, and run again.")
    if packed and head.startswith((_PARQUET, _GZIP, _ZSTD)):
        raise FileFault("is compressed twice, or is Parquet inside gzip or zstd: decompress it once.")
    if b"\0" in head and not head.lstrip(_BOM + b" \t\r\n").startswith((b"{", b"[")):
        raise FileFault("is binary data of no known format: Parquet, or JSON, gzip or zstd, would be right.")


class _Chunks(io.RawIOBase):
    """A readable stream over the decompressed chunks of a file of `size` bytes; it refuses too many."""

    def __init__(self, chunks: Iterator[bytes], size: int, policy: ReadPolicy) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")
        self._expanded = 0
        self._size = size
        self._policy = policy

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        # Filled as far as the chunks go, so that a peek sees more than the first few bytes.
        filled = 0
        while filled < len(buffer) and (self._rest or self._next()):
            part = self._rest[: len(buffer) - filled]
            buffer[filled : filled + len(part)] = part
            self._rest = self._rest[len(part) :]
            filled += len(part)
        return filled

    def _next(self) -> bool:
        self._rest = memoryview(next(self._chunks, b""))
        self._expanded += len(self._rest)
        check_expansion(self._expanded, self._size, self._policy)
        return len(self._rest) > 0


def _gzip_chunks(file: BinaryIO) -> Iterator[bytes]:
    members = gzip.GzipFile(fileobj=file, mode="rb")
    while True:
        try:
            chunk = members.read1(_BUFFER)
        except EOFError:
            raise _truncated("gzip") from None
        except (gzip.BadGzipFile, zlib.error):
            raise _corrupt("gzip") from None
        if not chunk:
            return
        yield chunk


def stream_of(chunks: Iterator[bytes], size: int, policy: ReadPolicy) -> io.BufferedReader:
    """The decompressed chunks of `size` bytes as a stream. Reading it raises FileFault where they are too many."""
    return io.BufferedReader(_Chunks(chunks, size, policy), _BUFFER)


def zstd_chunks(file: BinaryIO) -> Iterator[bytes]:
    """Frames one by one, since the library's own stream reader takes a truncated frame for the file's end."""
    import zstandard

    decompressor = zstandard.ZstdDecompressor()
    frame = decompressor.decompressobj()
    started = False
    while fed := file.read(_ZSTD_FEED):
        while fed:
            try:
                chunk = frame.decompress(fed)
            except zstandard.ZstdError:
                raise _corrupt("zstd") from None
            started = not frame.eof
            fed = b""
            if frame.eof:
                fed, frame = frame.unused_data, decompressor.decompressobj()
            if chunk:
                yield chunk
    if started:
        raise _truncated("zstd")


def _truncated(kind: str) -> FileFault:
    return FileFault(f"is cut short: its {kind} data ends too early. Copy it again from its source.")


def _corrupt(kind: str) -> FileFault:
    return FileFault(f"holds damaged {kind} data, or bytes after its end. Copy it again from its source.")
