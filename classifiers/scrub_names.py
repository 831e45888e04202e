"""The name model at run time, in numpy: probabilities of person, organisation, place and address for each
word.

Method: each word is a sum of vectors for itself, its groups of letters, its shape and its frequency; four
residual convolutions over three words each follow. A word's vector is made once and kept while the process
lives.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from classifiers.scrub_tokens import letter_groups, shape, word_key
from classifiers.scrub_weights import NameWeights, read_weights

KEPT_WORDS = 1 << 16
"""Word vectors kept, at most; then the store is emptied and filled anew."""
CHUNK = 4096
"""Words in one pass. Neighbours beyond the ends are added, so that the cut changes no result."""


class NameModel:
    """Reads names off a row of words. Not shared between threads."""

    def __init__(self, weights: NameWeights) -> None:
        import numpy as np
        from threadpoolctl import ThreadpoolController

        arrays = weights.arrays
        self.labels, self.digest, self.dilations = weights.labels, weights.digest, weights.dilations
        self._arrays = arrays
        self._rows = dict(zip(arrays["keys"].tolist(), arrays["key_rows"].tolist(), strict=True))
        self._common = dict(zip(arrays["common"].tolist(), arrays["common_class"].tolist(), strict=True))
        self._layers = [
            (arrays[f"taps_{at}"].astype(np.float32), arrays[f"bias_{at}"].astype(np.float32))
            for at in range(len(self.dilations))
        ]
        self._out = (arrays["out"].astype(np.float32), arrays["out_bias"].astype(np.float32))
        self._project = arrays["project"].astype(np.float32)
        self._width = self._project.shape[1]
        self._cases = arrays["cases"].astype(np.float32)
        self._store = np.zeros((1024, self._width), dtype=np.float32)
        self._number: dict[str, int] = {}
        self._classes: dict[str, int] = {}
        # More threads than one gain nothing at this size, and a cluster's executors run one process a core
        # already.
        self._threads = ThreadpoolController()

    @classmethod
    def load(cls, folder: Path) -> NameModel:
        """The model of a folder; UsageError where it is missing or not the pinned one."""
        return cls(read_weights(folder))

    def frequency(self, word: str) -> int:
        """Frequency class of a word in public text, lower case: 0 never seen, 7 among the most frequent."""
        found = self._classes.get(word)
        if found is None:
            if len(self._classes) >= KEPT_WORDS:
                self._classes.clear()
            found = self._classes[word] = int(self._common.get(word_key(word), 0))
        return found

    def probabilities(self, words: list[str], cases: list[int]) -> Any:
        """float32 (words, labels): for each word, how likely each label is, given eight words to either side.

        `cases` holds for each word the letter case of its text (`scrub_tokens.text_case`).
        """
        import numpy as np

        reach = sum(self.dilations)
        parts = []
        with self._threads.limit(limits=1, user_api="blas"):
            for start in range(0, len(words), CHUNK):
                low, high = max(0, start - reach), min(len(words), start + CHUNK + reach)
                found = self._forward(self._vectors(words[low:high]) + self._cases[cases[low:high]])
                parts.append(found[start - low : start - low + CHUNK])
        return np.concatenate(parts) if parts else np.zeros((0, len(self.labels)), dtype=np.float32)

    def _vectors(self, words: list[str]) -> Any:
        number = self._number
        new = [word for word in dict.fromkeys(words) if word not in number]
        if new:
            if len(number) + len(new) > KEPT_WORDS:
                number.clear()
                new = list(dict.fromkeys(words))
            self._learn(new)
        return self._store[[number[word] for word in words]]

    def _learn(self, words: list[str]) -> None:
        import numpy as np

        arrays, used = self._arrays, len(self._number)
        grouped = [letter_groups(word) for word in words]
        sizes = np.array([len(found) for found in grouped])
        bag = np.concatenate([np.array(found) for found in grouped])
        rows = arrays["groups"][bag].astype(np.float32) * arrays["group_scale"][bag][:, None]
        made = np.add.reduceat(rows, np.concatenate(([0], np.cumsum(sizes)[:-1])), axis=0) / np.sqrt(sizes)[:, None]
        known = np.array([self._rows.get(word_key(word), 0) for word in words])
        vectors = arrays["vectors"][known].astype(np.float32) * arrays["vector_scale"][known][:, None]
        made += vectors @ self._project
        made += arrays["shapes"][[shape(word) for word in words]]
        made += arrays["frequencies"][[self.frequency(word) for word in words]]
        need = used + len(words)
        if need > len(self._store):
            grown = np.zeros((max(need, 2 * len(self._store)), self._width), dtype=np.float32)
            grown[:used] = self._store[:used]
            self._store = grown
        self._store[used:need] = made
        for at, word in enumerate(words):
            self._number[word] = used + at

    def _forward(self, state: Any) -> Any:
        import numpy as np

        for (taps, bias), gap in zip(self._layers, self.dilations, strict=True):
            step = state @ taps[1]
            step += bias
            if len(state) > gap:
                step[gap:] += (state @ taps[0])[:-gap]
                step[:-gap] += (state @ taps[2])[gap:]
            np.maximum(step, 0.0, out=step)
            state = state + step
        logits = state @ self._out[0]
        logits += self._out[1]
        logits -= logits.max(axis=1, keepdims=True)
        np.exp(logits, out=logits)
        logits /= logits.sum(axis=1, keepdims=True)
        return logits
