"""Language of a text, without downloads (py3langid carries its model)."""

from __future__ import annotations

import functools
import re
from typing import Any

UNKNOWN = "und"
_LEAST_LETTERS = 40
_MOST_CHARS = 3000
_NOISE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|<[A-Z_]+_\d+>|https?://\S+|[^\w\s'’]|\d+", re.DOTALL)


@functools.cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def identify(text: str, *, least_probability: float = 0.7) -> str:
    """ISO 639-1 code of `text`, or `und` where there is too little text or no clear answer.

    Code blocks, placeholders, links, digits and punctuation do not count as text.
    """
    words = _NOISE.sub(" ", text[: 4 * _MOST_CHARS])[:_MOST_CHARS]
    letters = sum(1 for character in words if character.isalpha())
    ideographs = sum(1 for character in words if ord(character) > 0x2E80)
    if letters + 2 * ideographs < _LEAST_LETTERS:
        return UNKNOWN
    code, probability = _identifier().classify(words)
    return str(code) if probability >= least_probability else UNKNOWN


def known_languages() -> frozenset[str]:
    """The codes that `identify` may give, `und` aside."""
    return frozenset(map(str, _identifier().nb_classes))
