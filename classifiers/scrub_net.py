"""The network of the name model, in torch: only training imports it. scrub_names.py runs the same sums in
numpy."""

from __future__ import annotations

from typing import Any

LABELS = ("O", "PERSON", "ORGANIZATION", "LOCATION", "ADDRESS")
WIDTH = 96
DILATIONS = (1, 4, 2, 1)
"""One convolution over three words for each; a word sees eight words to either side. The first is the
narrowest, because of what is summed there most can be summed beforehand; the last ones widen least what must
be known for a single word."""


def build_net(vectors: Any, groups: int, shapes: int, frequencies: int, cases: int) -> Any:
    """A torch module. `vectors`: float32 (words + 1, k), row 0 zero, fixed: vectors of frequent words.

    forward(known (n,), bags (total,), offsets (n,), shape (n,), frequency (n,), order, case (batch, length))
    takes word types, the order in which they stand and the letter case of the text around each; it returns
    logits (batch, length, len(LABELS)) and, after the first layer, early logits (batch, length) of being a
    name at all: at run time the other layers pass over words whose early logit is low.
    """
    import torch
    from torch import nn

    class Net(nn.Module):  # type: ignore[misc]  # torch is not followed here
        def __init__(self) -> None:
            super().__init__()
            self.vectors = nn.Embedding.from_pretrained(vectors, freeze=True)
            self.project = nn.Linear(vectors.shape[1], WIDTH, bias=False)
            self.groups = nn.EmbeddingBag(groups, WIDTH, mode="sum", include_last_offset=False)
            self.shapes = nn.Embedding(shapes, WIDTH)
            self.frequencies = nn.Embedding(frequencies, WIDTH)
            self.cases = nn.Embedding(cases, WIDTH)
            for table in (self.groups, self.shapes, self.frequencies, self.cases):
                nn.init.normal_(table.weight, std=0.1)
            self.layers = nn.ModuleList(nn.Conv1d(WIDTH, WIDTH, 3, padding=d, dilation=d) for d in DILATIONS)
            self.early = nn.Linear(WIDTH, 1)
            self.out = nn.Linear(WIDTH, len(LABELS))
            self.drop = nn.Dropout(0.2)

        def types(self, known: Any, bags: Any, offsets: Any, shape: Any, frequency: Any) -> Any:
            counts = torch.diff(torch.cat([offsets, torch.tensor([len(bags)])])).float().clamp(min=1)
            letters = self.groups(bags, offsets) / counts.sqrt()[:, None]
            return letters + self.project(self.vectors(known)) + self.shapes(shape) + self.frequencies(frequency)

        def forward(
            self, known: Any, bags: Any, offsets: Any, shape: Any, frequency: Any, order: Any, case: Any
        ) -> Any:
            state = self.types(known, bags, offsets, shape, frequency)[order] + self.cases(case)
            state = self.drop(state).transpose(1, 2)
            early = None
            for layer in self.layers:
                state = state + self.drop(torch.relu(layer(state)))
                early = self.early(state.transpose(1, 2))[..., 0] if early is None else early
            return self.out(state.transpose(1, 2)), early

    return Net()
