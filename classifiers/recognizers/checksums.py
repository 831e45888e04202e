"""Check digits of the numbers that states, banks and card schemes give out."""

from __future__ import annotations

from collections.abc import Sequence


def luhn(digits: str) -> bool:
    """ISO/IEC 7812: every second digit from the right doubled, the digit sum divisible by ten."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def mod97(text: str) -> bool:
    """ISO 7064 as IBAN uses it: the first four characters to the end, letters as 10 to 35, the remainder
    1."""
    turned = text[4:] + text[:4]
    return int("".join(str(int(char, 36)) for char in turned)) % 97 == 1


def weighted(digits: str, weights: Sequence[int], modulus: int) -> int:
    """Sum of digits times weights, modulo `modulus`; the shorter of the two sets the length."""
    return sum(int(char) * weight for char, weight in zip(digits, weights, strict=False)) % modulus


_D5 = [[(i + j) % 5 if i < 5 and j < 5 else 0 for j in range(10)] for i in range(10)]
for _i in range(10):
    for _j in range(10):
        if _i < 5:
            _D5[_i][_j] = (_i + _j) % 5 if _j < 5 else 5 + (_i + _j - 5) % 5
        else:
            _D5[_i][_j] = 5 + (_i - 5 - _j) % 5 if _j < 5 else (_i - _j) % 5
_STEP = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def verhoeff(digits: str) -> bool:
    """Verhoeff's check over the dihedral group of order ten (Aadhaar)."""
    check = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char)
        for _ in range(place % 8):
            value = _STEP[value]
        check = _D5[check][value]
    return check == 0
