"""Skip-grams with negative sampling: two tables of embeddings, words of one topic near each other; the model returns its loss."""

from __future__ import annotations

from typing import Any

from nohero.setup.given import Given

PAIRS, WORDS, TOPICS, WIDTH, NEGATIVES = 480, 30, 5, 12, 4


def make() -> Given:
    """Centre words, words near them and words drawn at random; no output but the loss."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    generator = torch.Generator().manual_seed(42)
    centre_N = torch.randint(0, WORDS, (PAIRS,), generator=generator)
    near_N = (centre_N % TOPICS) + TOPICS * torch.randint(0, WORDS // TOPICS, (PAIRS,), generator=generator)
    other_NK = torch.randint(0, WORDS, (PAIRS, NEGATIVES), generator=generator)

    class SkipGram(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.centre = nn.Embedding(WORDS, WIDTH)
            self.context = nn.Embedding(WORDS, WIDTH)
            nn.init.uniform_(self.centre.weight, -0.3, 0.3)
            nn.init.uniform_(self.context.weight, -0.1, 0.1)

        def forward(self, centre_B: Any, near_B: Any, other_BK: Any) -> Any:
            v_BE = self.centre(centre_B)
            near = (v_BE * self.context(near_B)).sum(-1)
            other = (self.context(other_BK) @ v_BE[..., None]).squeeze(-1)
            return -(nn.functional.logsigmoid(near) + nn.functional.logsigmoid(-other).sum(-1)).mean()

    torch.manual_seed(22)
    model = SkipGram()
    data = TensorDataset(centre_N, near_N, other_NK)
    return Given(
        model=model,
        loss=None,
        train=DataLoader(torch.utils.data.Subset(data, range(400)), batch_size=40, shuffle=True),
        val=DataLoader(torch.utils.data.Subset(data, range(400, PAIRS)), batch_size=40),
        optimizer=torch.optim.Adam(model.parameters(), lr=2e-2),
        epochs=15,
    )
