"""What it asks: where the model gives several answers, can each get to where its own targets are?

Why it matters: one head of several ends in a sigmoid or tanh while its targets are in pixels, metres or degrees. The sum of the losses
still falls, as the other heads learn, and the bounded one stays at its bound.

How it is measured: inputs, and the parameters of the last modules one after another, are driven to extremes. Each answer's range is held against the target
of its shape; the loss at the nearest answers in that range against the loss at the target itself, the other answers held.

When it is right to fail: where values of a target lie beyond and the loss would be lower there.

What it cannot see: answers that share their target's shape with another answer; losses that the step puts together itself.

Mend: leave that head's last activation out, or scale its targets into the range.

Source: the recipe, the skeleton.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.checks.setup.replanted import tensors
from nohero.evidence.setup.part_reach import PartReach
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed

if TYPE_CHECKING:
    from nohero.setup.given import Given

BEYOND = 0.02  # share of target values; a few outliers past a bound are often meant; as for one answer (unreachable-targets)
FLOOR = 0.01  # of the loss of the targets' mean that remains however well it is trained; as for one answer


def judge(reach: PartReach) -> Finding:
    """The worst of the answers against its target."""
    bad = [p for p in reach.parts if p.beyond >= BEYOND and p.floor > 0 and p.floor >= FLOOR * abs(p.constant)]
    if not bad:
        return passed(f"each of {len(reach.parts)} answers reaches its targets")
    worst = max(bad, key=lambda p: p.beyond)
    return failed(
        f"answer {worst.place} of the model {list(worst.shape)} cannot leave {worst.low:.4g} to {worst.high:.4g}, and {worst.beyond:.0%} of its targets ({worst.target_low:.4g} to {worst.target_high:.4g}) lie beyond",
        expected="answers that can reach every target",
        observed=Observed(value=worst.beyond, unit="share of targets", n=worst.n),
        component="model",
        where=tuple(f"answer {p.place}" for p in bad),
        level=Level.VERIFIED,
        why="Training moves the answers only within their range. What lies beyond leaves an error that stays, and at the bounds the gradient is gone.",
        remedies=("leave out the activation after that head's last layer", "or scale its targets into the range, and the answers back"),
    )


def _two_heads(given: Given, ended: Any, scale: float) -> Given:
    """A class and two values for every row, by two heads of one body."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader

    x, y = tensors(given.train)
    place = scale * (x[:, :2] - x[:, :2].amin(0)) / (x[:, :2].amax(0) - x[:, :2].amin(0))

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body, self.kind, self.place = nn.Sequential(nn.Linear(6, 32), nn.ReLU()), nn.Linear(32, 3), nn.Linear(32, 2)

        def forward(self, x_BC: Any) -> Any:
            h = self.body(x_BC)
            return {"kind": self.kind(h), "place": ended(self.place(h))}

    def loss(out: Any, target: Any) -> Any:
        return nn.functional.cross_entropy(out["kind"], target["kind"]) + 0.1 * nn.functional.smooth_l1_loss(out["place"], target["place"])

    torch.manual_seed(4)
    model = Net()
    rows = [(x[i], {"kind": y[i], "place": place[i]}) for i in range(len(x))]
    return replace(given, model=model, loss=loss, train=DataLoader(rows, batch_size=32, shuffle=True), val=None, step=None, evaluate=None, scheduler=None, optimizer=torch.optim.Adam(model.parameters(), lr=1e-3))


def places_in_pixels(given: Given) -> Given:
    """A sigmoid, and places from 0 to 64."""
    return _two_heads(given, lambda o: o.sigmoid(), 64.0)


def places_in_shares(given: Given) -> Given:
    """A sigmoid, and places from 0 to 1."""
    return _two_heads(given, lambda o: o.sigmoid(), 1.0)


def sigmoid_in_pixels(given: Given) -> Given:
    """A sigmoid times the picture's side."""
    return _two_heads(given, lambda o: 64 * o.sigmoid(), 64.0)


CHECK = Check(
    code="SKE272",
    name="unreachable-part",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=places_in_pixels),),
    lookalikes=(Case(toy="table-mlp", plant=places_in_shares), Case(toy="table-mlp", plant=sigmoid_in_pixels)),
)
