"""The spellings under which a planted value is searched for.

Two kinds of pattern: `folded` ones are held against bytes in which A-Z reads a-z, so that any mixture of case is found;
`exact` ones (base64, where case carries data) against the bytes as they are.
"""

from __future__ import annotations

import base64
import html
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

LEAST_CHARACTERS = 4
"""Shorter values are found everywhere by chance, so they are skipped and counted."""
LEAST_AMID_CHANCE = 8
"""Least bytes of a pattern in encrypted bytes. Of four letters, in any case, every value would be met once in some 250
million such bytes; of eight, once in 7 * 10^16."""
_LEAST_BASE64 = 6
"""Least characters of a base64 core: fewer turn up by chance in ordinary base64 text."""

_CHANCE_DIGITS = 12
"""From here on digits are no chance even inside a longer number. 200,000 windows of digits are in an ordinary release:
a thousand 8-digit values, an IP address without its dots say, would be met twice; a thousand of 12 once in 5,000."""

_CHANCE_LETTERS = 6
"""From here on letters are no chance even inside a longer word: `Eric` stands in `numeric`, `Ruth` in `truth`."""

_SEPARATORS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Pattern:
    """Bytes to look for. folded: A-Z reads a-z in them."""

    data: bytes
    variant: str
    folded: bool

    @property
    def stands_alone(self) -> bool:
        """True where a match inside a longer number or word does not count: few characters turn up there by chance."""
        if self.data.isdigit():
            return len(self.data) < _CHANCE_DIGITS
        return self.data.isalpha() and len(self.data) < _CHANCE_LETTERS


def base64_core(data: bytes, offset: int) -> bytes:
    """The characters that base64 text holds wherever `data` begins at a byte `offset` (0 to 2) of a group of three.

    Characters that also depend on the bytes before and after are left off.
    """
    encoded = base64.b64encode(b"\0" * offset + data)
    return encoded[(0, 2, 3)[offset] : (offset + len(data)) * 8 // 6]


def without_separators(text: str) -> str:
    """Letters and digits only."""
    return _SEPARATORS.sub("", text)


def _spellings(value: str) -> Iterator[tuple[str, str]]:
    """(variant, text): the value, its compatibility form (NFKC), and both without separators; each in every case."""
    normal = unicodedata.normalize("NFKC", value)
    for name, text in (
        ("as is", value),
        ("NFKC", normal),
        ("no separators", without_separators(value)),
        ("no separators", without_separators(normal)),
    ):
        if len(text) >= LEAST_CHARACTERS:
            for cased in dict.fromkeys((text, text.lower(), text.upper(), text.casefold())):
                yield name, cased


def patterns(value: str) -> list[Pattern]:
    """Every pattern of one planted value; none where it is too short."""
    out: dict[tuple[bytes, bool], str] = {}
    for name, text in _spellings(value):
        raw = text.encode("utf-8", "replace")
        for variant, data in (
            (name, raw),
            ("UTF-16LE", text.encode("utf-16-le", "replace")),
            ("UTF-16BE", text.encode("utf-16-be", "replace")),
            ("hex", raw.hex().encode()),
            ("URL", quote(raw, safe="").encode()),
            ("URL", quote_plus(raw).encode()),
            ("JSON escape", json.dumps(text)[1:-1].encode()),
            ("HTML escape", html.escape(text).encode("utf-8", "replace")),
        ):
            out.setdefault((data.lower(), True), variant)
        for offset in range(3):
            core = base64_core(raw, offset)
            if len(core) >= _LEAST_BASE64:
                out.setdefault((core, False), f"base64 at {offset}")
                out.setdefault((core.replace(b"+", b"-").replace(b"/", b"_"), False), f"base64 at {offset}")
    return [Pattern(data, variant, folded) for (data, folded), variant in out.items()]
