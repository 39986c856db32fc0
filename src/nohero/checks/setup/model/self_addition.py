"""What it asks: does the forward pass add a tensor to itself?

Why it matters: a residual branch is added to what went into it. Where that was overwritten on the way, the branch is added to itself: there
is no skip connection, only a factor of two, and depth is no longer free of charge.

How it is measured: every addition of a forward pass is heard; both sides are the same numbers in memory.

When it is right to fail: never; what it finds is a warning, as two times x might be written so.

What it cannot see: a branch that is added to a copy of itself.

Mend: keep the input under a name of its own: shortcut = x; ...; x = x + shortcut.

Source: He et al. 2016, Deep residual learning for image recognition (arXiv:1512.03385), equation 1.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.executed_ops import ExecutedOps
from nohero.run.finding import Finding, Level, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(ops: ExecutedOps) -> Finding:
    """Any such addition warns."""
    if not ops.self_added:
        return passed("no tensor is added to itself")
    named = ", ".join(name or "the model" for name in ops.self_added[:3])
    return warned(
        f"{named} adds a tensor to itself: the branch meets no shortcut, it is only doubled",
        expected="a branch added to what went into it",
        observed=Observed(value=float(len(ops.self_added)), unit="modules"),
        component="model",
        where=tuple(name or "forward" for name in ops.self_added),
        level=Level.MEASURED,
        why="The input was overwritten before it was added. Without the identity beside each block the gradient has to pass all of them.",
        remedies=("shortcut = x before the branch, x = branch(x) + shortcut after it", "write 2 * x where doubling is meant"),
    )


def _block(given: Given, forward: Any) -> Given:
    import torch
    from torch import nn

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.two = nn.Linear(32, 32), nn.Linear(32, 32)

        def forward(self, x: Any) -> Any:
            return forward(self, x)

    model = nn.Sequential(given.model[0], nn.ReLU(), Block(), nn.Linear(32, 3))
    return replace(given, model=model, optimizer=torch.optim.Adam(model.parameters(), lr=3e-3), scheduler=None)


def overwritten_input(given: Given) -> Given:
    """What is added is the branch by then."""

    def forward(self: Any, x: Any) -> Any:
        x = self.two(self.one(x).relu())
        x += x
        return x.relu()

    return _block(given, forward)


def one_name_for_both(given: Given) -> Given:
    """The shortcut is bound to the branch."""

    def forward(self: Any, x: Any) -> Any:
        out = self.two(self.one(x).relu())
        shortcut = out
        return (out + shortcut).relu()

    return _block(given, forward)


def shortcut_kept(given: Given) -> Given:
    """As it is meant."""
    return _block(given, lambda self, x: (self.two(self.one(x).relu()) + x).relu())


def doubled_as_written(given: Given) -> Given:
    """Two times x, and x with its own reverse."""
    return _block(given, lambda self, x: 2 * self.one(x) + self.two(x) + self.two(x).flip(1))


CHECK = Check(
    code="SKE230",
    name="self-addition",
    source="He et al. 2016, Deep residual learning for image recognition (arXiv:1512.03385), equation 1",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=overwritten_input), Case(toy="table-mlp", plant=one_name_for_both)),
    lookalikes=(Case(toy="table-mlp", plant=shortcut_kept), Case(toy="table-mlp", plant=doubled_as_written)),
)
