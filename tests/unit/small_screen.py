"""A screen of a few words that was not trained: 3 means distress, 4 joy, and 5 in the context distress."""

from __future__ import annotations

import numpy as np

from classifiers.screen import Screen


def small_screen(threshold: float = 0.5) -> Screen:
    """Channels 0 and 1 of every layer follow the words 3 and 4, the only one of the context the word 5."""
    words = np.zeros((8, 3), np.int8)
    words[3, 0] = words[4, 1] = words[5, 2] = 100
    near, wide, asked = np.zeros((3, 3, 2), np.int8), np.zeros((3, 2, 2), np.int8), np.zeros((3, 3, 1), np.int8)
    near[1, 0, 0] = near[1, 1, 1] = asked[1, 2, 0] = 100
    wide[:, 0, 0] = wide[:, 1, 1] = 40
    hidden = np.zeros((5, 3))
    hidden[0, 0] = hidden[2, 0] = hidden[1, 1] = hidden[3, 1] = hidden[4, 2] = 1.0
    out = np.array([[4.0, 0.0], [0.0, 4.0], [4.0, 0.0]])
    one, two = np.zeros(1, np.float32), np.zeros(2, np.float32)
    return Screen(
        {
            "words": words, "near": near, "near_scale": two + 1e-4, "near_bias": two, "step": np.float32(0.01),
            "wide": wide, "wide_scale": two + 1e-4, "wide_bias": two, "asked": asked, "asked_scale": one + 1e-4,
            "asked_bias": one, "hidden": hidden, "hidden_bias": np.zeros(3), "out": out, "out_bias": np.full(2, -3.0),
        },
        threshold,
    )  # fmt: skip
