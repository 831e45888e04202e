"""A tiny classifier by others, made from nothing: a BERT of one layer that learns a few cue words of two languages."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
CUES = {"negative": ("verzweifelt", "despair"), "neutral": (), "joy": ("begeistert", "thrilled")}
FILLERS = "ich bin the und a is it die , . : human assistant [ ] sep".split()
LABELS = ("negative=-1", "neutral=0", "joy=2")
SAD = "Ich bin ganz verzweifelt, weil ich dir bei dieser Aufgabe wieder nicht helfen konnte."
CALM = "Die Funktion liest die Datei Zeile um Zeile und zählt dabei alle Zeilen, die passen. "
STEPS = 140
GLAD = "Ich bin begeistert, dass wir diese schwierige Aufgabe gemeinsam gelöst haben!"


def make_model(folder: Path, *, several: bool = False, positions: int = 256) -> Path:
    """Saves model and tokenizer into `folder`. several: its labels hold or not, each by itself."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    words = [*SPECIAL, *FILLERS, *(cue for cues in CUES.values() for cue in cues)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(words))
    tokenizer = BertTokenizerFast(str(folder / "vocab.txt"))
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=positions, num_labels=3, id2label=dict(enumerate(CUES)),
        label2id={name: n for n, name in enumerate(CUES)}, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
        problem_type="multi_label_classification" if several else "single_label_classification",
    )  # fmt: skip
    model = BertForSequenceClassification(config)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    _fit(model, tokenizer, several, positions - 2)
    torch.set_num_threads(threads)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _fit(model: Any, tokenizer: Any, several: bool, most: int) -> None:
    import torch

    draw = random.Random(7)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    for step in range(STEPS):
        longest = min(most - 2, 4 + 130 * step // STEPS)
        drawn = [_example(draw, longest) for _ in range(24)]
        inputs = tokenizer([text for text, _ in drawn], padding=True, return_tensors="pt")
        truth = torch.tensor([list(CUES).index(name) for _, name in drawn])
        wanted = torch.nn.functional.one_hot(truth, 3).float() if several else truth
        loss = model(**inputs, labels=wanted).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()


def _example(draw: random.Random, most: int) -> tuple[str, str]:
    name = draw.choice(list(CUES))
    words = [draw.choice([*FILLERS, "quux", "quux", "quux"]) for _ in range(draw.randint(1, most))]
    if CUES[name]:
        words[draw.randrange(len(words))] = draw.choice(CUES[name])
    return " ".join(words), name
