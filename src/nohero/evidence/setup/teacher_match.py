"""Where a loss on soft targets is least: with the answers held, the target is made their likeness at several temperatures, and moved a little about the best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.evidence.setup.heard_distributions import form_of
from nohero.evidence.setup.loss_call import LossCall, loss_calls
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from nohero.setup.setup import Setup

PRICE = 0.1  # seconds
STEPS = 2
SCALES = tuple(2 ** (k / 2) for k in range(-8, 9))  # the target's logits as multiples of the answer's
FINER = 40  # steps of a golden search about the best
TRIALS = 8  # directions
SMALL = 1e-4  # of a logit: the slope outweighs the bend, and the bend the rounding of doubles
STRONG = 3.0  # spread of the answers' logits: far from even, so that a soft-max is no straight line
NEAR = 1e-5


@dataclass(frozen=True, kw_only=True)
class TeacherMatch:
    """`soft` is whether an even answer is told soft targets from hard ones, as divergences do."""

    shape: tuple[int, ...]
    form: str  # of the target: probabilities or other
    soft: bool
    scale: float  # the target's logits over the answer's where the loss is least
    least: int  # directions in which every small move of the target from there raises the loss
    slanted: int  # directions in which one side raises and the other lowers it
    tried: int
    drift: float  # rise of the loss when all of an item's logits grow by three; 0 where they are made to sum to one
    back: float  # the same when they shrink by three


def measure(setup: Setup) -> TeacherMatch:
    """The first soft target of the answer's shape."""
    import torch

    with setup.apart():
        for call in loss_calls(setup):
            for i in call.answers:
                for j in call.others:
                    o, t = call.tensors[i], call.tensors[j]
                    if t.dtype == o.dtype == torch.float64 and t.shape == o.shape and t.ndim == 2 and t.shape[1] > 2:
                        form, axis = form_of(t.double())
                        if form == "other" or (form == "probabilities" and axis == 1 and not bool(((t == 0) | (t == 1)).all())):
                            return _matched(call, i, j, form)
    raise Unmeasurable("the loss gets no soft target of the answer's shape")


def _matched(call: LossCall, i: int, j: int, form: str) -> TeacherMatch:
    import torch

    generator = torch.Generator().manual_seed(6)
    shape = call.tensors[i].shape
    answer = STRONG * torch.randn(shape, generator=generator).to(call.tensors[i])
    answer = answer - answer.mean(1, keepdim=True)
    given, axis = form_of(call.tensors[i].double())
    shaped: dict[str, Callable[[Tensor], Tensor]] = {"probabilities": lambda o: o.softmax(1), "log-probabilities": lambda o: o.log_softmax(1)}
    formed = shaped.get(given, lambda o: o) if axis == 1 else (lambda o: o)

    def put(logits: Tensor) -> Tensor:
        return (logits.softmax(1) if form == "probabilities" else logits).to(call.tensors[j])

    def value(o: Tensor, logits: Tensor) -> float:
        return call.value({i: formed(o), j: put(logits)})

    soft = _soft(value, answer)
    best = min(SCALES, key=lambda s: value(answer, s * answer))
    low, high = best / 2**0.5, best * 2**0.5
    for _ in range(FINER):
        a, b = low + 0.382 * (high - low), low + 0.618 * (high - low)
        low, high = (low, b) if value(answer, a * answer) <= value(answer, b * answer) else (a, high)
    scale = (low + high) / 2
    least = slanted = 0
    base = value(answer, scale * answer)
    for _ in range(TRIALS):
        way = SMALL * torch.randn(shape, generator=generator).to(answer)
        up, down = value(answer, scale * answer + way) - base, value(answer, scale * answer - way) - base
        least += up > 0 and down > 0
        slanted += up * down < 0 and abs(up + down) < 0.5 * abs(up - down)
    return TeacherMatch(shape=tuple(shape), form=form, soft=soft, scale=scale, least=least, slanted=slanted, tried=TRIALS, drift=value(answer + 3, scale * answer) - base, back=value(answer - 3, scale * answer) - base)


def _soft(value: Callable[[Tensor, Tensor], float], answer: Tensor) -> bool:
    """Whether, at an even answer, the loss rises as the target hardens, whatever class it favours and however its logits are shifted."""
    even = 0 * answer
    at = [value(even, s * answer) for s in (0.0, 0.5, 1.0)]
    rise = at[2] - at[0]
    if not rise > NEAR * (abs(at[0]) + 1e-9) or not at[0] < at[1] < at[2]:
        return False
    other, shifted = value(even, answer.roll(1, 1)), value(even, answer + 1.7)
    return abs(other - at[2]) < 1e-3 * rise and abs(shifted - at[2]) < 1e-3 * rise
