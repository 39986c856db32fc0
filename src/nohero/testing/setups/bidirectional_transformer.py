"""Padded sequences of tokens with three classes: an encoder that sees both sides, a mask for the padding, batches as dicts."""

from __future__ import annotations

from typing import Any

from nohero.setup.given import Given

ROWS, LENGTH, TOKENS, WIDTH, CLASSES, PAD = 320, 10, 13, 24, 3, 0


def make() -> Given:
    """A transformer encoder with masked mean pooling; the first token says the class, so order counts."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader

    generator = torch.Generator().manual_seed(15)
    ids_NT = torch.randint(1, TOKENS, (ROWS, LENGTH), generator=generator)
    length_N = torch.randint(4, LENGTH + 1, (ROWS,), generator=generator)
    mask_NT = torch.arange(LENGTH) < length_N[:, None]
    y_N = (ids_NT[:, 0] - 1) % CLASSES
    ids_NT = ids_NT.masked_fill(~mask_NT, PAD)
    rows = [{"ids": ids_NT[i], "mask": mask_NT[i].long(), "labels": y_N[i]} for i in range(ROWS)]

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.token = nn.Embedding(TOKENS, WIDTH, padding_idx=PAD)
            self.place = nn.Embedding(LENGTH, WIDTH)
            layer = nn.TransformerEncoderLayer(WIDTH, 4, 2 * WIDTH, dropout=0.0, batch_first=True, norm_first=True)
            self.blocks = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)
            self.head = nn.Linear(WIDTH, CLASSES)

        def forward(self, ids: Any, mask: Any) -> Any:
            place_T = torch.arange(ids.shape[1], device=ids.device)
            out_BTC = self.blocks(self.token(ids) + self.place(place_T), src_key_padding_mask=mask == 0)
            kept_BT1 = mask[:, :, None].to(out_BTC.dtype)
            return self.head((out_BTC * kept_BT1).sum(1) / kept_BT1.sum(1))

    torch.manual_seed(9)
    model = Net()
    return Given(
        model=model,
        loss=nn.CrossEntropyLoss(),
        train=DataLoader(rows[:240], batch_size=24, shuffle=True),
        val=DataLoader(rows[240:], batch_size=24),
        optimizer=torch.optim.AdamW(model.parameters(), lr=5e-3),
        epochs=15,
    )
