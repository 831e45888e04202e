"""Fine-tunes the scorer's network on labelled turns. Torch, training only; same seed and threads, same weights."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from classifiers.network import ScorerNetwork, encoder_folder
from classifiers.training_text import Example
from classifiers.turn import PAD, WINDOW_TOKENS, context_text, encode
from schemas.labels import AFFECTS, SITUATIONS, VOICES


@dataclass(frozen=True, slots=True)
class Training:
    """Settings of a run. rate: peak learning rate of the heads and the top layer; lower layers get less."""

    epochs: int = 4
    batch: int = 24
    rate: float = 8e-5
    layer_decay: float = 0.8
    warmup: float = 0.1
    seed: int = 7
    context_dropout: float = 0.1


def _tokens(examples: Sequence[Example]) -> list[tuple[list[int], list[int]]]:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(encoder_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    contexts = tokenizer.encode_batch([context_text(e.turn) for e in examples], add_special_tokens=False)
    turns = tokenizer.encode_batch([e.turn.text for e in examples], add_special_tokens=False)
    return [(c.ids, t.ids) for c, t in zip(contexts, turns, strict=True)]


def _pad(rows: list[tuple[list[int], list[int]]]) -> tuple[Tensor, Tensor, Tensor]:
    width = max(len(ids) for ids, _ in rows)
    ids = torch.full((len(rows), width), PAD)
    types, mask = torch.zeros_like(ids), torch.zeros_like(ids)
    for i, (row, kinds) in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        types[i, : len(row)] = torch.tensor(kinds)
        mask[i, : len(row)] = 1
    return ids, types, mask


def _optimizer(network: ScorerNetwork, settings: Training) -> torch.optim.Optimizer:
    layers = list(network.encoder.encoder.layer)
    heads = [p for head in (network.affect, network.voice, network.situations) for p in head.parameters()]
    groups = [{"params": heads, "lr": settings.rate * 10}]
    rate = settings.rate
    for layer in reversed(layers):
        groups.append({"params": list(layer.parameters()), "lr": rate})
        rate *= settings.layer_decay
    groups.append({"params": list(network.encoder.embeddings.parameters()), "lr": rate})
    return torch.optim.AdamW(groups, weight_decay=0.01)


def _loss(outputs: tuple[Tensor, Tensor, Tensor], rows: Sequence[Example], class_weight: Tensor) -> Tensor:
    """Affect and voice by cross-entropy, situations by binary cross-entropy; unsure labels count half."""
    sure = torch.tensor([0.5 if e.sure == 1 else 1.0 for e in rows])
    affect = torch.tensor([AFFECTS.index(e.affect) for e in rows])
    voice = torch.tensor([VOICES.index(e.voice) for e in rows])
    held = torch.tensor([[float(s in e.situations) for s in SITUATIONS] for e in rows])
    by_affect = F.cross_entropy(outputs[0], affect, class_weight, reduction="none", label_smoothing=0.03)
    by_voice = F.cross_entropy(outputs[1], voice, reduction="none")
    by_situation = F.binary_cross_entropy_with_logits(outputs[2], held, reduction="none").mean(1)
    return ((by_affect + 0.5 * by_voice + 1.0 * by_situation) * sure).mean()


def fit(examples: Sequence[Example], settings: Training, say: Callable[[str], None]) -> ScorerNetwork:
    """A network fine-tuned on `examples`. say: receives one line of progress an epoch, without text."""
    torch.manual_seed(settings.seed)
    draw = random.Random(settings.seed)
    network = ScorerNetwork()
    tokens = _tokens(examples)
    optimizer = _optimizer(network, settings)
    per_epoch = -(-len(examples) // settings.batch)
    total = per_epoch * settings.epochs
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / (settings.warmup * total), max(0.02, 1 - step / total))
    )
    counts = np.bincount([AFFECTS.index(e.affect) for e in examples], minlength=len(AFFECTS))
    class_weight = torch.tensor((counts.mean() / np.maximum(counts, 1)) ** 0.4, dtype=torch.float32)
    network.train()
    for epoch in range(settings.epochs):
        losses = []
        for batch in _batches(tokens, settings.batch, draw):
            rows = [_sample_window(tokens[i], draw, settings.context_dropout) for i in batch]
            loss = _loss(network(*_pad(rows)), [examples[i] for i in batch], class_weight)
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad(set_to_none=True)
            losses.append(float(loss))
        say(f"epoch {epoch + 1}/{settings.epochs}: loss {np.mean(losses):.3f} on {len(examples)} turns")
    network.eval()
    return network


def _batches(tokens: list[tuple[list[int], list[int]]], size: int, draw: random.Random) -> list[list[int]]:
    """Batches of like length in random order: padding costs time."""
    order = list(range(len(tokens)))
    draw.shuffle(order)
    chunks = [order[i : i + size * 16] for i in range(0, len(order), size * 16)]
    batches = []
    for chunk in chunks:
        chunk.sort(key=lambda i: len(tokens[i][0]) + len(tokens[i][1]))
        batches += [chunk[i : i + size] for i in range(0, len(chunk), size)]
    draw.shuffle(batches)
    return batches


def _sample_window(row: tuple[list[int], list[int]], draw: random.Random, dropout: float) -> tuple[list[int], list[int]]:
    """One training input. A turn longer than a window is shown whole up to twice the window, then cut at random."""
    context, turn = row
    room = 2 * WINDOW_TOKENS
    if len(turn) > room:
        start = draw.randrange(len(turn) - room)
        turn = turn[start : start + room]
    return encode([] if draw.random() < dropout else context, turn)
