"""Signing keys: ed25519, the private part in a PEM file that only its owner can read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from schemas.errors import SignOffError, UsageError
from schemas.sign_off import Role, check_person


def make_key(person: str, folder: Path) -> tuple[Path, str]:
    """(path of the new private key, public key as 64 hex digits).

    Raises UsageError where the person has a key in `folder` already (it is never overwritten) or it cannot be written.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from securesystemslib.signer import CryptoSigner

    signer = CryptoSigner(Ed25519PrivateKey.generate())
    path = folder / f"{check_person(person)}.key.pem"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(signer.private_bytes)
    except FileExistsError:
        raise UsageError(
            "that person has a key in this folder already; a key is never overwritten. Name another --out folder."
        ) from None
    except OSError:
        raise UsageError("the key cannot be written. Name a folder that you may write to with --out.") from None
    return path, str(signer.public_key.keyval["public"])


def trust_entry(person: str, role: Role, public_key: str) -> str:
    """The TOML entry of a public key for the trust file."""
    return f'[[reviewer]]\nperson = "{person}"\nrole = "{role.value}"\npublic_key = "{public_key}"\n'


def open_key(path: Path) -> Any:
    """The signer of a private key file.

    Raises UsageError where it cannot be read or is no ed25519 key, SignOffError where others may read it.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from securesystemslib.signer import CryptoSigner

    try:
        mode, raw = path.stat().st_mode, path.read_bytes()
    except OSError:
        raise UsageError("the key file cannot be read. Name the file that `welfare keygen` wrote with --key.") from None
    if mode & 0o077:
        raise SignOffError("others may read the key file, so its signature proves nothing. Do `chmod 600` on it.")
    try:
        key = load_pem_private_key(raw, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError("the key file holds no plain ed25519 private key in PEM. `welfare keygen` makes one.")
    return CryptoSigner(key)


def public_key_object(raw: bytes) -> Any:
    """The verifier of 32 bytes of an ed25519 public key; its `keyid` is the one that signatures name.

    Raises SignOffError where the bytes are no such key.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from securesystemslib.signer import SSlibKey

    try:
        return SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(raw))
    except ValueError:
        raise SignOffError("trust file: a public_key is no ed25519 key. Copy it from `welfare keygen`.") from None
