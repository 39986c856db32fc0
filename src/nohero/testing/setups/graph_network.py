"""One graph a batch: nodes with features, edges as pairs of nodes; each node's class hangs on its neighbours, so nodes mix on purpose."""

from __future__ import annotations

from typing import Any

from nohero.setup.given import Given

GRAPHS, NODES, FEATURES, WIDTH, CLASSES = 20, 24, 4, 24, 3


def make() -> Given:
    """A graph network with mean aggregation; every batch is ((x, edge_index), y)."""
    import torch
    from torch import nn

    generator = torch.Generator().manual_seed(18)

    def graph() -> Any:
        nodes = NODES + int(torch.randint(0, 6, (1,), generator=generator))
        x_NF = torch.randn(nodes, FEATURES, generator=generator)
        edge_2E = torch.randint(0, nodes, (2, 3 * nodes), generator=generator)
        return (x_NF, edge_2E), (x_NF + 1.5 * gathered(x_NF, edge_2E))[:, :CLASSES].argmax(1)

    def gathered(x_NF: Any, edge_2E: Any) -> Any:
        total_NF = torch.zeros_like(x_NF).index_add(0, edge_2E[1], x_NF[edge_2E[0]])
        count_N1 = x_NF.new_zeros(len(x_NF), 1).index_add(0, edge_2E[1], x_NF.new_ones(edge_2E.shape[1], 1))
        return total_NF / count_N1.clamp(min=1)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.own, self.near = nn.Linear(FEATURES, WIDTH), nn.Linear(FEATURES, WIDTH, bias=False)
            self.head = nn.Linear(WIDTH, CLASSES)

        def forward(self, x_NF: Any, edge_2E: Any) -> Any:
            return self.head(torch.relu(self.own(x_NF) + self.near(gathered(x_NF, edge_2E))))

    torch.manual_seed(12)
    model = Net()
    graphs = [graph() for _ in range(GRAPHS)]
    return Given(
        model=model,
        loss=nn.CrossEntropyLoss(),
        train=graphs[:15],
        val=graphs[15:],
        optimizer=torch.optim.Adam(model.parameters(), lr=1e-2),
        epochs=15,
    )
