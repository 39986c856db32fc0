"""Answers that a model could give: drawn at random in the range it reaches, right ones of a chosen strength, wrong ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.loss_bench import CLASSED, YES_NO

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from nohero.evidence.setup.loss_bench import Bench

FORMS = ("logits", "probabilities", "log-probabilities", "unit", "bounded", "positive")


def at_random(bench: Bench, form: str, generator: Generator) -> Tensor:
    """Random answers, apart from the target, in the range the model reaches."""
    import torch

    noise = torch.randn(bench.answer.shape, generator=generator).to(bench.answer)
    if bench.kind in (*CLASSED, *YES_NO):
        return formed(1.5 * noise, bench, form)
    target = bench.target[bench.target.isfinite()].to(bench.answer.dtype)
    spread = float(target.std(unbiased=False)) or 1.0
    values = float(target.mean()) + spread * noise
    return values.clamp(0, 1) if form in ("unit", "probabilities") else values.clamp(-1, 1) if form == "bounded" else values


def right(bench: Bench, form: str, strength: float) -> Tensor:
    """Answers that favour the target: 0 is undecided, 20 is as good as certain."""
    return formed(strength * favour(bench), bench, form)


def favour(bench: Bench) -> Tensor:
    """What right logits look like: +1 for the target's class and for yes, -1 for the others and for no."""
    import torch

    o, t = bench.answer, bench.target
    if bench.kind in YES_NO:
        return (2.0 * t.reshape(o.shape).to(o.dtype) - 1.0) if t.numel() == o.numel() else torch.zeros_like(o)
    if bench.kind not in CLASSED:
        return torch.zeros_like(o)
    if t.ndim == o.ndim:
        return 2.0 * t.to(o.dtype) - 1.0
    axis, classes = bench.class_axis, o.shape[bench.class_axis]
    if o.movedim(axis, -1).shape[:-1] != t.shape:  # labels that are not laid against the answers one by one
        return torch.zeros_like(o)
    inside = (t >= 0) & (t < classes)
    hot = torch.nn.functional.one_hot(t.long().clamp(0, classes - 1), classes).to(o.dtype) * inside.unsqueeze(-1)
    return (2.0 * hot - 1.0).movedim(-1, axis)


def formed(logits: Tensor, bench: Bench, form: str) -> Tensor:
    """Logits in the form the model gives its answers."""
    axis = bench.class_axis if bench.kind in CLASSED else -1
    if form == "probabilities" and bench.kind in CLASSED:
        return logits.softmax(axis)
    if form == "log-probabilities":
        return logits.log_softmax(axis)
    if form in ("unit", "probabilities"):
        return logits.sigmoid()
    if form == "bounded":
        return logits.tanh()
    return logits.clamp(min=0) if form == "positive" else logits


def values_of(*numbers: Any) -> tuple[float, ...]:
    """Plain floats."""
    return tuple(float(n) for n in numbers)
