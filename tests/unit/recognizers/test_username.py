"""Cases of the recogniser in classifiers/recognizers/username.py: a text, and what is masked of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from classifiers.recognizers.username import Username

CASES = [
    ("follow @ana_kovac99 there", ["@ana_kovac99"]),
    ("@ana hi", ["@ana"]),
    ("my username is kovacana", ["kovacana"]),
    ("discord: ana#4821", ["ana#4821"]),
    ("u/ana_draws posted it", ["ana_draws"]),
    ("login = 'akovac'", ["akovac"]),
    ("@app.route('/x')", []),
    ("@property", []),
    ("@media (max-width: 3px)", []),
    ("import x from '@angular/core'", []),
    ("@everyone look", []),
    ("my discord is down", []),
    ("your username is required", []),
    ("my insta is xyz_123", ["xyz_123"]),
    ("add me on discord, dortijul47", ["dortijul47"]),
    ("find me on tiktok as marya_782", ["marya_782"]),
    ("ig: x_beltinor_x", ["x_beltinor_x"]),
    ("mein Benutzername ist radorgri.9", ["radorgri.9"]),
    ("# login x_nebel_x", ["x_nebel_x"]),
    ("<th>username</th><td>peljulya.9</td>", ["peljulya.9"]),
    ("id;username\n17;nortika.0", ["nortika.0"]),
    ('screen_name = "kovacana"', ["kovacana"]),
    ("login_page_model.dart and manager_login = last", []),
    ("ssh [USERNAME]@[EXTERNAL_IP]", []),
]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_it_masks_exactly(text: str, masked: list[str], found: Callable[..., list[str]]) -> None:
    assert found(Username(), text) == masked
