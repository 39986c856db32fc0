"""What it asks: where a model gives several answers, is the loss least where an answer equals the target that it is held against?

Why it matters: an error that is a weight in another term must not be trained by it. The advantage of actor and critic is the usual case: without a
detach the policy's term raises or lowers the values to its own ends, and the critic does not learn the returns.

How it is measured: an answer and a target are a pair where the loss knows their difference alone: shaken alike they leave it as it is. The answer is
put at its target, the other answers are let come to rest, and it is moved off along the falling slope. Parts that add up to the target, such as a trend and
a season, rest where nothing pulls.

When it is right to fail: the loss falls by more than a hundredth of what the answer's whole error costs, and how it falls hangs on the other answers.

What it cannot see: pairs that the step puts together itself; answers that are divided by a scale before they are compared.

Mend: detach the error where it is a weight: `-(log_prob * (returns - value.detach())).mean()`.

Source: Mnih et al. 2016, Asynchronous methods for deep reinforcement learning (arXiv:1602.01783), section 4.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.checks.setup.replanted import tensors
from nohero.evidence.setup.least_places import LeastPlaces
from nohero.run.finding import Finding, Level, Observed, failed, passed

if TYPE_CHECKING:
    from nohero.setup.given import Given

FALLS = 0.01  # of what the error costs; rounding gives 1e-6, a margin or a kink nothing


def judge(places: LeastPlaces) -> Finding:
    """A loss that is lower beside the target."""
    off = [p for p in places.pairs if p.lower > FALLS and p.others]
    if not off:
        return passed(f"the loss is least where {len(places.pairs)} answers equal their targets")
    worst = max(off, key=lambda p: p.lower)
    return failed(
        f"the loss is lower where answer {worst.place} {list(worst.shape)} is {worst.off:.2g} deviations off its target than where it equals it: another term pulls at it, by way of the other answers",
        expected="a loss that is least where the answer equals its target",
        observed=Observed(value=worst.lower, unit="of what the answer's error costs"),
        component="loss",
        where=("the loss", f"answer {worst.place}"),
        level=Level.VERIFIED,
        why="The error stands in the other term as a weight, and its gradient goes both ways: the answer is moved to make that term small, away from its target.",
        remedies=("detach the error where it is a weight: advantage = (returns - value).detach()",),
    )


def _acting(given: Given, advantage: Any) -> Given:
    """A policy over three actions and a value, drawn to the first column as its return."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader

    x, y = tensors(given.train)
    gain = x[:, 0] + 0.1 * x[:, 1]

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body, self.policy, self.worth = nn.Sequential(nn.Linear(6, 32), nn.Tanh()), nn.Linear(32, 3), nn.Linear(32, 1)

        def forward(self, x_BC: Any) -> Any:
            h = self.body(x_BC)
            return self.policy(h), self.worth(h).squeeze(-1)

    def loss(out: Any, target: Any) -> Any:
        (logits, value), (action, back) = out, target
        said = logits.log_softmax(1).gather(1, action[:, None]).squeeze(1)
        return -(said * advantage(back, value)).mean() + 0.5 * nn.functional.mse_loss(value, back)

    torch.manual_seed(4)
    model = Net()
    rows = [(x[i], y[i], gain[i]) for i in range(len(x))]
    return replace(given, model=model, loss=loss, unpack=lambda b: (b[0], (b[1], b[2])), train=DataLoader(rows, batch_size=32, shuffle=True), val=None, step=None, evaluate=None, scheduler=None, optimizer=torch.optim.Adam(model.parameters(), lr=1e-3))


def advantage_with_gradient(given: Given) -> Given:
    """The policy's term trains the values."""
    return _acting(given, lambda back, value: back - value)


def advantage_detached(given: Given) -> Given:
    """As it is meant."""
    return _acting(given, lambda back, value: (back - value).detach())


def spread_told_as_well(given: Given) -> Given:
    """A value and its spread: a likelihood, in which the spread weighs the error."""
    acted = _acting(given, lambda back, value: (back - value).detach())

    def loss(out: Any, target: Any) -> Any:
        (logits, value), (_, back) = out, target
        log_variance = logits[:, 0].clamp(-3, 3)
        return 0.5 * ((value - back).square() * (-log_variance).exp() + log_variance).mean()

    return replace(acted, loss=loss)


def a_rest_added_to_a_rough_guess(given: Given) -> Given:
    """Two answers that add up to the target; the rough one is held against it as well."""
    import torch
    from torch import nn

    def loss(out: Any, target: Any) -> Any:
        (rough, rest), (_, back) = out, target
        return nn.functional.mse_loss(rough + rest, back) + 0.3 * nn.functional.mse_loss(rough, back)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rough, self.rest = nn.Linear(6, 1), nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 1))

        def forward(self, x_BC: Any) -> Any:
            return self.rough(x_BC).squeeze(-1), self.rest(x_BC).squeeze(-1)

    torch.manual_seed(4)
    model = Net()
    return replace(_acting(given, lambda back, value: back - value), model=model, loss=loss, optimizer=torch.optim.Adam(model.parameters(), lr=1e-3))


CHECK = Check(
    code="SKE362",
    name="pulled-off-target",
    source="Mnih et al. 2016, Asynchronous methods for deep reinforcement learning (arXiv:1602.01783), section 4",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=advantage_with_gradient),),
    lookalikes=(Case(toy="table-mlp", plant=advantage_detached), Case(toy="table-mlp", plant=spread_told_as_well), Case(toy="table-mlp", plant=a_rest_added_to_a_rough_guess)),
)
