"""Cases of the recogniser in classifiers/recognizers/mac_address.py: a text, and what is masked of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from classifiers.recognizers.mac_address import MacAddress

CASES = [
    ("mac 3c:22:fb:0a:9e:71", ["3c:22:fb:0a:9e:71"]),
    ("3C-22-FB-0A-9E-71", ["3C-22-FB-0A-9E-71"]),
    ("3c22.fb0a.9e71", ["3c22.fb0a.9e71"]),
    ("10:42:15 and 11:43:16", []),
    ("1234.5678.9012", []),
    ("ff:ff:ff:ff:ff:ff", []),
    ("bssid 9639.6633.4057", ["9639.6633.4057"]),
    ("mac address 3c22fb0a9e71", ["3c22fb0a9e71"]),
    ("?mac=01%3Ab2%3Aa0%3Aee%3A05%3A1f", ["01%3Ab2%3Aa0%3Aee%3A05%3A1f"]),
    ("9639.6633.4057", []),
]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_it_masks_exactly(text: str, masked: list[str], found: Callable[..., list[str]]) -> None:
    assert found(MacAddress(), text) == masked
