"""Whether a loss of two answers an item brings the two together: one of them dealt anew among the items, or made the other's likeness."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.loss_call import LossCall, loss_calls
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.setup.setup import Setup

PRICE = 0.1  # seconds
STEPS = 3
DEALS = 16
LEAST = 4  # items
NEAR = 1e-6  # relative: the same loss in another order


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two answers of one shape. Changes are relative to how far the loss moves when one of them is drawn anew."""

    places: tuple[int, int]
    shape: tuple[int, ...]
    dealt: float  # largest change when the second is dealt anew among the items
    crossed: float  # what the two do together that neither does alone
    mates: float  # how far an item's slope hangs on the other items' answers in the same place
    turned: float  # change when the two change places
    targets: float  # largest change when the targets are dealt anew
    others: float  # largest change when another answer is dealt anew
    likeness: float  # loss with both alike, less the lowest when one is dealt anew, for the model's answers or even ones, whichever is lower: below 0 where likeness is wanted
    alike: float  # the inputs: how much nearer an item's two inputs are than two items' (0: not at all, 1: equal); nan where there are not two


@dataclass(frozen=True, kw_only=True)
class ViewPairing:
    """Every pair of answers of one shape, in every call of the loss."""

    items: int
    pairs: tuple[Pair, ...]


def measure(setup: Setup) -> ViewPairing:
    """Deal, draw and swap on the first batch."""
    with setup.apart():
        calls = loss_calls(setup)
        alike = _inputs_alike(setup)
        found, items = [], 0
        for call in calls:
            usable = [i for i in call.answers if call.tensors[i].ndim >= 2 and call.tensors[i].shape[0] == call.size >= LEAST]
            items = max(items, call.size)
            for i, j in combinations(usable[:6], 2):
                if call.tensors[i].shape == call.tensors[j].shape:
                    found.append(_pair(call, i, j, alike))
    if not found:
        raise Unmeasurable("the loss does not get two answers of one shape")
    return ViewPairing(items=items, pairs=tuple(p for p in found if p is not None))


def _pair(call: LossCall, i: int, j: int, alike: float) -> Pair | None:
    import torch

    generator = torch.Generator().manual_seed(4)
    a, b = call.tensors[i], call.tensors[j]

    def drawn(t: Tensor) -> Tensor:
        """Other answers of the same make: every number from another item."""
        flat = t.reshape(len(t), -1)
        order = torch.stack([torch.randperm(len(t), generator=generator) for _ in range(flat.shape[1])], 1).to(t.device)
        return _like(flat.gather(0, order).reshape(t.shape), t)

    base = call.value({})
    a2, b2 = drawn(a), drawn(b)
    moved_a, moved_b, both = call.value({i: a2}) - base, call.value({j: b2}) - base, call.value({i: a2, j: b2}) - base
    scale = min(abs(moved_a), abs(moved_b))
    if not all(map(math.isfinite, (base, moved_a, moved_b, both))) or scale <= 1e-5 * max(abs(base), 1e-9):
        return None
    orders = [_deal(call.size, generator) for _ in range(DEALS)]
    known = {j: call.tensors[j] for j in range(len(call.tensors))}

    def dealt(k: int) -> float:
        t = known[k]
        if t.ndim == 0 or t.shape[0] != call.size:
            return 0.0
        return max(abs(call.value({k: t.index_select(0, o.to(t.device))}) - base) for o in orders[:3]) / scale

    even = _like(torch.randn(a.shape, generator=generator).to(a), a)
    return Pair(
        places=(call.answers.index(i), call.answers.index(j)), shape=tuple(a.shape),
        dealt=dealt(j), crossed=abs(both - moved_a - moved_b) / scale, mates=max(_mates(call, i, a2), _mates(call, j, b2)),
        turned=abs(call.value({i: b, j: a}) - base) / scale, targets=_safe(dealt, call.others), others=_safe(dealt, [k for k in call.answers if k not in (i, j)]),
        likeness=min(_likeness(call, i, j, t, orders) for t in (a, even)) / scale, alike=alike,
    )  # fmt: skip


def _likeness(call: LossCall, i: int, j: int, t: Tensor, orders: list[Tensor]) -> float:
    """The loss with both answers alike, less the lowest when the second is dealt anew."""
    return call.value({i: t, j: t}) - min(call.value({i: t, j: t.index_select(0, o.to(t.device))}) for o in orders)


def _safe(dealt: Any, places: Any) -> float:
    """The largest change; endless where the loss refuses."""
    try:
        return max((dealt(k) for k in places), default=0.0)
    except Unmeasurable:
        return math.inf


def _like(drawn: Tensor, t: Tensor) -> Tensor:
    """Of length one where all answers are."""
    lengths = t.norm(dim=-1)
    return drawn / drawn.norm(dim=-1, keepdim=True).clamp(min=1e-12) if bool(((lengths - 1).abs() < 1e-4).all()) else drawn


def _deal(n: int, generator: Any) -> Tensor:
    """An order in which no item keeps its place."""
    import torch

    order = torch.randperm(n, generator=generator)
    back = torch.empty_like(order)
    back[order] = order.roll(1)
    return back


def _mates(call: LossCall, i: int, other: Tensor) -> float:
    """How far the first item's slope hangs on the other items' answers in the same place."""
    import torch

    mixed = torch.cat([call.tensors[i][:1], other[1:]])
    one, two = call.slopes({})[i][0], call.slopes({i: mixed})[i][0]
    return float((one - two).norm() / one.norm().clamp(min=1e-30))


def _inputs_alike(setup: Setup) -> float:
    """How much nearer an item's two inputs are to each other than to other items' inputs."""
    try:
        specimen = setup.specimen()
    except Unmeasurable:
        return math.nan
    held = [t for t in specimen.inputs.values() if t.is_floating_point() and t.ndim >= 2 and t.shape[0] == specimen.size]
    for a, b in combinations(held[:4], 2):
        if a.shape == b.shape:
            x, y = a.flatten(1).double(), b.flatten(1).double()
            own, strange = (x - y).square().mean(), (x - y.roll(1, 0)).square().mean()
            return float(1 - own / strange) if float(strange) > 0 else math.nan
    return math.nan
