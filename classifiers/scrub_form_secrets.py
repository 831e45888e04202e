"""Made-up secrets: keys of known vendors, tokens, private keys, passwords."""

from __future__ import annotations

import base64
import json
import random
import string

_ALNUM = string.ascii_letters + string.digits
_HEX = "0123456789abcdef"
_UPPER = string.ascii_uppercase + string.digits
# Prefix, signs, number of signs, tail.
_VENDORS = (
    ("sk-", _ALNUM, 48, ""), ("sk-proj-", _ALNUM + "-_", 80, ""), ("sk-ant-api03-", _ALNUM + "-_", 90, "AA"),
    ("sk_live_", _ALNUM, 24, ""), ("pk_test_", _ALNUM, 24, ""), ("rk_live_", _ALNUM, 24, ""), ("ghp_", _ALNUM, 36, ""),
    ("gho_", _ALNUM, 36, ""), ("github_pat_", _ALNUM, 22, "_" + "x8Kd" * 14), ("glpat-", _ALNUM, 20, ""),
    ("xoxb-", string.digits, 12, "-123456789012-AbCdEfGhIjKlMnOpQrStUvWx"), ("xoxp-", string.digits, 12,
    "-1234567-ab12cd34"),
    ("AKIA", _UPPER, 16, ""), ("ASIA", _UPPER, 16, ""), ("AIza", _ALNUM + "-_", 35, ""), ("ya29.", _ALNUM + "-_", 60,
    ""),
    ("GOCSPX-", _ALNUM + "-_", 28, ""), ("SG.", _ALNUM, 22, "." + "aB3dE" * 8 + "xyz"), ("hf_", string.ascii_letters,
    34, ""),
    ("npm_", _ALNUM, 36, ""), ("pypi-AgEIcHlwaS5vcmc", _ALNUM + "-_", 70, ""), ("dop_v1_", _HEX, 64, ""),
    ("shpat_", _HEX, 32, ""), ("key-", _HEX, 32, ""), ("sq0atp-", _ALNUM, 22, ""), ("dapi", _HEX, 32, ""),
    ("r8_", _ALNUM, 37, ""), ("gsk_", _ALNUM, 52, ""), ("pplx-", _ALNUM, 48, ""), ("hvs.", _ALNUM, 24, ""),
    ("lin_api_", _ALNUM, 40, ""), ("nvapi-", _ALNUM + "-_", 64, ""), ("secret_", _ALNUM, 43, ""), ("ntn_", _ALNUM,
    46, ""),
    ("whsec_", _ALNUM, 32, ""), ("PMAK-", _HEX, 24, "-" + "0a1b2c3d4e5f60718293a4b5c6d7e8f901"), ("NRAK-", _UPPER,
    27, ""),
    ("sntrys_", _ALNUM, 60, ""), ("figd_", _ALNUM + "-_", 40, ""), ("sbp_", _HEX, 40, ""), ("pat", _ALNUM, 14,
    "." + "3f9a" * 16),
    ("dp.pt.", _ALNUM, 43, ""), ("SK", _HEX, 32, ""), ("AC", _HEX, 32, ""), ("pscale_tkn_", _ALNUM, 43, ""),
    ("xkeysib-", _HEX, 64, "-a1B2c3D4e5F6g7H8"), ("AGE-SECRET-KEY-1", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58, ""),
    ("glsa_", _ALNUM, 32, "_0a1b2c3d"), ("EAAC", _ALNUM, 120, ""), ("tskey-auth-k", _ALNUM, 16,
    "-9aB8cD7eF6gH5iJ4kL3m"),
    ("", _HEX, 32, ""), ("", _HEX, 64, ""), ("", _ALNUM, 40, ""), ("", _ALNUM + "+/", 86, "=="),
)  # fmt: skip


def _drawn(rng: random.Random, signs: str, count: int) -> str:
    return "".join(rng.choices(signs, k=count))


def vendor_key(rng: random.Random) -> str:
    """A key as one of some fifty vendors gives out."""
    prefix, signs, count, tail = rng.choice(_VENDORS)
    return f"{prefix}{_drawn(rng, signs, count)}{tail}"


def web_token(rng: random.Random) -> str:
    """A signed web token."""
    parts = ({"alg": "HS256", "typ": "JWT"}, {"sub": _drawn(rng, string.digits, 8), "iat": 1700000000})
    head = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    return f"{head}.{_drawn(rng, _ALNUM + '-_', 43)}"


def private_key(rng: random.Random) -> str:
    """A private key with its first and last line."""
    kind = rng.choice(("RSA ", "", "OPENSSH ", "EC ", "ENCRYPTED "))
    lines = "\n".join(_drawn(rng, _ALNUM + "+/", 64) for _ in range(rng.randint(3, 12)))
    return f"-----BEGIN {kind}PRIVATE KEY-----\n{lines}\n{_drawn(rng, _ALNUM, 22)}==\n-----END {kind}PRIVATE KEY-----"


def password(rng: random.Random, word: str) -> str:
    """A password as people choose them: a word with digits or marks, a few words, or drawn at random."""
    marks = "!_#?$%&*@"
    return rng.choice(
        (
            word + rng.choice(marks) + _drawn(rng, string.digits, 3), word.title() + _drawn(rng, string.digits, 4),
            word.title() + _drawn(rng, string.digits, 2) + rng.choice(marks), _drawn(rng, _ALNUM, 10) + "7",
            _drawn(rng, _ALNUM + "!#$%&*", 14) + "4x", f"{word}-harbor-{_drawn(rng, string.digits, 2)}",
            word.replace("a", "4").replace("o", "0") + "1", f"P@ss{_drawn(rng, string.digits, 4)}",
        )
    )  # fmt: skip


def secret(rng: random.Random, word: str) -> str:
    """A secret of any sort; `word` is a made-up word for passwords."""
    how = rng.random()
    if how < 0.4:
        return password(rng, word)
    if how < 0.9:
        return vendor_key(rng)
    return web_token(rng) if how < 0.96 else private_key(rng)
