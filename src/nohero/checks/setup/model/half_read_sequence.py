"""What it asks: where a recurrent layer runs both ways, is each direction read where it has seen the sequence?

Why it matters: `out[:, -1]` is the end of the direction that runs forwards, and the very first step of the one that runs backwards: that half of the
features has seen the last step alone. The network trains, with half of it blind.

How it is measured: the loss's gradient at every step of what the layer says, for each direction apart, and at its last states.

When it is right to fail: a direction is read at the step it begins at, and nowhere else, and its last state is not read.

What it cannot see: packed sequences, and directions that were built of two layers by hand.

Mend: `torch.cat([h_n[-2], h_n[-1]], 1)`, the last states of both directions; or a mean or maximum over the steps.

Source: the documentation of torch's LSTM ("h_n will contain a concatenation of the final forward and reverse hidden states").
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.two_way_reading import LEAST, TwoWay, TwoWayReading
from nohero.run.finding import Finding, Level, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(reading: TwoWayReading) -> Finding:
    """A direction that is read at its beginning alone."""
    layers = [r for r in reading.layers if r.steps >= LEAST]
    if not layers:
        return skipped("no layer that runs both ways over whole batches is read step by step")
    blind = [(r, half) for r in layers if (half := _half(r)) is not None]
    if not blind:
        return passed(f"{len(layers)} layers that run both ways are read where both directions have seen the sequence")
    first, (way, step) = blind[0]
    return warned(
        f"half of what is read from {first.name} has seen one step of {first.steps}: the direction that runs {way} is read at step {step} alone, where it begins",
        expected="each direction read after it has run",
        observed=Observed(value=1.0, unit="steps seen", n=first.steps),
        component="model",
        where=tuple(r.name for r, _ in blind),
        level=Level.VERIFIED,
        why="A direction's state knows the steps it has passed. At the step it begins at it knows that one, and the features it fills are hardly features.",
        remedies=("torch.cat([h_n[-2], h_n[-1]], dim=1) takes the last state of both directions", "or a mean or maximum of the answers over the steps"),
    )


def _half(layer: TwoWay) -> tuple[str, int] | None:
    """(direction that is read at its beginning alone, that step)."""
    if layer.backwards == (layer.steps - 1,) and not layer.backwards_end:
        return "backwards", layer.steps - 1
    if layer.forwards == (0,) and not layer.forwards_end:
        return "forwards", 0
    return None


def _two_way(given: Given, read: Any) -> Given:
    """The readings classified by a layer that runs both ways."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader

    rows = [(row[0], int(row[2])) for row in given.train.dataset]

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.memory, self.head = nn.GRU(3, 12, batch_first=True, bidirectional=True), nn.Linear(24, 3)

        def forward(self, x_BTF: Any) -> Any:
            return self.head(read(*self.memory(x_BTF)))

    torch.manual_seed(6)
    model = Net()
    return replace(given, model=model, train=DataLoader(rows, batch_size=20, shuffle=True), val=None, unpack=None, optimizer=torch.optim.Adam(model.parameters(), lr=1e-2))


def last_step_of_both(given: Given) -> Given:
    """`out[:, -1]`."""
    return _two_way(given, lambda out, _: out[:, -1])


def first_step_of_both(given: Given) -> Given:
    """`out[:, 0]`, as of a class token."""
    return _two_way(given, lambda out, _: out[:, 0])


def last_states(given: Given) -> Given:
    """The last state of each direction."""
    import torch

    return _two_way(given, lambda _, h: torch.cat([h[-2], h[-1]], 1))


def both_ends(given: Given) -> Given:
    """Each direction's answers where it ends."""
    import torch

    return _two_way(given, lambda out, _: torch.cat([out[:, -1, :12], out[:, 0, 12:]], 1))


def mean_over_steps(given: Given) -> Given:
    """All steps alike."""
    return _two_way(given, lambda out, _: out.mean(1))


CHECK = Check(
    code="SKE233",
    name="half-read-sequence",
    source="the documentation of torch's LSTM",
    judge=judge,
    sabotages=(Case(toy="lstm-lengths", plant=last_step_of_both), Case(toy="lstm-lengths", plant=first_step_of_both)),
    lookalikes=(Case(toy="lstm-lengths", plant=last_states), Case(toy="lstm-lengths", plant=both_ends), Case(toy="lstm-lengths", plant=mean_over_steps)),
)
