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
    ("PORT=1\nSMTP_PASS=Fendor17@\n", ["Fendor17@"]),
    ("redis://:s3cr3t-x9@cache:6379/0", ["s3cr3t-x9"]),
    ("the key's belh4m1x", ["belh4m1x"]),
    ("пароль Mist0173", ["Mist0173"]),
    ("| password | P@ss4569 |", ["P@ss4569"]),
    ("<b>token:</b> Oltu1055x", ["Oltu1055x"]),
    ('user.set("client_secret", "P@ss3834")', ["P@ss3834"]),
    ("id,password\n17,Tuti7731!", ["Tuti7731!"]),
    ("dp.pt.z4YiPbKE7JOI7k2utNO9kLEb0y5V6F28xujcZq356qD", ["dp.pt.z4YiPbKE7JOI7k2utNO9kLEb0y5V6F28xujcZq356qD"]),
    ("figd_Ab12Cd34Ef56Gh78Ij90Kl12Mn34Op56Qr78", ["figd_Ab12Cd34Ef56Gh78Ij90Kl12Mn34Op56Qr78"]),
    ("5123456789:AAFb1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uVw", ["5123456789:AAFb1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uVw"]),
    ("the key is important", []),
    ("pass the salt to table12", []),
]


@pytest.mark.parametrize(("text", "masked"), CASES)
def test_it_masks_exactly(text: str, masked: list[str], found: Callable[..., list[str]]) -> None:
    assert found(Secret(), text) == masked
