"""Policies from one TOML file: unknown keys are refused, the resolved policy has a fingerprint."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, get_type_hints

from schemas.errors import UsageError
from schemas.policy import Policies


def load_policies(path: Path | None) -> Policies:
    """The policies of `path`, defaults where it is silent or None.

    Raises UsageError for a missing file, broken TOML, an unknown section or key, or a value out of range.
    """
    if path is None:
        return Policies()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"policy file {path}: not found. Name an existing TOML file with --config.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError):
        raise UsageError(f"policy file {path}: cannot be read as TOML. Check its syntax.") from None
    hints = get_type_hints(Policies)
    _refuse_unknown(data, set(hints), "sections of the policy file")
    return Policies(**{name: _section(name, hints[name], data[name]) for name in data})


def _section(name: str, kind: type, values: Any) -> Any:
    if not isinstance(values, dict):
        raise UsageError(f"policy file: '{name}' must be a section, written [{name}].")
    hints = get_type_hints(kind)
    _refuse_unknown(values, set(hints), f"fields of [{name}]")
    return kind(**{key: _value(name, key, str(hints[key]), value) for key, value in values.items()})


def _value(section: str, key: str, hint: str, value: Any) -> Any:
    """`value` as the field's type; TOML has integers, floats, strings, truth values and lists."""
    if "tuple" in hint and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    if "bool" in hint and isinstance(value, bool):
        return value
    if "float" in hint and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if "int" in hint and isinstance(value, int) and not isinstance(value, bool):
        return value
    if "str" in hint and "tuple" not in hint and isinstance(value, str):
        return value
    wanted = {"tuple": "a list of strings", "bool": "true or false", "float": "a number", "int": "a whole number",
              "str": "a string"}  # fmt: skip
    text = next(words for marker, words in wanted.items() if marker in hint)
    raise UsageError(f"policy [{section}], field '{key}': must be {text}.")


def _refuse_unknown(values: dict[str, Any], known: set[str], what: str) -> None:
    unknown = sorted(set(values) - known)
    if unknown:
        raise UsageError(f"unknown {what}: {', '.join(unknown)}. Known: {', '.join(sorted(known))}.")


def resolved(policies: Policies) -> dict[str, dict[str, Any]]:
    """The policies as plain values, one dictionary a section, in the order of their fields."""
    return {f.name: asdict(getattr(policies, f.name)) for f in fields(policies)}


_PRIVATE = (
    ("second_reader", "url"), ("second_reader", "model"), ("score", "model"), ("multilingual", "model"),
    ("scrub", "nlp_model"), ("cluster", "frame"),
)  # fmt: skip


def shown(policies: Policies) -> dict[str, dict[str, Any]]:
    """`resolved`, as it may be shown to everybody: that there is a second reader or a model by others, and not where it
    lies: a folder's name can tell who works here on what."""
    plain = resolved(policies)
    for section, name in _PRIVATE:
        if plain[section][name] not in ("", "embedded"):
            plain[section][name] = "set, not shown"
    return plain


def fingerprint(*parts: Any) -> str:
    """SHA-256 (16 hex digits) of JSON-able parts in canonical form."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if hasattr(value, "__dataclass_fields__"):
        return asdict(value)
    raise TypeError(f"cannot take the fingerprint of a {type(value).__name__}")
