"""Two calls of one network in the same loss: how the gradient that comes to the one answer goes with the gradient of the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nohero.setup.calling import main_output
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.1  # seconds
STEPS = 3
BATCHES = 3
ITEMS = 8  # with a gradient, at least
CALLS = 8  # of one network in a step; more are another story
SAME = 2e-3  # relative; half precision is good to 1e-3


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Calls `first` and `second` of `module`; `picked` answers are one number an item."""

    module: str
    picked: bool  # the first answer's gradient falls on one number of each item
    greedy: bool  # the second's falls on each item's largest number, and the first's does not
    numbers: int  # of one item's answer
    share: float  # the second's gradient is minus this times the first's, item by item; not a number where it is no such share
    without: float  # items whose second answer has no gradient
    items: int


@dataclass(frozen=True, kw_only=True)
class PairedGradients:
    """Every pair of calls in which both answers get a gradient."""

    pairs: tuple[Pair, ...]


@dataclass
class _Heard:
    answers: list[tuple[Any, Any, list[Any]]] = field(default_factory=list)  # module, answer, gradients


def measure(setup: Setup) -> PairedGradients:
    """Listen to a few steps; pairs that are alike in all of them are told once."""
    if setup.step is None:
        raise Unmeasurable("no step was handed over")
    found: dict[tuple[str, int, int], list[Pair]] = {}
    names = {id(m): n for n, m in setup.named_modules().items()}
    batches = setup.batches(BATCHES)
    with setup.apart():
        for batch in batches:
            for first, second, module, pair in _pairs(setup, batch):
                name = names.get(id(module)) or type(module).__name__
                found.setdefault((name, first, second), []).append(_named(pair, name))
    return PairedGradients(pairs=tuple(_joined(v) for v in found.values() if len(v) == len(batches)))


def _named(pair: Pair, name: str) -> Pair:
    from dataclasses import replace

    return replace(pair, module=name)


def _joined(pairs: list[Pair]) -> Pair:
    """One pair for all batches: the share is told where it is the same in each."""
    shares = [p.share for p in pairs]
    steady = max(shares) - min(shares) <= SAME * max(shares) if all(s == s for s in shares) else False
    return Pair(
        module=pairs[0].module, picked=all(p.picked for p in pairs), greedy=all(p.greedy for p in pairs), numbers=pairs[0].numbers,
        share=shares[0] if steady else float("nan"), without=sum(p.without for p in pairs) / len(pairs), items=sum(p.items for p in pairs),
    )  # fmt: skip


def _pairs(setup: Setup, batch: Any) -> list[tuple[int, int, Any, Pair]]:
    import torch
    from torch.nn.modules import module as modules

    heard, depth = _Heard(), [0]

    def deeper(*_: Any) -> None:
        depth[0] += 1

    def answered(module: Any, _args: Any, answer: Any) -> None:
        depth[0] -= 1
        main = main_output(answer)
        if depth[0] or main is None or not main.requires_grad or not any(p.requires_grad for p in module.parameters()):
            return
        grads: list[Any] = []
        main.register_hook(grads.append)
        heard.answers.append((module, main.detach(), grads))

    handles = [modules.register_module_forward_pre_hook(deeper), modules.register_module_forward_hook(answered, always_call=True)]
    try:
        setup.train_step(batch)
    finally:
        for handle in handles:
            handle.remove()
    told = [(m, a, torch.stack(g).sum(0) if len(g) > 1 else g[0]) for m, a, g in heard.answers if g]
    pairs = []
    for module in {id(m): m for m, _, _ in told}.values():
        mine = [(a, g) for m, a, g in told if m is module]
        if len(mine) <= CALLS:
            both = [(i, j) for i in range(len(mine)) for j in range(len(mine)) if i != j]
            pairs += [(i, j, module, p) for i, j in both if (p := _pair(*mine[i], *mine[j])) is not None]
    return pairs


def _pair(one: Any, grad: Any, other: Any, second: Any) -> Pair | None:
    """How the second answer's gradient goes with the first's."""
    if one.shape != other.shape or one.ndim == 0 or len(one) < ITEMS:
        return None
    a_NC, b_NC = grad.double().reshape(len(one), -1), second.double().reshape(len(one), -1)
    a_N, b_N = a_NC.sum(1), b_NC.sum(1)
    has = a_N != 0
    if int(has.sum()) < ITEMS:
        return None
    picked = bool((a_NC.ne(0).sum(1) <= 1).all())
    share_N = -b_N[has] / a_N[has]
    some = share_N.abs() > SAME
    told = share_N[some]
    share = float("nan")
    varied = float(a_N[has].abs().std()) > SAME * float(a_N[has].abs().mean()) or bool((a_N[has] > 0).any() and (a_N[has] < 0).any())
    if varied and len(told) >= ITEMS and float(told.max() - told.min()) <= SAME * float(told.abs().max()):
        share = float(told.median())
    top = other.reshape(len(one), -1).argmax(1)
    greedy_N = (b_NC.ne(0).sum(1) == 1) & (b_NC.abs().argmax(1) == top)
    mine_N = a_NC.abs().argmax(1) == one.reshape(len(one), -1).argmax(1)
    return Pair(
        module="", picked=picked, greedy=bool(greedy_N[has][some].all()) and not bool(mine_N[has].all()), numbers=a_NC.shape[1],
        share=share, without=float((~some).double().mean()), items=int(has.sum()),
    )  # fmt: skip
