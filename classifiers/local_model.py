"""Models by others that lie on this machine: how much they read at once, and their digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def most_tokens(tokenizer: Any, config: Any) -> int:
    """Tokens that a model reads at once: as its tokenizer says, or else by its positions, of which some models keep two
    for themselves."""
    positions: int = getattr(config, "max_position_embeddings", None) or 512
    said: int = tokenizer.model_max_length
    return min(said, positions) if said < 10**6 else positions - 2


def lacking(folder: Path, told: Mapping[str, Any], tokenizer: Any) -> str:
    """What the folder of a loaded `transformers` model lacks, in words; `` where it is whole. The package itself puts
    random weights, and a tokenizer without words, in the place of what is not there.

    told: what `from_pretrained` says of its loading.
    """
    weights = len(told["missing_keys"]) + len(told["mismatched_keys"])
    if weights:
        return f"{weights} of its weights are missing or of another size"
    names = tokenizer.vocab_files_names.values()
    return "" if any((folder / name).is_file() for name in names) else "its tokenizer is missing"


def folder_digest(folder: Path) -> str:
    """sha256 over all files of a model's folder, their names included."""
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole.update(str(path.relative_to(folder)).encode())
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()
