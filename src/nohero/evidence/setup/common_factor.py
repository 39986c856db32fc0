"""Whether a loss on labels is a function of the batch's mean cross-entropy alone: its slope against the plain one, item by item, at answers of several certainties."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.evidence.setup.drawn_answers import at_random, right
from nohero.evidence.setup.loss_bench import LABELLED, benches
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.evidence.setup.answer_range import AnswerRange
    from nohero.evidence.setup.loss_bench import Bench
    from nohero.evidence.setup.task_facts import TaskFacts
    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 2
STRENGTHS = (0.0, 0.7, 1.5)  # of right answers under the noise, in logits


@dataclass(frozen=True, kw_only=True)
class CommonFactor:
    """At answers ever more right: the one number that the plain slope is multiplied by, and how much of the slope is not told by it."""

    factors: tuple[float, ...]
    apart: float  # largest relative residual
    items: int
    known: bool  # the loss equals one of torch's


def measure(setup: Setup, facts: TaskFacts, reach: AnswerRange) -> CommonFactor:
    """Noisy answers, right to some degree."""
    import torch

    with setup.apart():
        setup.mode(training=True)
        bench = next(iter(benches(setup, facts, 1)))
    if bench.kind not in LABELLED or reach.form not in ("logits", "unit"):
        raise Unmeasurable("the loss is none of labels on logits or probabilities of yes")
    generator = torch.Generator().manual_seed(6)
    factors, apart = [], 0.0
    for strength in STRENGTHS:
        logits = at_random(bench, "logits", generator) + right(bench, "logits", strength)
        answer = logits if reach.form == "logits" else logits.sigmoid()
        slope, plain = bench.slope(answer).double().flatten(), _plain(bench, answer, form=reach.form).double().flatten()
        if slope.shape != plain.shape or not float(plain.norm()) > 0:
            raise Unmeasurable("there is no plain slope to compare with")
        factor = float(slope @ plain / (plain @ plain))
        factors.append(factor)
        apart = max(apart, float((slope - factor * plain).norm()) / max(float(slope.norm()), 1e-30))
    return CommonFactor(factors=tuple(factors), apart=apart if all(map(math.isfinite, factors)) else math.inf, items=bench.specimen.size, known=bool(facts.loss))


def _plain(bench: Bench, answer: Tensor, *, form: str) -> Tensor:
    """The slope of the plain cross-entropy."""
    import torch
    from torch.nn import functional as F

    leaf = answer.detach().clone().requires_grad_()
    if bench.kind in ("classes", "distribution"):
        if form != "logits" or bench.class_axis != 1:
            raise Unmeasurable("the classes stand along another axis, or are no logits")
        if bench.kind == "classes" and bench.target.ndim < leaf.ndim and not bool(((bench.target >= 0) & (bench.target < leaf.shape[1])).all()):
            raise Unmeasurable("some labels are no class of an answer, as in ordinal losses")
        value = F.cross_entropy(leaf, bench.target.long() if bench.kind == "classes" and not bench.target.is_floating_point() else bench.target)
    else:
        target = bench.target.reshape(leaf.shape).to(leaf.dtype)
        value = F.binary_cross_entropy_with_logits(leaf, target) if form == "logits" else F.binary_cross_entropy(leaf, target)
    return torch.autograd.grad(value, leaf)[0]
