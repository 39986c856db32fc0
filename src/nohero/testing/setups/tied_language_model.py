"""A language model whose output layer is its embedding: an LSTM that returns its own loss in an object with `.loss` and `.logits`."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from nohero.setup.given import Given

ROWS, LENGTH, TOKENS, WIDTH, IGNORED = 240, 12, 14, 24, -100


def make() -> Given:
    """Batches are dicts of input_ids and labels; labels equal the inputs, the model shifts them, as is usual."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader

    generator = torch.Generator().manual_seed(23)
    start_N1 = torch.randint(0, TOKENS, (ROWS, 1), generator=generator)
    stride_N1 = torch.randint(1, 4, (ROWS, 1), generator=generator)
    ids_NT = (start_N1 + stride_N1 * torch.arange(LENGTH)) % TOKENS
    rows = [{"input_ids": row_T, "labels": row_T.clone()} for row_T in ids_NT]

    class TiedLM(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Embedding(TOKENS, WIDTH)
            nn.init.normal_(self.embed.weight, std=WIDTH**-0.5)
            self.lstm = nn.LSTM(WIDTH, WIDTH, batch_first=True)
            self.head = nn.Linear(WIDTH, TOKENS, bias=False)
            self.head.weight = self.embed.weight

        def forward(self, input_ids: Any, labels: Any = None) -> Any:
            out_BTC, _ = self.lstm(self.embed(input_ids))
            logits_BTV = self.head(out_BTC)
            if labels is None:
                return SimpleNamespace(loss=None, logits=logits_BTV)
            loss = nn.functional.cross_entropy(logits_BTV[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), ignore_index=IGNORED)
            return SimpleNamespace(loss=loss, logits=logits_BTV)

    torch.manual_seed(14)
    model = TiedLM()
    return Given(
        model=model,
        loss=None,
        train=DataLoader(rows[:180], batch_size=20, shuffle=True),
        val=DataLoader(rows[180:], batch_size=20),
        optimizer=torch.optim.AdamW(model.parameters(), lr=1e-2),
        epochs=15,
    )
