"""What it asks: does the layer take what real use will bring: a batch of one, another layout, other precisions?

Why it matters: a squeeze eats the axis of a batch of one; a view needs a contiguous input; a constant made in float32 breaks half precision.

How it is measured: the same numbers as a batch of one, not contiguous, in float64 and bfloat16; an empty batch is tried and told.

When it is right to fail: the layer raises on a batch of one or a strided input, answers otherwise there, or changes the precision of its answer.

What it cannot see: other devices than this machine has.

Mend: use reshape and explicit axes; make constants with x.new_tensor or register_buffer.

Source: the recipe, unit tests on data that is not random.
"""

from __future__ import annotations

from typing import Any

from nohero.checks.check import Case, Check
from nohero.evidence.layer_facts import LayerFacts
from nohero.run.finding import Finding, Level, Observed, failed, passed, warned

DIFFERS = {"not contiguous": 1e-5, "float64": 1e-3, "bfloat16": 0.2}  # relative; rounding of float32 and bfloat16, with room


def judge(facts: LayerFacts) -> Finding:
    """Raising or answering otherwise fails; another precision warns."""
    tried = {t.name: t for t in facts.trials}
    for name in ("batch of one", "not contiguous", "float64"):
        if name in tried and tried[name].raised:
            return _told(failed, f"{name}: {tried[name].raised}", name)
    for name, most in DIFFERS.items():
        if name in tried and not tried[name].raised and tried[name].differs > most:
            return _told(failed if name == "not contiguous" else warned, f"{name}: the answer differs by {tried[name].differs:.2g} of its size", name)
    if "float64" in tried and tried["float64"].dtype not in ("float64", "") and facts.dtype == "float32":
        return _told(warned, f"float64 inputs are answered in {tried['float64'].dtype}", "float64")
    raising = [name for name in ("bfloat16", "empty batch") if name in tried and tried[name].raised]
    note = f"; {' and '.join(raising)} raise" if raising else ""
    return passed(f"a batch of one, another layout and precision are answered alike{note}")


def _told(told: object, what: str, where: str) -> Finding:
    return told(  # type: ignore[operator, no-any-return]
        what,
        expected="the same answer for the same numbers",
        observed=Observed(value=1.0, unit="input"),
        component="model",
        where=(where,),
        level=Level.MEASURED,
        why="Last batches are small, inputs come from a transpose, and training is moved to another precision later.",
        remedies=("name axes in squeeze, use reshape in place of view", "make constants with x.new_tensor(...) or register_buffer"),
    )


def squeezed(tried: Any) -> Any:
    """`squeeze()` without an axis: a batch of one loses its first axis, and the matrix product fails."""
    from dataclasses import replace

    inner = tried.layer.inner
    return replace(tried, layer=lambda x: inner(x).squeeze().sum(1))


def viewed(tried: Any) -> Any:
    """`view` on an input that may be strided."""
    from dataclasses import replace

    return replace(tried, layer=lambda x: x.view(-1).sum() * x)


def squeezed_by_axis(tried: Any) -> Any:
    """The axis is named."""
    from dataclasses import replace

    return replace(tried, layer=lambda x: x.sum(1, keepdim=True).squeeze(1))


CHECK = Check(
    code="SKE903",
    name="narrow-layer",
    source="the recipe, the skeleton (unit tests)",
    judge=judge,
    sabotages=(Case(toy="layer", plant=squeezed), Case(toy="layer", plant=viewed)),
    lookalikes=(Case(toy="layer", plant=squeezed_by_axis),),
    under=("SKE902",),
)
