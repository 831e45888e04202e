"""Cases of the recogniser in classifiers/recognizers/email_address.py: a text, and what is masked of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from classifiers.recognizers.email_address import EmailAddress

CASES = [
    ("write to ana.kovac@mail.example.com please", ["ana.kovac@mail.example.com"]),
    ("ANA.KOVAC@EXAMPLE.COM", ["ANA.KOVAC@EXAMPLE.COM"]),
    ("<ana+shop@example.co.uk>, thanks", ["ana+shop@example.co.uk"]),
    ("mailto:ana_k@example.org?subject=x", ["ana_k@example.org"]),
    ("my mail is ana kovac at gmail dot com", ["kovac at gmail dot com"]),
    ("it's ana.kovac (at) example (dot) net", ["ana.kovac (at) example (dot) net"]),
    ("ana[at]example[dot]org", ["ana[at]example[dot]org"]),
    ("ana dot kovac at gmail.com", ["ana dot kovac at gmail.com"]),
    ("ana @ example . com", ["ana @ example . com"]),
    ("https://x.example/?to=ana%40example.com", ["ana%40example.com"]),
    ('{"mail":"ana@example.com"}', ["ana@example.com"]),
    ("von ana@bücher.example.de", ["ana@bücher.example.de"]),
    ("meet me at noon dot the i", []),
    ("look at the website", []),
    ("@property\ndef x(self): ...", []),
    ("a @ b", []),
    ("ana . kovac @ example . com", ["ana . kovac @ example . com"]),
    ("a n a @ g m a i l . c o m", ["a n a @ g m a i l . c o m"]),
    ("ana_at_example.com", ["ana_at_example.com"]),
    ("ana{at}example[.]dev", ["ana{at}example[.]dev"]),
    ("mail me at ana at example dot dev", ["ana at example dot dev"]),
    ("ana underscore k at mail dot example dot xyz", ["ana underscore k at mail dot example dot xyz"]),
    ("ana arroba ejemplo punto es", ["ana arroba ejemplo punto es"]),
    ("ana arobase exemple point fr", ["ana arobase exemple point fr"]),
    ("ana ät beispiel punkt de", ["ana ät beispiel punkt de"]),
    ("look at this point in the film", []),
    ("npm i react@18.2.0", []),
    ("look at that dot in the sky", []),
]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_it_masks_exactly(text: str, masked: list[str], found: Callable[..., list[str]]) -> None:
    assert found(EmailAddress(), text) == masked
