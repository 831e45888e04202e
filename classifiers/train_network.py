"""Fine-tunes the scorer's network on labelled turns, in torch. On one machine a seed gives the same weights."""

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
from schemas.labels import AFFECTS, SITUATIONS, VOICES, Affect, Voice

_ROUND = 32
_SITUATION_WEIGHT = 0.3
_RARE = 3.0
"""Weight of a situation that is held against one that is not: of eleven, a turn holds one or two."""
_DISTRESS = 2.0
"""Weight of a turn with distress against one without, in the loss that tells the two apart."""
_JOY = 0.5
"""Weight of the loss that tells strong joy from all else, mild joy above all, where that of distress has 1."""
_ROOM = WINDOW_TOKENS * 4 // 3
"""A little more than a window: the whole turn's label must mostly hold for the part that is shown."""


@dataclass(frozen=True, slots=True)
class Training:
    """Settings of a run. rate: peak learning rate of the heads and the top layer; lower layers get less."""

    epochs: int = 3
    batch: int = 24
    rate: float = 1.5e-4
    layer_decay: float = 0.8
    warmup: float = 0.1
    seed: int = 7
    context_dropout: float = 0.1
    splice: float = 0.3
    """Share of inputs that get neutral words of another turn before or behind: affect is to be found, not length."""
    real_weight: float = 2.0
    """Weight of a real turn in the loss, where a written one has 1: real text is what is to be judged."""
    dropout: float = 0.0
    """Within the encoder. Without any, what it learns from so few turns is better, and a step takes half the time."""


def _tokens(examples: Sequence[Example]) -> list[tuple[list[int], list[int]]]:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(encoder_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    contexts = tokenizer.encode_batch([context_text(e.turn) for e in examples], add_special_tokens=False)
    turns = tokenizer.encode_batch([e.turn.text for e in examples], add_special_tokens=False)
    return [(c.ids, t.ids) for c, t in zip(contexts, turns, strict=True)]


def _pad(rows: list[tuple[list[int], list[int]]]) -> tuple[Tensor, Tensor, Tensor]:
    # Few distinct shapes: the processor's kernels are prepared once a shape, which costs more than the padding.
    width = -(-max(len(ids) for ids, _ in rows) // _ROUND) * _ROUND
    ids = torch.full((len(rows), width), PAD)
    types, mask = torch.zeros_like(ids), torch.zeros_like(ids)
    for i, (row, kinds) in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        types[i, : len(row)] = torch.tensor(kinds)
        mask[i, : len(row)] = 1
    return ids, types, mask


def _optimizer(network: ScorerNetwork, settings: Training) -> torch.optim.Optimizer:
    layers = list(network.encoder.encoder.layer)
    network.encoder.embeddings.requires_grad_(False)
    heads = [p for head in (network.affect, network.voice, network.situations) for p in head.parameters()]
    groups = [{"params": heads, "lr": settings.rate * 10}]
    rate = settings.rate
    for layer in reversed(layers):
        groups.append({"params": list(layer.parameters()), "lr": rate})
        rate *= settings.layer_decay
    return torch.optim.AdamW(groups, weight_decay=0.01)


def _loss(outputs: tuple[Tensor, Tensor, Tensor], rows: Sequence[Example], class_weight: Tensor, real: float) -> Tensor:
    """Affect and voice by cross-entropy; distress of any level, strong joy and situations by binary cross-entropy, the
    latter where they are known.

    Unsure labels count half, real turns `real` times.
    """
    sure = torch.tensor([(0.5 if e.sure == 1 else 1.0) * (1.0 if e.written else real) for e in rows])
    affect = torch.tensor([AFFECTS.index(e.affect) for e in rows])
    voice = torch.tensor([VOICES.index(e.voice) for e in rows])
    held = torch.tensor([[float(s in e.situations) for s in SITUATIONS] for e in rows])
    by_affect = F.cross_entropy(outputs[0], affect, class_weight, reduction="none", label_smoothing=0.03)
    logs = torch.log_softmax(outputs[0], dim=1)
    neutral = AFFECTS.index(Affect.NEUTRAL)
    distress, other = logs[:, :neutral].logsumexp(1), logs[:, neutral:].logsumexp(1)
    by_distress = -torch.where(affect < neutral, _DISTRESS * distress, other)
    strong = AFFECTS.index(Affect.STRONG_JOY)
    by_joy = -torch.where(affect == strong, logs[:, strong], logs[:, :strong].logsumexp(1))
    by_voice = F.cross_entropy(outputs[1], voice, reduction="none")
    known = torch.tensor([float(e.situations_known) for e in rows])
    rare = torch.full((len(SITUATIONS),), _RARE)
    by_situation = F.binary_cross_entropy_with_logits(outputs[2], held, pos_weight=rare, reduction="none").sum(1)
    loss = 0.5 * by_affect + by_distress + _JOY * by_joy + 0.5 * by_voice + _SITUATION_WEIGHT * known * by_situation
    return (loss * sure).mean()


def fit(examples: Sequence[Example], settings: Training, say: Callable[[str], None]) -> ScorerNetwork:
    """A network fine-tuned on `examples`. say: receives one line of progress an epoch, without text."""
    torch.manual_seed(settings.seed)
    draw = random.Random(settings.seed)
    network = ScorerNetwork(dropout=settings.dropout)
    tokens = _tokens(examples)
    optimizer = _optimizer(network, settings)
    per_epoch = -(-len(examples) // settings.batch)
    total = per_epoch * settings.epochs
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / (settings.warmup * total), max(0.02, 1 - step / total))
    )
    counts = np.bincount([AFFECTS.index(e.affect) for e in examples], minlength=len(AFFECTS))
    class_weight = torch.tensor((counts.mean() / np.maximum(counts, 1)) ** 0.4, dtype=torch.float32)
    neutral = [turn for e, (_, turn) in zip(examples, tokens, strict=True) if e.affect == 0 and e.voice is Voice.NONE]
    network.train()
    for epoch in range(settings.epochs):
        losses = []
        for batch in _batches(tokens, settings.batch, draw):
            rows = [_sample_window(_spliced(tokens[i], neutral, draw, settings), draw, settings) for i in batch]
            # bfloat16 is about three times as fast on processors that have it; weights and optimiser stay float32.
            with torch.autocast("cpu", dtype=torch.bfloat16):
                outputs = network(*_pad(rows))
            logits = (outputs[0].float(), outputs[1].float(), outputs[2].float())
            loss = _loss(logits, [examples[i] for i in batch], class_weight, settings.real_weight)
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


def _spliced(
    row: tuple[list[int], list[int]], neutral: list[list[int]], draw: random.Random, settings: Training
) -> tuple[list[int], list[int]]:
    """`row`, now and then with up to half a window of a neutral turn before or behind its own words."""
    context, turn = row
    if not neutral or draw.random() >= settings.splice:
        return row
    other = draw.choice(neutral)[: WINDOW_TOKENS // 2]
    return (context, [*other, *turn]) if draw.random() < 0.5 else (context, [*turn, *other])


def _sample_window(
    row: tuple[list[int], list[int]], draw: random.Random, settings: Training
) -> tuple[list[int], list[int]]:
    """One training input. Of a turn longer than `_ROOM` tokens a part drawn at random is shown."""
    context, turn = row
    room = _ROOM
    if len(turn) > room:
        start = draw.randrange(len(turn) - room)
        turn = turn[start : start + room]
    return encode([] if draw.random() < settings.context_dropout else context, turn)
