"""What it asks: are the parameters the same, before and after the model is merely called?

Why it matters: a layer made in `forward`, or weights set again in `forward`, forget at every call what the optimizer has
learnt. The optimizer holds objects that are no longer used; the loss looks alive and goes nowhere.

How it is measured: three forward passes in train mode without any training. The objects are compared, the leaves of the
answer's graph are searched for parameters that are new each time, and every parameter is changed a little to see whether
the change outlasts a forward pass.

When it is right to fail: a parameter is another object after a call, is made within it, or keeps nothing of a change.

What it cannot see: layers that are made anew only now and then; steps that re-initialise outside of the model.

Mend: make layers and set weights in __init__, once.

Source: the recipe, the skeleton; torch.nn.Module.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.forward_state import ForwardState
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped

if TYPE_CHECKING:
    from nohero.setup.given import Given

NAMED = 6  # parameters named


def judge(state: ForwardState) -> Finding:
    """Any of the three fails."""
    if not state.forward:
        return skipped("the model cannot be called on its own")
    shapes = tuple(f"a parameter {list(s)}" for s in state.fresh)
    if state.remade or state.fresh:
        where = (state.remade or shapes)[:NAMED]
        n = max(len(state.remade), len(state.fresh))
        return _failed(state, n, f"{n} parameters are made anew in every forward pass: {', '.join(where)}", where, "make the layer in __init__ and only call it in forward")
    if state.overwritten:
        where = tuple(o.name for o in state.overwritten[:NAMED])
        most = max(o.kept for o in state.overwritten)
        return _failed(state, len(where), f"{len(state.overwritten)} parameters are set again by every forward pass, which leaves {max(0.0, most):.0%} of a change: {', '.join(where)}", where, "initialise weights in __init__, not in forward or in what forward calls")
    return passed(f"a forward pass leaves {state.parameters} parameters as they are")


def _failed(state: ForwardState, n: int, message: str, where: tuple[str, ...], mend: str) -> Finding:
    return failed(
        message, expected="parameters that only the optimizer changes", observed=Observed(value=float(n), unit="parameters", n=max(n, state.parameters)),
        component="model", where=where, level=Level.VERIFIED, effect="what the optimizer learns is forgotten at the next call",
        why="The model was called several times without any training, and these parameters were not the same afterwards. Whatever an optimizer did to them would be lost in the same way.",
        remedies=(mend, "build the optimizer after the last layer is made"),
    )  # fmt: skip


def _called(given: Given, forward: Any) -> Given:
    from torch import nn

    inner = given.model

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, x: Any) -> Any:
            return forward(self.inner, x)

    return replace(given, model=Net())


def layer_made_in_forward(given: Given) -> Given:
    """The last layer is made within forward."""
    import torch

    return _called(given, lambda inner, x: torch.nn.Linear(32, 3)(inner[:4](x)))


def layer_replaced_in_forward(given: Given) -> Given:
    """The last layer is put into the model anew at each call."""
    import torch

    def forward(inner: Any, x: Any) -> Any:
        inner[4] = torch.nn.Linear(32, 3)
        return inner(x)

    return _called(given, forward)


def initialised_in_forward(given: Given) -> Given:
    """Weights are initialised at each call."""
    import torch

    def forward(inner: Any, x: Any) -> Any:
        torch.nn.init.xavier_uniform_(inner[0].weight)
        return inner(x)

    return _called(given, forward)


def made_at_the_first_call(given: Given) -> Given:
    """A lazy layer gets its size at the first call, and stays."""
    import torch

    given.model[4] = torch.nn.LazyLinear(3)
    given.model(torch.zeros(2, 6))
    return replace(given, optimizer=torch.optim.Adam(given.model.parameters(), lr=3e-3), scheduler=None)


def normed_in_forward(given: Given) -> Given:
    """Rows of a weight are held at a norm of one at most, and another weight is parametrised."""
    import torch

    torch.nn.utils.parametrizations.spectral_norm(given.model[2])

    def forward(inner: Any, x: Any) -> Any:
        with torch.no_grad():
            inner[0].weight.copy_(inner[0].weight / inner[0].weight.norm(dim=1, keepdim=True).clamp_min(1.0))
        return inner(x)

    out = _called(given, forward)
    return replace(out, optimizer=torch.optim.Adam(out.model.parameters(), lr=3e-3), scheduler=None)


CHECK = Check(
    code="SKE224",
    name="remade-parameters",
    source=sources.SKELETON,
    judge=judge,
    sabotages=tuple(Case(toy="table-mlp", plant=p) for p in (layer_made_in_forward, layer_replaced_in_forward, initialised_in_forward)),
    lookalikes=tuple(Case(toy="table-mlp", plant=p) for p in (made_at_the_first_call, normed_in_forward)),
)
