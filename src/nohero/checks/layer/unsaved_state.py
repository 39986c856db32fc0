"""What it asks: does all that shapes the layer's answer go into its state dict?

Why it matters: a tensor kept as a plain attribute is neither saved nor moved to another device: after loading, the layer computes something else.

How it is measured: floating tensors on modules that are neither parameters nor buffers are changed: does the answer change? A copy that is spoilt and loaded again: does it answer alike?

When it is right to fail: such a tensor shapes the answer, or the loaded copy answers otherwise.

What it cannot see: state in closures and globals.

Mend: register it: nn.Parameter for what is learnt, register_buffer for what is kept.

Source: PyTorch's notes on modules (buffers); the recipe, checkpoints.
"""

from __future__ import annotations

from typing import Any

from nohero.checks.check import Case, Check
from nohero.evidence.layer_facts import LayerFacts
from nohero.run.finding import Finding, Level, Observed, failed, passed, warned


def judge(facts: LayerFacts) -> Finding:
    """Unsaved tensors warn; a copy that answers otherwise fails."""
    if not facts.reloaded:
        return _told(failed, "a copy with the saved state loaded answers otherwise", ("state_dict",))
    if facts.unsaved:
        return _told(warned, f"{len(facts.unsaved)} tensor(s) that shape the answer are not in the state dict: {', '.join(facts.unsaved[:4])}", facts.unsaved)
    return passed("all that shapes the answer is saved and loaded")


def _told(told: object, what: str, where: tuple[str, ...]) -> Finding:
    return told(  # type: ignore[operator, no-any-return]
        what,
        expected="the whole state in state_dict()",
        observed=Observed(value=float(len(where)), unit="tensors"),
        component="model",
        where=where,
        level=Level.VERIFIED,
        why="A model that is loaded must be the model that was saved.",
        remedies=("register it: self.register_buffer(name, tensor), or nn.Parameter(tensor) where it is learnt",),
    )


def plain_attribute(tried: Any) -> Any:
    """A scale kept as a bare tensor."""
    import torch

    module = tried.layer
    del module.scale
    module.scale = torch.full((6,), 1.5)
    return tried


def registered_buffer(tried: Any) -> Any:
    """The same, registered."""
    import torch

    module = tried.layer
    del module.scale
    module.register_buffer("scale", torch.full((6,), 1.5))
    return tried


CHECK = Check(
    code="SKE904",
    name="unsaved-state",
    source="PyTorch's notes on modules",
    judge=judge,
    sabotages=(Case(toy="layer", plant=plain_attribute),),
    lookalikes=(Case(toy="layer", plant=registered_buffer),),
    under=("SKE902",),
)
