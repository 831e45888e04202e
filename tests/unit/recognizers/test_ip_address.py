"""Cases of the recogniser in classifiers/recognizers/ip_address.py: a text, and what is masked of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from classifiers.recognizers.ip_address import IpAddress

CASES = [
    ("from 84.112.7.19 today", ["84.112.7.19"]),
    ("ssh root@84.112.7.19:22", ["84.112.7.19"]),
    ("10.0.0.17/24", ["10.0.0.17"]),
    ("84[.]112[.]7[.]19", ["84[.]112[.]7[.]19"]),
    ("2001:db8:85a3::8a2e:370:7334", ["2001:db8:85a3::8a2e:370:7334"]),
    ("fe80::1ff:fe23:4567:890a%eth0", ["fe80::1ff:fe23:4567:890a"]),
    ("http://127.0.0.1:8000 and 0.0.0.0", []),
    ("version 1.2.3.4", []),
    ("django==4.2.1.1", []),
    ("std::add::bad", []),
    ("to e976:9a2:5de9:c0da:c8df:2d71:3105:625b:25: timed out", ["e976:9a2:5de9:c0da:c8df:2d71:3105:625b"]),
    ("at 10:42:15", []),
    ("999.12.3.4", []),
    ("84 . 112 . 7 . 19", ["84 . 112 . 7 . 19"]),
    ("84 dot 112 dot 7 dot 19", ["84 dot 112 dot 7 dot 19"]),
    ("84(.)112(.)7(.)19", ["84(.)112(.)7(.)19"]),
    ("?ip=2a02%3Ae152%3A%3A6b38", ["2a02%3Ae152%3A%3A6b38"]),
    ("8d69 : cdb6 : caf1 : 60a2 : 9b1 : e95f : 1386 : 3040", ["8d69 : cdb6 : caf1 : 60a2 : 9b1 : e95f : 1386 : 3040"]),
]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_it_masks_exactly(text: str, masked: list[str], found: Callable[..., list[str]]) -> None:
    assert found(IpAddress(), text) == masked
