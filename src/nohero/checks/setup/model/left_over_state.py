"""What it asks: does each batch begin afresh, or with what the batch before it left in the model?

Why it matters: a hidden state that is kept on the module goes on from batch to batch. Where batches are dealt anew each item begins with a stranger's
state: the answer hangs on what came before, in evaluation as well, and nothing crashes as long as batches are of one size.

How it is measured: tensors among the attributes of the modules, with a row for every item, that a call in eval mode changes. Each is exchanged for zeros and for noise, and the
same batch is asked again.

When it is right to fail: the answer moves, and the loader shuffles. Where it does not, the rows may be one long stream, and it is unsure.

What it cannot see: what is kept elsewhere than in the modules' own attributes; queues and codebooks, which have a length of their own, are meant to be kept.

Mend: make the state in forward (`h = None`), or set it back before each batch; keep it only between batches that follow each other.

Source: PyTorch's word language model example (repackage_hidden); the recipe, the skeleton.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.left_state import LeftState
from nohero.run.finding import Finding, Level, Observed, failed, passed, unsure

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(state: LeftState) -> Finding:
    """What is left over and counts."""
    if not state.counted:
        return passed("no call of the model leaves anything behind that the next answer hangs on")
    if state.reset:
        return passed(f"{', '.join(state.counted)} is set back before each batch")
    message = f"{', '.join(state.counted)} is kept from batch to batch, and the answer hangs on what is left in it (by {state.move:.2g} of its size)"
    if not state.shuffled:
        return unsure(f"{message}; whether the batches follow each other cannot be told", component="model", remedies=("if each batch goes on where the last one ended, nothing is wrong; else make the state anew in forward",))
    return failed(
        f"{message}, though the loader deals the items anew",
        expected="each batch begins afresh",
        observed=Observed(value=state.move, unit="of the answer's size"),
        component="model",
        where=state.counted,
        level=Level.VERIFIED,
        why="Each item begins with the state of whichever item had its place in the batch before: noise in training, and answers in evaluation that hang on the order of the batches.",
        remedies=("make the state in forward, of the batch's own size: h = torch.zeros(layers, len(x), width)", "or set it back to zeros before each batch"),
    )


def _remembering(given: Given, keep: bool, *, shuffle: bool) -> Given:  # noqa: FBT001
    """Readings classified by a recurrent layer whose state is an attribute."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader

    rows = [(row[0], int(row[2])) for row in given.train.dataset][:200]

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.memory, self.head = nn.GRU(3, 12, batch_first=True), nn.Linear(12, 3)
            self.state: Any = None

        def forward(self, x_BTF: Any) -> Any:
            if not keep or self.state is None or self.state.shape[1] != len(x_BTF):
                self.state = torch.zeros(1, len(x_BTF), 12)
            out, state = self.memory(x_BTF, self.state)
            self.state = state.detach()
            return self.head(out[:, -1])

    torch.manual_seed(6)
    model = Net()
    return replace(given, model=model, train=DataLoader(rows, batch_size=20, shuffle=shuffle), val=None, unpack=None, optimizer=torch.optim.Adam(model.parameters(), lr=1e-2))


def state_goes_on(given: Given) -> Given:
    """The state is made once, and kept."""
    return _remembering(given, keep=True, shuffle=True)


def state_made_anew(given: Given) -> Given:
    """The state is kept for whoever wants to look at it, and made anew at each call."""
    return _remembering(given, keep=False, shuffle=True)


def one_long_stream(given: Given) -> Given:
    """The state goes on, and so do the batches."""
    return _remembering(given, keep=True, shuffle=False)


def queue_of_strangers(given: Given) -> Given:
    """The newest answers are kept in a queue, and others are held against it."""
    import torch

    model: Any = given.model
    model.register_buffer("queue", torch.randn(64, 12, generator=torch.Generator().manual_seed(4)))
    inner, head = model.forward, torch.nn.Linear(64, 3)
    model.add_module("held", head)

    def forward(x_BTF: Any, length_B: Any) -> Any:
        out = inner(x_BTF, length_B)
        wide = torch.nn.functional.pad(out, (0, 9))
        said = out + head(wide @ model.queue.T)
        model.queue = torch.cat([wide.detach(), model.queue])[:64]
        return said

    model.forward = forward
    return replace(given, optimizer=torch.optim.Adam(model.parameters(), lr=1e-2))


CHECK = Check(
    code="SKE235",
    name="left-over-state",
    source="PyTorch's word language model example (repackage_hidden)",
    judge=judge,
    sabotages=(Case(toy="lstm-lengths", plant=state_goes_on),),
    lookalikes=(Case(toy="lstm-lengths", plant=state_made_anew), Case(toy="lstm-lengths", plant=one_long_stream), Case(toy="lstm-lengths", plant=queue_of_strangers)),
)
