"""What it asks: does one layer with running statistics normalise inputs of several kinds?

Why it matters: in training each call is normalised by its own batch; in evaluation all calls get one average over them, which fits none. The score falls
as soon as the mode is switched.

How it is measured: mean and deviation of what such a layer gets at each of its calls within one forward pass in train mode.

When it is right to fail: it warns, where the calls' means lie more than a deviation apart, or their deviations differ by four, for half of the channels.

What it cannot see: calls whose inputs drift apart only in the course of training; views of one kind may share a layer.

Mend: share the weights and give each call a norm of its own; or use a norm without running statistics (LayerNorm, GroupNorm).

Source: Ioffe and Szegedy 2015, Batch normalization (arXiv:1502.03167); Cooijmans et al. 2016, Recurrent batch normalization (arXiv:1603.09025).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.shared_statistics import SharedStatistics
from nohero.run.finding import Finding, Level, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

APART, WIDER = 1.0, 4.0  # deviations, and ratio of deviations: chosen; two views of one batch have less than 0.3 and 1.3


def judge(shared: SharedStatistics) -> Finding:
    """The layer whose calls differ most."""
    odd = [s for s in shared.layers if s.means > APART or s.spreads > WIDER]
    if not odd:
        return passed(f"no layer of {shared.of} with running statistics normalises inputs of several kinds")
    first = max(odd, key=lambda s: (s.means, s.spreads))
    return warned(
        f"{first.name} is called {first.calls} times in a pass, with inputs whose means lie {first.means:.1f} deviations apart and whose deviations differ by {first.spreads:.1f}: its running statistics fit none of them",
        expected="one norm for inputs of one kind",
        observed=Observed(value=first.means, unit="deviations apart", n=first.calls),
        component="model",
        where=tuple(s.name for s in odd),
        level=Level.MEASURED,
        effect="answers in evaluation mode differ from those in training",
        remedies=("give each call a norm of its own, and share the other weights", "use LayerNorm or GroupNorm, which keep no running statistics"),
    )


def _repeated(given: Given, norms: int) -> Given:
    """The same layer three times over, with one norm or three."""
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.again, self.head = nn.Linear(6, 24), nn.Linear(24, 24), nn.Linear(24, 3)
            self.norms = nn.ModuleList([nn.BatchNorm1d(24) for _ in range(norms)])

        def forward(self, x_BC: Any) -> Any:
            h = 4 * self.first(x_BC)
            for i in range(3):
                h = torch.relu(self.norms[i % norms](self.again(h)))
            return self.head(h)

    torch.manual_seed(8)
    model = Net()
    return replace(given, model=model, optimizer=torch.optim.Adam(model.parameters(), lr=1e-3), scheduler=None)


def one_norm_for_three_calls(given: Given) -> Given:
    """Weights and norm are shared."""
    return _repeated(given, 1)


def a_norm_for_each_call(given: Given) -> Given:
    """The weights are shared, the norms are not."""
    return _repeated(given, 3)


def two_views_of_a_batch(given: Given) -> Given:
    """One network sees two views, one after the other."""
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Sequential(nn.Linear(6, 24), nn.BatchNorm1d(24), nn.ReLU())
            self.head = nn.Linear(24, 3)

        def forward(self, x_BC: Any) -> Any:
            return self.head(self.body(x_BC) + self.body(0.9 * x_BC + 0.1 * x_BC.roll(1, 1)))

    torch.manual_seed(8)
    model = Net()
    return replace(given, model=model, optimizer=torch.optim.Adam(model.parameters(), lr=1e-3), scheduler=None)


CHECK = Check(
    code="SKE239",
    name="shared-statistics",
    source="https://arxiv.org/abs/1502.03167",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=one_norm_for_three_calls),),
    lookalikes=(Case(toy="table-mlp", plant=a_norm_for_each_call), Case(toy="table-mlp", plant=two_views_of_a_batch)),
)
