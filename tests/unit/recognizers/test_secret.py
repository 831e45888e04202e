"""Cases of the recogniser in classifiers/recognizers/secret.py: a text, and what is masked of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from classifiers.recognizers.secret import Secret

CASES = [
    ("sk-proj-Ab12Cd34Ef56Gh78Ij90Kl12", ["sk-proj-Ab12Cd34Ef56Gh78Ij90Kl12"]),
    ("ghp_0123456789abcdefghijABCDEFGHIJ123456", ["ghp_0123456789abcdefghijABCDEFGHIJ123456"]),
    ("AKIAQ3EGRZ7XV2LM9TPA", ["AKIAQ3EGRZ7XV2LM9TPA"]),
    (
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlLXBhcnQ",
        ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlLXBhcnQ"],
    ),
    ("my password is hunter2!", ["hunter2!"]),
    ("my password is sunshine", ["sunshine"]),
    ("password: Tr0ub4dor&3", ["Tr0ub4dor&3"]),
    ("DB_PASSWORD='s3cr3t-x9'", ["'s3cr3t-x9'"]),
    ("postgres://ana:pw4ever@db.local/x", ["pw4ever"]),
    ("Authorization: Bearer abc123def456ghi789", ["abc123def456ghi789"]),
    ("5f4dcc3b5aa765d61d8327deb882cf99", ["5f4dcc3b5aa765d61d8327deb882cf99"]),
    ("the password is required", []),
    ("password = input('Password: ')", []),
    ("api_key = os.environ['API_KEY']", []),
    ("api_key = 'YOUR_API_KEY'", []),
    ("token is invalid", []),
    ("I forgot my password again", []),
    ("my password is wrong", []),
    ("getUserNameFromRequestHandlerFactory", []),
    ("ssh into db, user ana, pw juniper-harbor-16", ["juniper-harbor-16"]),
    ("host db, password vel2aw5x8xOb.", ["vel2aw5x8xOb."]),
    ("we passed 3 tests and the token 2024 report", []),
]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_it_masks_exactly(text: str, masked: list[str], found: Callable[..., list[str]]) -> None:
    assert found(Secret(), text) == masked
