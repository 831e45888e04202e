"""Cases of the recogniser in classifiers/recognizers/url.py: a text, and what is masked of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from classifiers.recognizers.url import Url

CASES = [
    ("see https://anakovac.example-site.de/cv", ["https://anakovac.example-site.de/cv"]),
    ("www.kovac-family.net is mine", ["www.kovac-family.net"]),
    ("kovac-dental.com", ["kovac-dental.com"]),
    ("https://linkedin.com/in/ana-kovac", ["https://linkedin.com/in/ana-kovac"]),
    ("github.com/anakovac", ["github.com/anakovac"]),
    ("https://google.com/search?email=ana", ["https://google.com/search?email=ana"]),
    ("https://en.wikipedia.org/wiki/Joy", []),
    ("https://docs.python.org/3/library/re.html", []),
    ("run script.sh and main.py in node.js", []),
    ("os.system and user.name", []),
    ("e.g. this", []),
    ("https://profiles.example.com/u/ana_k", ["https://profiles.example.com/u/ana_k"]),
    ("git.example.net/akovac is mine", ["git.example.net/akovac"]),
    ("https://www.wikipedia.org/~ana", ["https://www.wikipedia.org/~ana"]),
    ("linkedin dot com slash in slash ana-kovac", ["linkedin dot com slash in slash ana-kovac"]),
    ("www dot kovac-family dot net", ["www dot kovac-family dot net"]),
    ("T.ME/ANAKOVAC and linktr.ee/anakovac", ["T.ME/ANAKOVAC", "linktr.ee/anakovac"]),
    ("GET /v1/user?phone=0171%205550123&x=1", ["0171%205550123"]),
    ("/find?url=https%3A//ana.example.de/x", ["https%3A//ana.example.de/x"]),
    ("desde el punto de vista", []),
    ("/find?page=2&sort=name", []),
    ("Std.lv and main.rs", []),
]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_it_masks_exactly(text: str, masked: list[str], found: Callable[..., list[str]]) -> None:
    assert found(Url(), text) == masked
