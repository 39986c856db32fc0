"""What it asks: is the written gradient the derivative of what the layer computes?

Why it matters: a sign, a factor or a term that is missing in a backward pass still trains, to a worse place.

How it is measured: each input's and parameter's gradient against central differences in float64, at up to 24 numbers each, at points without a kink near.

When it is right to fail: the worst relative difference is beyond what rounding explains.

What it cannot see: errors that show only beyond the points tried, and second derivatives.

Mend: derive the backward pass anew, or let autograd do it; look for detach, .data and in-place changes.

Source: the recipe, compare backward with a numerical check; torch.autograd.gradcheck.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.layer_facts import LayerFacts
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped

if TYPE_CHECKING:
    from collections.abc import Callable


TOLERANCE = 1e-3  # relative; central differences in float64 err by 1e-8, wrong formulas by 1e-1


def judge(facts: LayerFacts) -> Finding:
    """The worst gradient decides."""
    tried = [g for g in facts.gradients if not g.kinks]
    if not tried:
        return skipped("no gradient could be tried: the layer has no smooth point or nothing to differentiate")
    worst = max(tried, key=lambda g: g.error)
    if worst.error <= TOLERANCE:
        return passed(f"gradients of {len(tried)} tensors agree with central differences within {worst.error:.1e}")
    kind = "is cut off: it is zero" if worst.written == 0 else "has the wrong sign" if worst.written * worst.numerical < 0 else "is wrong"
    return failed(
        f"the gradient of {worst.name} {kind}: written {worst.written:.6g}, numerical {worst.numerical:.6g}",
        expected="the derivative of what forward computes",
        observed=Observed(value=worst.error, unit="relative error"),
        component="model",
        where=(f"{worst.name}{list(worst.place)}",),
        level=Level.VERIFIED,
        why="The optimizer follows the written gradient; where it is wrong it goes elsewhere than downhill.",
        remedies=("look for detach, .data, .item() or no_grad in forward", "derive backward anew, or leave it to autograd"),
    )


def detached_half(tried: Any) -> Any:
    """The gate is detached."""
    return _with_forward(tried, lambda module, x: module.scale * module.inner(x).chunk(2, -1)[0] * module.inner(x).chunk(2, -1)[1].sigmoid().detach())


def factor_two_in_backward(tried: Any) -> Any:
    """An autograd function whose backward forgets the factor."""
    import torch

    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx: object, x: torch.Tensor) -> torch.Tensor:
            ctx.save_for_backward(x)  # type: ignore[attr-defined]
            return x * x

        @staticmethod
        def backward(ctx: object, grad: torch.Tensor) -> torch.Tensor:
            (x,) = ctx.saved_tensors  # type: ignore[attr-defined]
            return torch.mul(grad, x)

    from dataclasses import replace

    return replace(tried, layer=Square.apply)


def kinked(tried: Any) -> Any:
    """A ReLU: not smooth at zero, right all the same."""
    import torch

    return _with_forward(tried, lambda module, x: torch.relu(module.inner(x)) * 2)


def _with_forward(tried: Any, forward: Callable[..., Any]) -> Any:
    from functools import partial

    tried.layer.forward = partial(forward, tried.layer)
    return tried


CHECK = Check(
    code="SKE900",
    name="wrong-gradient",
    source="the recipe, the skeleton (numerical gradient check)",
    judge=judge,
    sabotages=(Case(toy="layer", plant=detached_half), Case(toy="layer", plant=factor_two_in_backward)),
    lookalikes=(Case(toy="layer", plant=kinked),),
)
