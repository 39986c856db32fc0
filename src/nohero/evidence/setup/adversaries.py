"""Two networks at odds: what the one that judges is taught about data and about what the other makes, and what the other is taught.

The judge's answers are replaced by one number for every item, three numbers in turn, and the slope of the loss is read at each: so
the goals of different calls can be compared whatever the answers are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nohero.setup.calling import mapped, tensors_of
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.1  # seconds
STEPS = 10
BATCHES = 3
APART = 0.5  # of the numbers set, at least
EVEN = 1e-3  # relative spread of slopes over the items: the goal is the same for each


@dataclass(frozen=True, kw_only=True)
class Match:
    """Slopes at the three numbers, of one batch; a goal that differs from item to item is left out."""

    judge: str
    maker: str
    data: tuple[float, ...]  # in the judge's own turn, on what no network has made
    made: tuple[float, ...]  # in the judge's own turn, on what the maker has made
    turn: tuple[float, ...]  # in the maker's turn


@dataclass(frozen=True, kw_only=True)
class Adversaries:
    """One match for each batch, of the first pair of networks at odds."""

    matches: tuple[Match, ...]


@dataclass
class _Call:
    module: Any
    source: Any  # the network whose answer it is given, or None
    live: bool  # with its graph
    answers: list[Any]
    root: int = -1
    slopes: Any = None


@dataclass
class _Step:
    calls: list[_Call] = field(default_factory=list)
    answers: list[tuple[Any, Any]] = field(default_factory=list)  # network, tensor: kept so that no memory is used again
    owners: dict[int, Any] = field(default_factory=dict)  # backward pass -> the optimizer that steps next
    roots: int = 0
    depth: int = 0


def measure(setup: Setup) -> Adversaries:
    """Find judge and maker in one step; then read the slopes on a few batches."""
    if setup.step is None or len(setup.optimizers) < 2:
        raise Unmeasurable("there are no two optimizers in a step")
    names = {id(m): n for n, m in setup.named_modules().items()}
    batches = setup.batches(BATCHES)
    with setup.apart(), _heard(None, 0.0) as seen:
        setup.train_step(batches[0])
    judge, maker = _pair(seen)
    given = [t for c in seen.calls if c.module is judge for t in c.answers]
    lowest, highest = min(float(t.min()) for t in given), max(float(t.max()) for t in given)
    middle, spread = (lowest + highest) / 2, max(APART, (highest - lowest) / 2)
    numbers = (0.25, 0.5, 0.75) if lowest >= 0 and highest <= 1 else (middle - spread, middle, middle + spread)
    matches = []
    for k, batch in enumerate(batches):
        slopes = []
        for number in numbers:
            with setup.apart(k), _heard(judge, number) as heard:
                setup.train_step(batch)
            slopes.append(_slopes(heard, judge, maker))
        data, made, turn = (tuple(v) for v in zip(*slopes, strict=True))
        matches.append(Match(judge=names.get(id(judge), type(judge).__name__), maker=names.get(id(maker), type(maker).__name__), data=data, made=made, turn=turn))
    return Adversaries(matches=tuple(matches))


def _pair(seen: _Step) -> tuple[Any, Any]:
    """(judge, maker): the judge is called on data and on the maker's answer in its own turn, and on it again in the maker's."""
    for call in seen.calls:
        if call.source is not None and call.live and call.root >= 0 and _owns(seen, call.root, call.source) and not _owns(seen, call.root, call.module):
            mine = [c for c in seen.calls if c.module is call.module and c.root >= 0 and _owns(seen, c.root, c.module)]
            if any(c.source is None for c in mine) and any(c.source is call.source for c in mine):
                return call.module, call.source
    raise Unmeasurable("no two networks at odds were seen in the step")


def _owns(seen: _Step, root: int, module: Any) -> bool:
    """Whether the optimizer that steps next after this backward pass holds the network."""
    owner = seen.owners.get(root)
    mine = {id(p) for p in module.parameters() if p.requires_grad}
    return owner is not None and any(id(p) in mine for g in owner.param_groups for p in g["params"])


def _slopes(seen: _Step, judge: Any, maker: Any) -> tuple[float, float, float]:
    """Of the loss, over the judge's answers: on data, on what is made, in the maker's turn; not a number where it differs by item."""
    mine = [c for c in seen.calls if c.module is judge and c.root >= 0 and c.slopes is not None]
    own = [c for c in mine if _owns(seen, c.root, judge)]
    theirs = [c for c in mine if c.live and c.source is maker and not _owns(seen, c.root, judge)]
    return (
        _slope(seen, [c for c in own if c.source is None]),
        _slope(seen, [c for c in own if c.source is maker]),
        _slope(seen, theirs),
    )


def _slope(seen: _Step, calls: list[_Call]) -> float:
    total = 0.0
    for call in calls:
        size = float(call.slopes.abs().mean())
        if float((call.slopes - call.slopes.mean()).abs().max()) > EVEN * size:
            return float("nan")
        owner = seen.owners[call.root]
        total += float(call.slopes.sum()) * (-1 if any(g.get("maximize") for g in owner.param_groups) else 1)
    return total if calls else float("nan")


@contextmanager
def _heard(judge: Any, number: float) -> Iterator[_Step]:
    """One step, heard; the answers of `judge` are `number` throughout, and let gradients through."""
    import torch
    from torch.nn.modules import module as modules
    from torch.optim.optimizer import register_optimizer_step_pre_hook

    seen, inner = _Step(), torch.autograd.backward

    def backward(*args: Any, **kwargs: Any) -> Any:
        seen.roots += 1
        return inner(*args, **kwargs)

    def stepping(optimizer: Any, *_: Any) -> None:
        for root in range(seen.roots):
            seen.owners.setdefault(root, optimizer)

    def deeper(*_: Any) -> None:
        seen.depth += 1

    handles = [
        modules.register_module_forward_pre_hook(deeper),
        modules.register_module_forward_hook(lambda module, args, answer: _answered(seen, judge, number, module, args, answer)),
        register_optimizer_step_pre_hook(stepping),
    ]
    torch.autograd.backward = backward
    try:
        yield seen
    finally:
        torch.autograd.backward = inner
        for handle in handles:
            handle.remove()


def _answered(seen: _Step, judge: Any, number: float, module: Any, args: Any, answer: Any) -> Any:
    seen.depth -= 1
    if seen.depth or not any(p.requires_grad for p in module.parameters()):
        return None
    given = [t for t in tensors_of(args) if t.is_floating_point()]
    made = {t.data_ptr(): m for m, t in seen.answers if m is not module}
    source = next((made[t.data_ptr()] for t in given if t.data_ptr() in made), None)
    call = _Call(module=module, source=source, live=any(t.requires_grad for t in given), answers=[t.detach() for t in tensors_of(answer) if t.is_floating_point()])
    seen.calls.append(call)
    seen.answers += [(module, t) for t in tensors_of(answer)]
    return mapped(answer, _ear(seen, call, None if module is not judge else number))


def _ear(seen: _Step, call: _Call, number: float | None) -> Callable[[Any], Any]:
    """Hears the slope that comes to an answer, set to `number` or as it is, and in which backward pass."""

    def ear(tensor: Any) -> Any:
        if not tensor.requires_grad or not tensor.is_floating_point():
            return tensor
        told = tensor if number is None else tensor + (number - tensor).detach()

        def arrived(grad: Any) -> None:
            if call.slopes is None and seen.roots:
                call.root, call.slopes = seen.roots - 1, grad.detach().double().flatten()

        told.register_hook(arrived)
        return told

    return ear
