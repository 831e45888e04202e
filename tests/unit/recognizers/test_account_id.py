"""Cases of the recogniser in classifiers/recognizers/account_id.py: a text, and what is masked of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from classifiers.recognizers.account_id import AccountId

CASES = [
    ("my account number is 00482913", ["00482913"]),
    ("order #4402817 never came", ["#4402817"]),
    ("Order no. 114-3941689-8772232", ["114-3941689-8772232"]),
    ("booking reference ABX91Q27", ["ABX91Q27"]),
    ("booking reference ABX9142", ["ABX9142"]),
    ("INV-2024-00931", ["INV-2024-00931"]),
    ("customer_id = 'C-881204'", ["C-881204"]),
    ("user 3fa85f64-5717-4562-b3fc-2c963f66afa6", ["3fa85f64-5717-4562-b3fc-2c963f66afa6"]),
    ("Kundennummer 4471920", ["4471920"]),
    ("in order to sell 300 units", []),
    ("the account was opened in 2019", []),
    ("returns uint256", []),
    ("ISO-27001 and RFC-2616", []),
    ("on 2024-05-17", []),
    ("order_id='44 02 817'", ["44 02 817"]),
    ("<th>booking_ref</th><td>XC3R3M</td>", ["XC3R3M"]),
    ("PNR: XKQWZP", ["XKQWZP"]),
    ("numéro de dossier : 12-34-56", ["12-34-56"]),
    ("номер заказа 213348", ["213348"]),
    ("订单号88371920", ["88371920"]),
    ("54369 is my order number", ["54369"]),
    ("id;customer_id;plan\n17;NG9L0Y;pro", ["NG9L0Y"]),
    ("order two zero six six three six", ["two zero six six three six"]),
    ("case QFX-77499-F5Q6 is open", ["QFX-77499-F5Q6"]),
    ("in this case 2500 people came", []),
    ("members pay 120 a year", []),
    ("the claim that GPT-3.5 wins", []),
]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_it_masks_exactly(text: str, masked: list[str], found: Callable[..., list[str]]) -> None:
    assert found(AccountId(), text) == masked
