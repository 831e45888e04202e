"""Teaches the screen what the full model says of windows: a small network in torch, then as whole numbers.

Distillation (Hinton et al. 2015): the targets are the full model's probabilities, which any text can be given, so that
no labels are needed. On one machine a seed gives the same weights.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from classifiers.network import encoder_folder
from classifiers.screen import LEVELS, Screen

_GROUPED = 32
"""Batches whose windows are sorted by length together: padding costs time."""


@dataclass(frozen=True, slots=True)
class ScreenTraining:
    """Settings. width, channels, asked: sizes of word vectors, of the window's layers, of the context's."""

    epochs: int = 5
    batch: int = 64
    rate: float = 2e-3
    seed: int = 7
    width: int = 64
    channels: int = 128
    asked: int = 64
    hidden: int = 64
    context_dropout: float = 0.1


@dataclass(frozen=True, slots=True)
class Lesson:
    """A window as token ids, its context as token ids, what the full model says (distress, joy), and a weight."""

    window: NDArray[np.int64]
    context: NDArray[np.int64]
    target: tuple[float, float]
    weight: float = 1.0


class ScreenNetwork(nn.Module):
    """Logits [n, 2] of distress and joy, from windows and contexts as token ids [n, length], 0 where they end."""

    def __init__(self, settings: ScreenTraining) -> None:
        super().__init__()
        self.words = nn.Embedding.from_pretrained(_word_vectors(settings.width), freeze=False, padding_idx=0)
        self.near = nn.Conv1d(settings.width, settings.channels, 3, padding=1)
        self.wide = nn.Conv1d(settings.channels, settings.channels, 3, padding=1)
        self.asked = nn.Conv1d(settings.width, settings.asked, 3, padding=1)
        self.hidden = nn.Linear(2 * settings.channels + settings.asked, settings.hidden)
        self.out = nn.Linear(settings.hidden, 2)

    def forward(self, window: Tensor, context: Tensor) -> Tensor:
        """See the class."""
        near = F.relu(self.near(self.words(window).transpose(1, 2))) * (window != 0).unsqueeze(1)
        wide = F.relu(self.wide(near)) * (window != 0).unsqueeze(1)
        asked = F.relu(self.asked(self.words(context).transpose(1, 2))) * (context != 0).unsqueeze(1)
        pooled = F.dropout(torch.cat([near.amax(2), wide.amax(2), asked.amax(2)], 1), 0.2, self.training)
        logits: Tensor = self.out(F.dropout(F.relu(self.hidden(pooled)), 0.1, self.training))
        return logits


def _word_vectors(width: int) -> Tensor:
    """Vectors of the encoder's own words, in their `width` main directions."""
    from transformers import AutoModel

    encoder: Any = AutoModel.from_pretrained(str(encoder_folder()))
    vectors = encoder.embeddings.word_embeddings.weight.detach()
    vectors = vectors - vectors.mean(0)
    _, _, directions = torch.pca_lowrank(vectors, q=width, center=False, niter=4)
    vectors = vectors @ directions
    return 0.3 * vectors / vectors.std()


def fit(lessons: Sequence[Lesson], settings: ScreenTraining, say: Callable[[str], None]) -> Screen:
    """A screen that has learnt the lessons. say: receives one line of progress an epoch, without text."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        torch.manual_seed(settings.seed)
        draw = np.random.default_rng(settings.seed)
        network = ScreenNetwork(settings)
        optimizer = torch.optim.AdamW(network.parameters(), lr=settings.rate, weight_decay=0.01)
        total = settings.epochs * -(-len(lessons) // settings.batch)
        step = 0
        for epoch in range(settings.epochs):
            losses = []
            network.train()
            for batch in _batches(lessons, settings.batch, draw):
                rows = [lessons[n] for n in batch]
                bare = draw.random(len(rows)) < settings.context_dropout
                contexts = [row.context[:0] if none else row.context for row, none in zip(rows, bare, strict=True)]
                logits = network(_padded([row.window for row in rows]), _padded(contexts))
                target = torch.tensor([row.target for row in rows], dtype=torch.float32)
                each = F.binary_cross_entropy_with_logits(logits, target, reduction="none").sum(1)
                loss = (each * torch.tensor([row.weight for row in rows], dtype=torch.float32)).mean()
                for group in optimizer.param_groups:
                    group["lr"] = settings.rate * max(0.02, 1 - step / total)
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(network.parameters(), 1.0)
                optimizer.step()
                step += 1
                losses.append(float(loss.detach()))
            say(f"screen, epoch {epoch + 1}/{settings.epochs}: loss {np.mean(losses):.3f} on {len(lessons)} windows")
        network.eval()
        return quantised(network, [lesson.window for lesson in lessons[:: max(1, len(lessons) // 2000)]])
    finally:
        torch.set_num_threads(threads)


def _batches(lessons: Sequence[Lesson], size: int, draw: np.random.Generator) -> list[NDArray[np.int64]]:
    order = draw.permutation(len(lessons))
    lengths = np.array([len(lesson.window) for lesson in lessons])
    batches = []
    for start in range(0, len(order), size * _GROUPED):
        chunk = order[start : start + size * _GROUPED]
        chunk = chunk[np.argsort(lengths[chunk], kind="stable")]
        batches += [chunk[n : n + size] for n in range(0, len(chunk), size)]
    return [batches[n] for n in draw.permutation(len(batches))]


def _padded(rows: Sequence[NDArray[np.int64]]) -> Tensor:
    out = np.zeros((len(rows), max(3, *map(len, rows))), np.int64)
    for number, row in enumerate(rows):
        out[number, : len(row)] = row
    return torch.from_numpy(out)


def quantised(network: ScreenNetwork, sample: Sequence[NDArray[np.int64]]) -> Screen:
    """The network in whole numbers. sample: windows that tell how large the values between the layers get."""
    words, word_scale = _whole(network.words.weight.detach().numpy(), None)
    arrays: dict[str, Any] = {"words": words}
    with torch.no_grad():
        largest = [
            F.relu(network.near(network.words(torch.from_numpy(row[None])).transpose(1, 2))).amax().item()
            for row in sample
            if len(row)
        ]
    step = float(np.quantile(largest, 0.999)) / LEVELS if largest else 1.0
    arrays["step"] = np.float32(step)
    for name, below in (("near", word_scale), ("wide", step), ("asked", word_scale)):
        layer = getattr(network, name)
        # torch: [out, in, place]; here [place, in, out].
        weights, scale = _whole(layer.weight.detach().numpy().transpose(2, 1, 0), (0, 1))
        arrays[name] = weights
        arrays[f"{name}_scale"] = (scale * below).astype(np.float32)
        arrays[f"{name}_bias"] = layer.bias.detach().numpy()
    for name in ("hidden", "out"):
        layer = getattr(network, name)
        arrays[name] = layer.weight.detach().numpy().T.astype(np.float64)
        arrays[f"{name}_bias"] = layer.bias.detach().numpy().astype(np.float64)
    return Screen(arrays, 0.5)


def _whole(values: NDArray[np.float32], over: tuple[int, ...] | None) -> tuple[NDArray[np.int8], Any]:
    """Values as int8 and what one step is worth: one step for all, or one for each channel left after `over`."""
    scale = np.maximum(np.abs(values).max(axis=over) / 127.0, 1e-12)
    return np.rint(values / scale).astype(np.int8), scale
