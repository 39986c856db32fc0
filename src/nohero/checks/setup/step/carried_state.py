"""What it asks: does each batch begin with a state of its own?

Why it matters: a recurrent state that is kept from batch to batch belongs to other items once the loader shuffles. Every answer then
begins with what was said of a stranger, which is noise in training and is not there, or is another noise, when the model is used.

How it is measured: two steps on two batches, with an ear at every module: what a module answered to the first batch, does it
get it back bit for bit with the second?

When it is right to fail: it does, and the loader draws its items in a new order each epoch. With a loader that reads in order the
state may belong to the same series (truncated backpropagation): that passes. Where the order is not known: unsure.

What it cannot see: a state that no module gets as an input (a cell written by hand that keeps it in an attribute), and states that are
changed between two batches.

Mend: begin each batch with no state (h = None, or zeros); keep it only where batch k + 1 goes on where batch k ended, row by row.

Source: the recipe, the skeleton.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.carried_state import CarriedState
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, unsure

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given


def judge(carried: CarriedState) -> Finding:
    """A state of other items fails."""
    if not carried.modules:
        return passed("no module gets back with one batch what it answered to the batch before")
    if carried.shuffled is False:
        return passed(f"`{carried.modules[0]}` goes on from batch to batch, and the loader reads in order")
    told = f"{_called(carried.modules[0])} gets with each batch the state {carried.shape} that it answered to the batch before"
    facts: dict[str, Any] = {
        "expected": "a state of its own for every batch of other items",
        "observed": Observed(value=float(len(carried.modules)), unit="modules"),
        "component": "step",
        "where": carried.modules,
        "why": "The rows of two shuffled batches have nothing to do with each other, so each row begins in the state of another item.",
    }
    if carried.shuffled:
        return failed(
            f"{told}, though the loader shuffles: the state is that of other items",
            level=Level.VERIFIED,
            remedies=("begin each batch with no state (h = None, or zeros)", "to train on long series in pieces, make batches whose rows go on from batch to batch, and do not shuffle"),
            **facts,
        )
    return unsure(told, remedies=("if each row goes on where the row of the batch before ended, nothing is wrong; else begin each batch with no state",), **facts)


def _called(name: str) -> str:
    return f"`{name}`" if name else "the model"


def _recurrent(given: Given, *, shuffle: bool, kept: bool) -> Given:
    """The toy's sequences and a GRU whose step keeps the state, or does not."""
    from dataclasses import replace

    import torch
    from torch import nn
    from torch.utils.data import DataLoader

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.gru = nn.GRU(4, 16)
            self.head = nn.Linear(16, 3)

        def forward(self, x: Any, h: Any = None) -> Any:
            out, h = self.gru(x, h)
            return self.head(out[-1]), h

    held: dict[str, Any] = {"h": None}

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        optimizer.zero_grad()
        answer, h = model(batch[0], held["h"])
        value = loss(answer, batch[1])
        value.backward()
        optimizer.step()
        held["h"] = h.detach() if kept else None
        return float(value.detach())

    model = Net()
    loader = DataLoader(given.train.dataset, batch_size=24, shuffle=shuffle, collate_fn=given.train.collate_fn)
    return replace(given, model=model, train=loader, optimizer=torch.optim.Adam(model.parameters(), lr=1e-2), step=step, evaluate=None)


def kept_over_shuffled_batches(given: Given) -> Given:
    """The state is detached and kept, and the loader shuffles."""
    return _recurrent(given, shuffle=True, kept=True)


def kept_inside_the_model(given: Given) -> Given:
    """The model keeps the state in an attribute."""
    from dataclasses import replace

    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lstm = nn.LSTM(4, 16)
            self.head = nn.Linear(16, 3)
            self.hidden: Any = None

        def forward(self, x: Any) -> Any:
            held = self.hidden if self.training and self.hidden is not None and self.hidden[0].shape[1] == x.shape[1] else None
            out, hidden = self.lstm(x, held)
            self.hidden = tuple(h.detach() for h in hidden)
            return self.head(out[-1])

    model = Net()
    return replace(given, model=model, optimizer=torch.optim.Adam(model.parameters(), lr=1e-2))


def begun_anew_each_time(given: Given) -> Given:
    """The same step, with no state at the start."""
    return _recurrent(given, shuffle=True, kept=False)


def read_in_order(given: Given) -> Given:
    """The state is kept, and the loader reads one piece after another."""
    return _recurrent(given, shuffle=False, kept=True)


CHECK = Check(
    code="SKE416",
    name="carried-state",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="time-first-gru", plant=kept_over_shuffled_batches), Case(toy="time-first-gru", plant=kept_inside_the_model)),
    lookalikes=(Case(toy="time-first-gru", plant=begun_anew_each_time), Case(toy="time-first-gru", plant=read_in_order)),
    under=("SKE235",),
)
