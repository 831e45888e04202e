"""Members of a ZIP archive as streams. Nothing is ever unpacked to disk, whatever the members' names say.

The library reads the directory alone: it knows no zstd, and it holds no member to the sizes that it states.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from jobs.readers.faults import FileFault
from jobs.readers.streams import check_expansion, stream_of, zstd_chunks
from schemas.policy import ReadPolicy

_STORED, _DEFLATED, _ZSTD = 0, 8, 93
_LOCAL = struct.Struct("<4s22xHH")
_LOCAL_MAGIC = b"PK\x03\x04"
_ENCRYPTED = 0x1
_FEED = 1 << 16
_CHUNK = 1 << 20
_DAMAGED = "is a damaged ZIP archive, or one cut short: its directory and its data disagree. Copy it again."


class Member:
    """One member: `stream` of its bytes after decompression, and their SHA-256 as far as they were read."""

    def __init__(self, archive: Archive, info: zipfile.ZipInfo) -> None:
        self._sha = hashlib.sha256()
        size = archive.size
        self.stream = stream_of(self._hashed(archive.chunks(info)), size, archive.policy)

    def digest(self) -> str:
        """SHA-256 of the whole member, in hex; what was not read is read now. Raises FileFault."""
        while self.stream.read(_CHUNK):
            pass
        return self._sha.hexdigest()

    def _hashed(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self._sha.update(chunk)
            yield chunk


class Archive:
    """A ZIP archive that is open as `file`. Of two members with one name the last counts, as its writers mean it.

    Raises FileFault, here or while a member is read: damaged or cut short, encrypted, packed in a way that is
    not read, expanding too far (all members that are read count together), names that lead out of it.
    """

    def __init__(self, file: BinaryIO, policy: ReadPolicy) -> None:
        self._file = file
        self.policy = policy
        self.size = file.seek(0, io.SEEK_END)
        self._expanded = 0
        try:
            with zipfile.ZipFile(file) as directory:
                self._members = {info.orig_filename: info for info in directory.infolist()}
        except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, EOFError, struct.error):
            raise FileFault(_DAMAGED) from None
        if any(name.startswith("/") or ".." in name.replace("\\", "/").split("/") for name in self._members):
            raise FileFault("is a ZIP archive with members that lead out of it: nobody's tool writes that. Remove it.")

        self._below: dict[str, list[str]] = {}
        for name in self._members:
            folder, _, last = name.rpartition("/")
            self._below.setdefault(folder, []).append(last)

    @property
    def names(self) -> list[str]:
        """The members' names, in the order of the archive's directory."""
        return list(self._members)

    def below(self, folder: str) -> list[str]:
        """The last parts of the names of the members right below a folder."""
        return self._below.get(folder, [])

    def member(self, name: str) -> Member:
        """The member of that name, at its start. Only one is read at a time."""
        return Member(self, self._members[name])

    def chunks(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        """The member's decompressed bytes, held to the size and checksum that the directory states."""
        if info.flag_bits & _ENCRYPTED:
            raise FileFault("is an encrypted ZIP archive: decrypt it, and run again.")
        packed = self._packed(info)
        if info.compress_type == _STORED:
            chunks = iter(lambda: packed.read(_CHUNK), b"")
        elif info.compress_type == _DEFLATED:
            chunks = _inflated(packed)
        elif info.compress_type == _ZSTD:
            chunks = zstd_chunks(packed)
        else:
            raise FileFault("is a ZIP archive packed in a way that is not read: deflate or zstd would be right.")
        size = checksum = 0
        for chunk in chunks:
            size += len(chunk)
            self._expanded += len(chunk)
            check_expansion(self._expanded, self.size, self.policy)
            if size > info.file_size:
                raise FileFault(_DAMAGED)
            checksum = zlib.crc32(chunk, checksum)
            yield chunk
        if size != info.file_size or checksum != info.CRC:
            raise FileFault(_DAMAGED)

    def _packed(self, info: zipfile.ZipInfo) -> BinaryIO:
        self._file.seek(max(0, info.header_offset))
        head = self._file.read(_LOCAL.size)
        if info.header_offset < 0 or len(head) < _LOCAL.size:
            raise FileFault(_DAMAGED)
        magic, name, extra = _LOCAL.unpack(head)
        start = info.header_offset + _LOCAL.size + name + extra
        if magic != _LOCAL_MAGIC or start + info.compress_size > self.size:
            raise FileFault(_DAMAGED)
        return io.BufferedReader(_Slice(self._file, start, info.compress_size))


class _Slice(io.RawIOBase):
    """`size` bytes of a file from `start`, wherever else in the file others read meanwhile."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file = file
        self._place = start
        self._end = start + size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._file.seek(self._place)
        read = self._file.read(min(len(buffer), self._end - self._place))
        buffer[: len(read)] = read
        self._place += len(read)
        return len(read)


def _inflated(packed: BinaryIO) -> Iterator[bytes]:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        while fed := packed.read(_FEED):
            while fed and not inflate.eof:
                yield inflate.decompress(fed, _CHUNK)
                fed = inflate.unconsumed_tail
        if not inflate.eof:
            raise FileFault(_DAMAGED)
    except zlib.error:
        raise FileFault(_DAMAGED) from None
