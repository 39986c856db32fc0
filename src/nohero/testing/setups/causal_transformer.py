"""Next-token prediction: a small causal transformer on sequences that repeat with a period of their own."""

from __future__ import annotations

from typing import Any

from nohero.setup.given import Given

ROWS, LENGTH, TOKENS, WIDTH = 192, 12, 11, 24


def make() -> Given:
    """A decoder-only transformer; the target is the input one token later."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    generator = torch.Generator().manual_seed(13)
    period = torch.randint(2, 5, (ROWS, 1), generator=generator)
    motif = torch.randint(0, TOKENS, (ROWS, 4), generator=generator)
    row_NT = motif.gather(1, torch.arange(LENGTH + 1) % period)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.token = nn.Embedding(TOKENS, WIDTH)
            self.place = nn.Parameter(0.02 * torch.randn(1, LENGTH, WIDTH))
            layer = nn.TransformerEncoderLayer(WIDTH, 4, 2 * WIDTH, dropout=0.0, batch_first=True, norm_first=True)
            self.blocks = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
            self.head = nn.Linear(WIDTH, TOKENS)

        def forward(self, x_BT: Any) -> Any:
            mask = nn.Transformer.generate_square_subsequent_mask(x_BT.shape[1], device=x_BT.device)
            return self.head(self.blocks(self.token(x_BT) + self.place[:, : x_BT.shape[1]], mask=mask, is_causal=True))

    torch.manual_seed(7)
    model = Net()
    data = TensorDataset(row_NT[:, :-1].contiguous(), row_NT[:, 1:].contiguous())
    return Given(
        model=model,
        loss=lambda out_BTV, y_BT: nn.functional.cross_entropy(out_BTV.flatten(0, 1), y_BT.flatten()),
        train=DataLoader(torch.utils.data.Subset(data, range(144)), batch_size=16, shuffle=True),
        val=DataLoader(torch.utils.data.Subset(data, range(144, ROWS)), batch_size=16),
        optimizer=torch.optim.AdamW(model.parameters(), lr=3e-3),
        epochs=10,
    )
