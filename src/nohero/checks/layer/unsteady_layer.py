"""What it asks: does the layer give the same answer to the same input, and leave the input alone?

Why it matters: an answer that changes by itself cannot be tested, and an input that is changed in place spoils the residual that was to be added.

How it is measured: two calls with equal seeds, two calls in eval mode without seeding, and the inputs before and after.

When it is right to fail: answers differ although nothing random was to happen, or an input was altered.

What it cannot see: randomness that shows rarely.

Mend: draw from torch's generator, obey self.training, and avoid in-place operations on inputs.

Source: the recipe, fix the random seed; one item at a time.
"""

from __future__ import annotations

from typing import Any

from nohero.checks.check import Case, Check
from nohero.evidence.layer_facts import LayerFacts
from nohero.run.finding import Finding, Level, Observed, failed, passed, warned


def judge(facts: LayerFacts) -> Finding:
    """Unsteady with equal seeds or altered inputs fail; random in eval mode warns."""
    if facts.changed_inputs:
        return _told(failed, f"the call altered input {facts.changed_inputs[0]} in place", "inputs left as they were", "copy before changing: x = x.clone(), or use the form without underscore")
    if not facts.repeatable:
        return _told(failed, "with equal seeds two calls give different answers", "equal answers", "draw random numbers from torch's generator alone")
    if facts.random_in_eval:
        return _told(warned, "in eval mode two calls give different answers", "equal answers in eval mode", "obey self.training: F.dropout(x, p, training=self.training)")
    return passed("equal inputs give equal answers, and inputs are left as they were")


def _told(told: object, what: str, expected: str, remedy: str) -> Finding:
    return told(what, expected=expected, observed=Observed(value=2.0, unit="calls"), component="model", where=("forward",), level=Level.MEASURED, remedies=(remedy,))  # type: ignore[operator, no-any-return]


def dropout_in_eval(tried: Any) -> Any:
    """Dropout that does not ask for the mode."""
    import torch

    tried.layer.register_forward_hook(lambda _, __, answer: torch.nn.functional.dropout(answer, 0.5))
    return tried


def altered_input(tried: Any) -> Any:
    """An in-place sum on the input."""
    from dataclasses import replace

    return replace(tried, layer=lambda x: (x.detach().mul_(2), x * 1.0)[1])


def dropout_that_obeys(tried: Any) -> Any:
    """Dropout by the mode."""
    import torch

    tried.layer.register_forward_hook(lambda module, _, answer: torch.nn.functional.dropout(answer, 0.5, training=module.training))
    return tried


CHECK = Check(
    code="SKE902",
    name="unsteady-layer",
    source="the recipe, the skeleton (fix the random seed)",
    judge=judge,
    sabotages=(Case(toy="layer", plant=dropout_in_eval), Case(toy="layer", plant=altered_input)),
    lookalikes=(Case(toy="layer", plant=dropout_that_obeys),),
)
