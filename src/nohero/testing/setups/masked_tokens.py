"""Tags for the tokens of padded sentences: a tag hangs on the token and on the one before; smoothed labels, padding left out of the loss."""

from __future__ import annotations

from typing import Any

from nohero.setup.given import Given

ROWS, LENGTH, TOKENS, TAGS, WIDTH = 240, 10, 12, 4, 24
PAD, LEFT_OUT = 0, -100


def make() -> Given:
    """An embedding, a recurrent layer over the packed length and a tag for every token."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    generator = torch.Generator().manual_seed(23)
    token_NT = torch.randint(1, TOKENS, (ROWS, LENGTH), generator=generator)
    before_NT = torch.cat([torch.zeros(ROWS, 1, dtype=torch.long), token_NT[:, :-1]], 1)
    tag_NT = (token_NT + (before_NT > TOKENS // 2)) % TAGS
    length_N = torch.randint(LENGTH // 2, LENGTH + 1, (ROWS, 1), generator=generator)
    padded_NT = torch.arange(LENGTH)[None] >= length_N
    token_NT[padded_NT], tag_NT[padded_NT] = PAD, LEFT_OUT

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.token = nn.Embedding(TOKENS, WIDTH, padding_idx=PAD)
            self.over = nn.GRU(WIDTH, WIDTH, batch_first=True)
            self.head = nn.Linear(WIDTH, TAGS)

        def forward(self, token_BT: Any) -> Any:
            return self.head(self.over(self.token(token_BT))[0])

    torch.manual_seed(11)
    model = Net()

    data = TensorDataset(token_NT, tag_NT)
    return Given(
        model=model,
        loss=loss,
        train=DataLoader(torch.utils.data.Subset(data, range(180)), batch_size=12, shuffle=True),
        val=DataLoader(torch.utils.data.Subset(data, range(180, ROWS)), batch_size=12),
        optimizer=torch.optim.Adam(model.parameters(), lr=1e-2),
        epochs=10,
        expect={"pad_id": PAD},
    )


def loss(out_BTK: Any, tag_BT: Any) -> Any:
    """Cross-entropy of every token but the padding, smoothed."""
    from torch import nn

    return nn.functional.cross_entropy(out_BTK.transpose(1, 2), tag_BT, ignore_index=LEFT_OUT, label_smoothing=0.1)
