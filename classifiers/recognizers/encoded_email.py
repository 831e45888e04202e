"""E-mail addresses hidden in base64: a run of base64 that decodes to text with an address in it."""

from __future__ import annotations

import base64
import re

from classifiers.recognizers.form import Form
from classifiers.recognizers.needs import with_run
from classifiers.recognizers.rule import Rule

_RUN = r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,4096}+={0,2}(?![A-Za-z0-9+/])"
_ADDRESS = re.compile(rb"[\w.+%-]{1,64}@[\w-]{1,63}\.[\w.-]{2,63}")
_STANDARD = str.maketrans("-_", "+/")


class EncodedEmail(Rule):
    """Decodes each run of 16 to 4096 base64 characters and looks for an address. Plain words decode to
    noise."""

    ENTITY = "EMAIL_ADDRESS"
    FORMS = (Form("base64", _RUN, 0.8, with_run(16)),)

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        core = value.rstrip("=").translate(_STANDARD)
        # Four characters are three bytes; a path or a name in front of the run may have shifted them.
        for shift in range(4):
            part = core[
                shift : len(core)
                - (len(core) - shift) % 4
                + ((len(core) - shift) % 4 if (len(core) - shift) % 4 > 1 else 0)
            ]
            decoded = base64.b64decode(part + "=" * (-len(part) % 4))
            if b"@" in decoded and _ADDRESS.search(decoded):
                return None
        return 0.0
