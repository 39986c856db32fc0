"""Where the loss or its slope is not a finite number: at the start, on certain answers, on answers that hit the target, on batches of one kind."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.evidence.setup.drawn_answers import favour, formed
from nohero.evidence.setup.loss_bench import CLASSED, LABELLED, YES_NO, Bench, benches

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.evidence.setup.answer_range import AnswerRange
    from nohero.evidence.setup.task_facts import TaskFacts
    from nohero.setup.setup import Setup

PRICE = 0.03  # seconds
STEPS = 3
BATCHES = 8


@dataclass(frozen=True, kw_only=True)
class Extreme:
    """One trial: how likely training meets it (certain, likely, possible, unlikely), the loss, and whether its slope is finite."""

    name: str
    chance: str
    loss: float
    slope_finite: bool

    @property
    def finite(self) -> bool:
        """Loss and slope both."""
        return math.isfinite(self.loss) and self.slope_finite


@dataclass(frozen=True, kw_only=True)
class LossExtremes:
    """The trials in the order of how likely they are."""

    kind: str
    form: str
    trials: tuple[Extreme, ...]


def measure(setup: Setup, facts: TaskFacts, reach: AnswerRange) -> LossExtremes:
    """Try the user's loss where it may break."""
    with setup.apart():
        setup.mode(training=True)
        stands = list(benches(setup, facts, BATCHES))
    first, form = stands[0], reach.form
    trials = [_trial(f"the model's own answers on batch {i}", "certain", b, b.answer) for i, b in enumerate(stands)]
    if first.kind in LABELLED:
        trials += _certain(first, form)
    if first.kind in ("values", "reconstruction") and first.target.numel() == first.answer.numel():
        trials.append(_trial("one item's answer equal to its target", "possible", first, _hit(first)))
    if first.kind in ("values", "reconstruction"):
        import torch

        trials.append(_trial("answers of zero", "possible", first, torch.zeros_like(first.answer)))
    if first.kind in YES_NO:
        trials += _one_sided(stands)
    return LossExtremes(kind=first.kind, form=form, trials=tuple(t for t in trials if t is not None))


def _certain(bench: Bench, form: str) -> list[Extreme | None]:
    """Answers as certain as numbers allow, right and wrong."""
    way = favour(bench)
    wrong = way.roll(1, bench.class_axis) if bench.kind in CLASSED else -way
    if form in ("probabilities", "unit"):
        return [_trial(f"probabilities of exactly 0 and 1, {word}", "likely", bench, w.clamp(0, 1)) for word, w in (("right", way), ("wrong", wrong))]
    found = []
    for size, chance in ((30.0, "likely"), (100.0, "possible")):
        for word, w in (("right", way), ("wrong", wrong)):
            found.append(_trial(f"answers of ±{size:.0f}, {word}", chance, bench, formed(size * w, bench, form)))
    return found


def _hit(bench: Bench) -> Tensor:
    """The start with the first item's answer on its target."""
    answer = bench.answer.clone()
    answer[:1] = bench.target.reshape(answer.shape)[:1].to(answer.dtype)
    return answer


def _one_sided(stands: list[Bench]) -> list[Extreme | None]:
    """A batch without a yes or without a no, where chance gives one in a thousand batches."""
    import torch

    first = stands[0]
    yes = torch.cat([b.target.flatten() for b in stands]).double()
    share = float((yes > 0.5).double().mean())
    found = []
    for word, chance, value in (("yes", 1 - share, 0.0), ("no", share, 1.0)):
        likely = chance ** len(first.target) if first.kind == "binary" else 0.0
        if likely > 1e-3:
            found.append(_trial(f"a batch without a {word}", "likely", first, first.answer, torch.full_like(first.target, value)))
    return found


def _trial(name: str, chance: str, bench: Bench, answer: Tensor, target: Tensor | None = None) -> Extreme | None:
    """One trial; None where the loss refuses."""
    import torch

    from nohero.setup.refusal import Unmeasurable

    leaf = answer.detach().clone().requires_grad_()
    t = bench.target if target is None else target
    try:
        with torch.enable_grad():
            value = bench._called(bench.given, leaf, t)
        slope = torch.autograd.grad(value, leaf, allow_unused=True)[0] if value.requires_grad else None
    except (Unmeasurable, RuntimeError):
        return None
    return Extreme(name=name, chance=chance, loss=float(value.detach()), slope_finite=slope is None or bool(slope.isfinite().all()))
