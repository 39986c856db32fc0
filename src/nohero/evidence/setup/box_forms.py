"""Whether a loss of boxes is least where the answer equals the target, as they are written and in the two other usual ways of writing a box."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.loss_call import loss_calls
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from nohero.evidence.setup.loss_call import LossCall
    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 1
LEAST = 4  # boxes
AWAY = (0.03, 0.1, 0.3, 1.0)  # of the boxes' spread
DRAWS = 3
SAME = 1e-4  # relative to how much the loss moves


@dataclass(frozen=True, kw_only=True)
class BoxForm:
    """One way of writing the boxes of a batch."""

    name: str
    equal: float  # the loss where answers equal targets
    least: bool  # nothing that was tried is lower
    lowest: float  # of what was tried beside it


@dataclass(frozen=True, kw_only=True)
class BoxForms:
    """As given, and with the four numbers read as corners (or as centre and size) and written the other way."""

    boxes: int
    given: BoxForm
    others: tuple[BoxForm, ...]


def measure(setup: Setup) -> BoxForms:
    """The loss with the targets in the answer's place, and answers about them."""
    with setup.apart():
        calls = [c for c in loss_calls(setup) if len(c.answers) == 1]
        pairs = [(c, c.answers[0], j) for c in calls for j in c.others if c.tensors[j].shape == c.tensors[c.answers[0]].shape and c.tensors[j].is_floating_point()]
        boxes = [(c, i, j) for c, i, j in pairs if c.tensors[j].ndim >= 2 and c.tensors[j].shape[-1] == 4 and c.tensors[j].numel() >= 4 * LEAST]
        if not boxes or len(pairs) > 1:
            raise Unmeasurable("the loss does not get one answer and one target of four numbers each")
        call, i, j = boxes[0]
        target = call.tensors[j].detach().to(call.tensors[i])
        found = [_form(call, i, j, name, write(target)) for name, write in FORMS.items()]
    return BoxForms(boxes=target.numel() // 4, given=found[0], others=tuple(found[1:]))


def corners(boxes: Tensor) -> Tensor:
    """(left, top, right, bottom) of boxes that were (centre, size)."""
    import torch

    return torch.cat([boxes[..., :2] - boxes[..., 2:] / 2, boxes[..., :2] + boxes[..., 2:] / 2], -1)


def centres(boxes: Tensor) -> Tensor:
    """(centre, size) of boxes that were (left, top, right, bottom)."""
    import torch

    return torch.cat([(boxes[..., :2] + boxes[..., 2:]) / 2, boxes[..., 2:] - boxes[..., :2]], -1)


FORMS: dict[str, Callable[[Tensor], Tensor]] = {"as given": lambda boxes: boxes, "corners": corners, "centre and size": centres}


def _form(call: LossCall, i: int, j: int, name: str, target: Tensor) -> BoxForm:
    import torch

    draw = torch.Generator().manual_seed(9)
    spread = target.flatten(0, -2).std(0, correction=0)
    tried: list[Any] = [target + away * spread * torch.randn(target.shape, generator=draw).to(target) for away in AWAY for _ in range(DRAWS)] + [target.roll(1, 0)]
    equal, values = call.value({i: target, j: target}), [call.value({i: t, j: target}) for t in tried]
    if not all(math.isfinite(v) for v in (equal, *values)):
        return BoxForm(name=name, equal=equal, least=False, lowest=math.nan)
    return BoxForm(name=name, equal=equal, least=equal <= min(values) + SAME * (max(values) - min(values)), lowest=min(values))
