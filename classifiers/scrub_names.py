"""The name model at run time, in numpy: probabilities of person, organisation, place and address for each
word.

Method: each word is a sum of vectors for itself, its groups of letters, its shape and its frequency; four
residual convolutions over three words each follow. The first is a sum of three vectors which are made once
for each word and kept while the process lives. From it alone most words are seen to be no names (`early`,
as in cascades of classifiers: Viola and Jones 2001); the other layers are worked out only where the rest
depends on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from classifiers.scrub_tokens import letter_groups, shape, word_key, word_marks, word_type
from classifiers.scrub_weights import NameWeights, read_weights

_KNOWN = 2
"""Least frequency class of a word that counts as known."""
KEPT_WORDS = 1 << 15
"""Words kept with their vectors, at most; then the store is emptied and filled anew."""
CHUNK = 1024
"""Words in one pass: few enough for the processor's cache. Neighbours beyond the ends are added, so that the
cut changes no result."""
APART = "\x1f"
"""In a row of words: nothing is here. `NameModel.gap` of them keep two conversations apart. White space, so no word."""
_CASE_MARKS = ("", "\x1c", "\x1d")
"""Behind a word, they tell the letter case of its text. They are white space, so no word ends with one."""
_ALL_MARKS = "".join(_CASE_MARKS)


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
        taps = [arrays[f"taps_{at}"].astype(np.float32) for at in range(len(self.dilations))]
        width = taps[0].shape[1]
        # Columns: the word itself, then what it adds to the word after it, to itself and to the word before.
        self._first = np.concatenate([np.eye(width, dtype=np.float32), *taps[0]], axis=1)
        self._layers = [tap.reshape(3 * width, width) for tap in taps[1:]]
        self._bias = [arrays[f"bias_{at}"].astype(np.float32) for at in range(len(self.dilations))]
        self._early = (arrays["early"].astype(np.float32), float(arrays["early_bias"][0]))
        self._out = (arrays["out"].astype(np.float32), arrays["out_bias"].astype(np.float32))
        self._project = arrays["project"].astype(np.float32)
        self._cases = arrays["cases"].astype(np.float32)
        self._groups = arrays["groups"].astype(np.float32) * arrays["group_scale"][:, None]
        self._width = width
        # Untouched rows take no memory.
        self._store = np.zeros((KEPT_WORDS, 4 * width), dtype=np.float32)
        self._marks = np.zeros(KEPT_WORDS, dtype=np.uint8)
        self._number, self._used = {APART: 0}, 1
        self._classes: dict[str, int] = {}
        # More threads than one gain nothing at this size, and a cluster's executors run one process a core already.
        self._blas = ThreadpoolController().select(user_api="blas")

    @property
    def gap(self) -> int:
        """Words that no layer looks beyond."""
        return max(self.dilations)

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

    def knows(self, word: str) -> bool:
        """Whether a word, in lower case, is one of public text."""
        return self.frequency(word) >= _KNOWN

    def probabilities(self, words: list[str], cases: list[int], passed: Sequence[int] = ()) -> Any:
        """float32 (words, labels): the first that `read` returns."""
        return self.read(words, cases, passed)[0]

    def read(self, words: list[str], cases: list[int], passed: Sequence[int] = ()) -> tuple[Any, Any]:
        """float32 (words, labels): for each word, how likely each label is, given eight words to either side; and
        uint8 (words): its marks (`scrub_tokens.word_marks`).

        `cases` holds for each word the letter case of its text (`scrub_tokens.text_case`), `passed` the places of words
        that are to be passed over. Those, and words that the first layer sees to be no names, have probability 1 of the
        first label.
        """
        import numpy as np

        found = np.zeros((len(words), len(self.labels)), dtype=np.float32)
        found[:, 0] = 1.0
        marks = np.zeros(len(words), dtype=np.uint8)
        reach = sum(self.dilations)
        asked = np.ones(len(words), dtype=bool)
        asked[list(passed)] = False
        with self._one_thread():
            for start in range(0, len(words), CHUNK):
                low, high = max(0, start - reach), min(len(words), start + CHUNK + reach)
                numbers = self._numbers(words[low:high], cases[low:high])
                own = marks[start : start + CHUNK]
                own[:] = self._marks[numbers[start - low : start - low + len(own)]]
                places, likely = self._forward(numbers, asked[low:high])
                places += low
                inside = (places >= start) & (places < start + CHUNK)
                found[places[inside]] = likely[inside]
        return found, marks

    def _one_thread(self) -> Any:
        """Context in which numpy works with one thread. Costs next to nothing where it does already."""
        libraries = self._blas.lib_controllers
        return nullcontext() if all(one.num_threads == 1 for one in libraries) else self._blas.limit(limits=1)

    def _numbers(self, words: list[str], cases: list[int]) -> Any:
        """Rows of the store, one for each word in its letter case."""
        import numpy as np

        keys = [word + _CASE_MARKS[case] for word, case in zip(words, cases, strict=True)] if any(cases) else words
        found = list(map(self._number.get, keys))
        if None in found:
            self._meet(dict.fromkeys(key for key, number in zip(keys, found, strict=True) if number is None))
            found = list(map(self._number.get, keys))
            if None in found:
                self._number, self._used = {APART: 0}, 1
                self._meet(dict.fromkeys(keys))
                found = list(map(self._number.get, keys))
        return np.array(found, dtype=np.intp)

    def _meet(self, keys: Iterable[str]) -> None:
        """Gives words in their letter case, met for the first time, a row of the store; none where it is full."""
        # All numbers of one length share a row.
        types = {key: word_type(key) for key in keys if key != APART}
        new = [kind for kind in dict.fromkeys(types.values()) if kind not in self._number]
        if self._used + len(new) > KEPT_WORDS or len(self._number) + len(types) > 2 * KEPT_WORDS:
            return
        if new:
            self._learn(new)
        self._number.update((key, self._number[kind]) for key, kind in types.items() if key != kind)

    def _learn(self, keys: list[str]) -> None:
        import numpy as np
        from scipy.sparse import csr_array

        arrays, used = self._arrays, self._used
        words = [key.rstrip(_ALL_MARKS) for key in keys]
        cases = [_CASE_MARKS.index(key[len(word) :]) for key, word in zip(keys, words, strict=True)]
        bag, sizes = letter_groups(words)
        starts = np.concatenate(([0], np.cumsum(sizes)))
        ones = np.ones(len(bag), dtype=np.float32)
        made = csr_array((ones, bag, starts), shape=(len(words), len(self._groups))) @ self._groups
        made /= np.sqrt(sizes, dtype=np.float32)[:, None]
        hashed = list(map(word_key, words))
        known = np.array([self._rows.get(key, 0) for key in hashed])
        vectors = arrays["vectors"][known].astype(np.float32) * arrays["vector_scale"][known][:, None]
        made += vectors @ self._project
        made += arrays["shapes"][[shape(word) for word in words]]
        classes = [self._common.get(key, 0) for key in hashed]
        made += arrays["frequencies"][classes]
        self._marks[used : used + len(keys)] = [
            word_marks(word, common >= _KNOWN) for word, common in zip(words, classes, strict=True)
        ]
        made += self._cases[cases]
        self._store[used : used + len(keys)] = made @ self._first
        self._number.update(zip(keys, range(used, used + len(keys)), strict=True))
        self._used = used + len(keys)

    def _forward(self, numbers: Any, asked: Any) -> tuple[Any, Any]:
        """Places of words that are asked for and may be names, and float32 (places, labels) for them."""
        import numpy as np

        count, width, reach, gap = len(numbers), self._width, sum(self.dilations), self.dilations[0]
        rows = self._store[numbers]
        step = rows[:, 2 * width : 3 * width] + self._bias[0]
        step[gap:] += rows[:-gap, width : 2 * width]
        step[:-gap] += rows[gap:, 3 * width :]
        np.maximum(step, 0.0, out=step)
        step += rows[:, :width]
        real = numbers != 0
        early, bias = self._early
        wanted = np.flatnonzero((step @ early > -bias) & asked & real)
        if not len(wanted):
            return wanted, np.zeros((0, len(self.labels)), dtype=np.float32)
        # Beyond the ends and between conversations stand zeros, as beyond the ends in training.
        step[~real] = 0.0
        state = np.zeros((count + 2 * reach, width), dtype=np.float32)
        state[reach : reach + count] = step
        inside = np.zeros(count + 2 * reach, dtype=bool)
        inside[reach : reach + count] = real
        needed = self._needed(wanted + reach, inside)
        for taps, bias_row, gap, places in zip(self._layers, self._bias[1:], self.dilations[1:], needed, strict=True):
            around = np.concatenate([state[places - gap], state[places], state[places + gap]], axis=1)
            step = around @ taps
            step += bias_row
            np.maximum(step, 0.0, out=step)
            state[places] += step
        logits = state[wanted + reach] @ self._out[0]
        logits += self._out[1]
        logits -= logits.max(axis=1, keepdims=True)
        np.exp(logits, out=logits)
        logits /= logits.sum(axis=1, keepdims=True)
        return wanted, logits

    def _needed(self, wanted: Any, inside: Any) -> list[Any]:
        """For each layer but the first, at which places its result is needed for the wanted ones."""
        import numpy as np

        mark = np.zeros(len(inside), dtype=bool)
        mark[wanted] = True
        needed = []
        for gap in reversed(self.dilations[1:]):
            needed.append(np.flatnonzero(mark & inside))
            wider = mark.copy()
            wider[gap:] |= mark[:-gap]
            wider[:-gap] |= mark[gap:]
            mark = wider
        return needed[::-1]
