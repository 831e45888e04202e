"""The policy of the second reader, the one exception to the rule that nothing reaches the network."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from schemas.policy_check import check

KEY_VARIABLE = "WELFARE_SECOND_READER_KEY"
"""The environment variable that the endpoint's key is taken from. It stands in no policy, table or log."""


@dataclass(frozen=True)
class SecondReaderPolicy:
    """Whether scrubbed, flagged passages may be sent to a language model that is asked about them. By default not."""

    url: str = ""
    """OpenAI-compatible endpoint, `https://host/v1`; plain http to a loopback address only. Empty: no second reader."""
    model: str = ""
    """Name of the model as the endpoint has it."""
    sample: int = 200
    """Flagged conversations of each label that are drawn, at most; one passage of each is sent."""
    allow_egress: bool = False
    """Whether scrubbed text may leave this process at all, to a loopback address too. Without it nothing is sent."""
    timeout_seconds: int = 60
    """Most seconds for one answer."""

    def __post_init__(self) -> None:
        name = "second_reader"
        check(not self.url or _usable(self.url), name, "url", "https://host/path (http to a loopback address only)"
              " without name, password, query or fragment, in ASCII")  # fmt: skip
        named = bool(self.model.strip()) and self.model.isprintable() and len(self.model) <= 200
        check(not self.url or named, name, "model", "a name of at most 200 characters where url is set")
        check(20 <= self.sample <= 5000, name, "sample", "between 20 and 5000")
        check(1 <= self.timeout_seconds <= 600, name, "timeout_seconds", "between 1 and 600")

    @property
    def allowed(self) -> bool:
        """True where there is an endpoint and text may be sent to it."""
        return bool(self.url) and self.allow_egress


def is_loopback(host: str) -> bool:
    """True for `localhost` and for addresses of this machine's loopback."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _usable(url: str) -> bool:
    try:
        parts: SplitResult = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port
    except ValueError:
        return False
    if not all("!" <= char <= "~" for char in url) or "@" in parts.netloc or port == 0:
        return False
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    return bool(host) and safe and "?" not in url and "#" not in url
