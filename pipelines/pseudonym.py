"""Keyed pseudonyms (HMAC-SHA-256, RFC 2104) of ids, and keyed draws of samples."""

from __future__ import annotations

import hashlib
import hmac


def pseudonym(key: bytes, kind: str, value: str) -> str:
    """32 hex digits for `value`; `kind` keeps user and conversation ids of the same spelling apart."""
    return hmac.new(key, f"{kind}\0{value}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]


def version_key(key: bytes, version: str) -> str:
    """The keyed digest of a conversation as read, from its plain one: a guess at a short text cannot be tried on it."""
    return pseudonym(key, "version", version)


def keyed_draw(key: str, purpose: str) -> float:
    """A number in [0, 1) that depends on a pseudonym and a purpose only, so that a sample is the same on every run."""
    digest = hashlib.sha256(f"{purpose}\0{key}".encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56
