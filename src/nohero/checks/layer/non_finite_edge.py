"""What it asks: does the layer stay finite, forward and backward, on inputs at the edge?

Why it matters: a square root at zero or a division by a norm of zero gives a NaN gradient on the one item that is all zeros, and the whole network is lost.

How it is measured: zeros, ones, a ramp, one-hot, equal rows, tiny and large numbers: values and gradients are looked at.

When it is right to fail: a value or a gradient of moderate inputs (zeros, ones, a ramp, one-hot, equal rows, tiny numbers) is not finite.

What it cannot see: edges that these inputs do not reach; overflow on large numbers is told as a warning.

Mend: put an epsilon inside the root or the denominator; use log_softmax, logsumexp, log1p, clamp; avoid where() over a branch that is NaN.

Source: the recipe, epsilon in denominators.
"""

from __future__ import annotations

from typing import Any

from nohero.checks.check import Case, Check
from nohero.evidence.layer_facts import LayerFacts
from nohero.run.finding import Finding, Level, Observed, failed, passed, warned

FAR = "large"  # numbers near 1e4: overflow there is worth knowing, and no proof of a fault


def judge(facts: LayerFacts) -> Finding:
    """Not finite at a moderate edge fails; on large numbers warns."""
    bad = [t for t in facts.trials if t.bad_values or t.bad_gradients]
    near = [t for t in bad if t.name != FAR]
    if not bad:
        return passed(f"values and gradients stay finite on {len(facts.trials)} structured inputs")
    first = (near or bad)[0]
    what = "values" if first.bad_values else f"gradients of {', '.join(first.bad_gradients[:3])}"
    told = failed if near else warned
    return told(
        f"on {first.name} the {what} are not finite",
        expected="finite values and gradients",
        observed=Observed(value=float(len(bad)), unit="structured inputs", n=len(facts.trials)),
        component="model",
        where=tuple(t.name for t in bad),
        level=Level.MEASURED,
        why="One NaN in a gradient reaches every weight at the next step.",
        remedies=("put an epsilon inside the root or the denominator", "use log_softmax, logsumexp, log1p or clamp", "give where() a safe input in the branch that is not taken"),
    )


def norm_without_epsilon(tried: Any) -> Any:
    """Each row divided by its root of squares: 0/0 for a row of zeros."""
    from dataclasses import replace

    return replace(tried, layer=lambda x: x / (x * x).sum(-1, keepdim=True).sqrt())


def root_at_zero(tried: Any) -> Any:
    """The value is fine, the gradient of the root at zero is not."""
    from dataclasses import replace

    return replace(tried, layer=lambda x: (x * x).sum(-1).sqrt())


def norm_with_epsilon(tried: Any) -> Any:
    """The epsilon is inside the root."""
    from dataclasses import replace

    return replace(tried, layer=lambda x: x / ((x * x).sum(-1, keepdim=True) + 1e-6).sqrt())


CHECK = Check(
    code="SKE901",
    name="non-finite-edge",
    source="the recipe, the skeleton (epsilons)",
    judge=judge,
    sabotages=(Case(toy="layer", plant=norm_without_epsilon), Case(toy="layer", plant=root_at_zero)),
    lookalikes=(Case(toy="layer", plant=norm_with_epsilon),),
)
