"""E-mail addresses hidden in base64: a run of base64 that decodes to text with an address in it."""

from __future__ import annotations

import base64
import binascii
import re

from classifiers.recognizers.rule import Form, Rule
from classifiers.recognizers.traits import with_run

_RUN = r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{16,4096}+={0,2}(?![A-Za-z0-9+/=])"
_ADDRESS = re.compile(rb"[\w.+%-]{1,64}@[\w-]{1,63}\.[\w.-]{2,63}")
_STANDARD = str.maketrans("-_", "+/")


class EncodedEmail(Rule):
    """Decodes each run of 16 to 4096 base64 characters and looks for an address. Plain words decode to
    noise."""

    ENTITY = "EMAIL_ADDRESS"
    FORMS = (Form("base64", _RUN, 0.8, with_run(16)),)

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        core = value.rstrip("=").translate(_STANDARD)
        core = core[: len(core) - (1 if len(core) % 4 == 1 else 0)]
        try:
            decoded = base64.b64decode(core + "=" * (-len(core) % 4))
        except (binascii.Error, ValueError):
            return 0.0
        return None if _ADDRESS.search(decoded) else 0.0
