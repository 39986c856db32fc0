"""Calls of networks in the user's step that get a gradient: does anything move by them, or could they as well be left out?

A call is altered: its answer is replaced by another of the same range, and no gradient comes back through it. Where every parameter
ends bit for bit where it ended before, neither what the call says nor what it is taught has any effect.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nohero.setup.calling import mapped, tensors_of
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.3  # seconds
STEPS = 18
LEAST, MOST = 3, 40  # calls of the step
UPDATES = 2  # of each optimizer, after which it ends
SECONDS = 6.0  # after which no more is asked
GROUPS = 10  # looked into
SHRUNK = 0.9  # of an answer that is altered: probabilities stay probabilities


@dataclass(frozen=True, kw_only=True)
class Turn:
    """The calls of one network whose answers get their gradient in the same backward pass of the step."""

    module: str
    place: int  # of the backward pass in the step, from 1
    calls: int  # of the network, in all steps
    idle: bool  # the parameters end the same without it
    cut: str  # network whose answer it is given, cut off from its graph; or nothing


@dataclass(frozen=True, kw_only=True)
class IdlePasses:
    """The turns of a few steps, and the steps that make no update of their own."""

    turns: tuple[Turn, ...]
    lost: tuple[int, ...]  # backward passes of the step without whose gradients the parameters end the same
    passes: int  # backward passes of the step
    steps: int
    updates: int
    gathering: int  # steps without an update, before the last update
    gathering_idle: bool  # the parameters end the same without them
    unstepped: int  # optimizers handed over that never stepped
    resting: bool  # an optimizer holds parameters at a learning rate of zero


Altered = dict[tuple[int, int], Callable[[Any], Any]]  # step and place in it -> how the answer is altered


@dataclass
class _Run:
    """What happened in a few steps."""

    calls: list[_Call] = field(default_factory=list)
    passes: dict[int, int] = field(default_factory=dict)  # step -> backward passes
    updates: list[tuple[int, int]] = field(default_factory=list)  # step, optimizer
    moved: dict[int, Any] = field(default_factory=dict)  # parameters of everything called or stepped
    answers: list[tuple[int, Any, Any]] = field(default_factory=list)  # step, network, answer with a graph; kept for the step, so that no memory is used again
    step: int = 0
    root: int = -1  # the backward pass under way
    depth: int = 0


@dataclass
class _Call:
    step: int
    place: int  # in the step
    module: Any
    cut: Any  # the network whose answer it is given, cut off; or None
    roots: set[int] = field(default_factory=set)


def measure(setup: Setup) -> IdlePasses:
    """A few steps as they are, then without each turn."""
    if setup.step is None:
        raise Unmeasurable("no step was handed over")
    trial = _Trial(setup)
    run = trial.run
    groups, roots = _groups(run), _roots(run)
    last = max((step for step, _ in run.updates), default=0)
    busy = {step for step, _ in run.updates}
    still = [c for c in run.calls if c.roots and c.step < last and c.step not in busy]
    asked = list(groups.values())[:GROUPS] if len(groups) > 1 else []
    rooted = list(roots.items())[:GROUPS] if len(roots) > 1 else []
    gathering_idle = bool(still) and trial.idle(still, _other)
    lost = tuple(place + 1 for place, calls in rooted if trial.idle(calls, _untaught))
    return IdlePasses(
        turns=tuple(_turn(setup, calls, idle=trial.idle(calls, _other)) for calls in asked),
        lost=lost,
        passes=max(run.passes.values(), default=0),
        steps=run.step,
        updates=len(run.updates),
        gathering=len({c.step for c in still}),
        gathering_idle=gathering_idle,
        unstepped=len(setup.optimizers) - len({o for _, o in run.updates} & {id(o) for o in setup.optimizers}),
        resting=any(g.get("lr") == 0 for o in setup.optimizers for g in o.param_groups),
    )


class _Trial:
    """A few steps as they are, and again without some calls."""

    def __init__(self, setup: Setup) -> None:
        """Run as they are."""
        self.setup, self.began = setup, time.monotonic()
        with setup.apart():
            before = _held(setup, _Run())
            self.run = _steps(setup, SECONDS / 3)
            self.after = _held(setup, self.run)
        if all(_equal(before[k], self.after[k]) for k in before):
            raise Unmeasurable("no parameter moves")
        if any(t.element_size() < 4 for t in self.after.values()):
            raise Unmeasurable("parameters of 16 bits may not show a small gradient")
        if time.monotonic() - self.began > SECONDS / 2:
            raise Unmeasurable("the step is too slow to be run once for each of its passes")

    def idle(self, calls: list[_Call], change: Callable[[Any], Any]) -> bool:
        """Whether the parameters end bit for bit the same with these answers changed; not asked for want of time is no."""
        if time.monotonic() - self.began > SECONDS:
            return False
        with self.setup.apart():
            other = _steps(self.setup, float("inf"), most=self.run.step, altered={(c.step, c.place): change for c in calls})
            found = _held(self.setup, other)
        return found.keys() == self.after.keys() and all(_equal(self.after[k], found[k]) for k in self.after)


def _steps(setup: Setup, seconds: float, *, most: int = 0, altered: Altered | None = None) -> _Run:
    """Run the step, `most` times or until every optimizer has stepped often enough."""
    batches, run, began = setup.batches(8), _Run(), time.monotonic()
    with _heard(run, altered or {}):
        for number in range(most or MOST):
            run.step = number
            setup.train_step(batches[number % len(batches)])
            counts = [sum(o == id(one) for _, o in run.updates) for one in setup.optimizers]
            enough = number + 1 >= LEAST and min(counts, default=UPDATES) >= UPDATES
            if not most and (enough or time.monotonic() - began > seconds):
                break
    run.step += 1
    return run


@contextmanager
def _heard(run: _Run, altered: Altered) -> Iterator[None]:
    """Hooks at every module, at backward and at the optimizers; gone afterwards."""
    import torch
    from torch.nn.modules import module as modules
    from torch.optim.optimizer import register_optimizer_step_post_hook

    inner = torch.autograd.backward

    def backward(*args: Any, **kwargs: Any) -> Any:
        run.root = run.passes.get(run.step, 0)
        run.passes[run.step] = run.root + 1
        try:
            return inner(*args, **kwargs)
        finally:
            run.root = -1

    def stepped(optimizer: Any, *_: Any) -> None:
        run.updates.append((run.step, id(optimizer)))
        run.moved.update({id(p): p for g in optimizer.param_groups for p in g["params"]})

    handles = [
        modules.register_module_forward_pre_hook(lambda *_: _deeper(run)),
        modules.register_module_forward_hook(lambda module, args, answer: _answered(run, altered, module, args, answer)),
        register_optimizer_step_post_hook(stepped),
    ]
    torch.autograd.backward = backward
    try:
        yield
    finally:
        torch.autograd.backward = inner
        for handle in handles:
            handle.remove()


def _deeper(run: _Run) -> None:
    run.depth += 1


def _answered(run: _Run, altered: Altered, module: Any, args: Any, answer: Any) -> Any:
    """A module has answered: a call from outside of other modules is noted, or altered."""
    import torch

    run.depth -= 1
    if run.depth or not torch.is_grad_enabled() or not any(p.requires_grad for p in module.parameters()):
        return None
    place = sum(c.step == run.step for c in run.calls)
    given = {t.data_ptr() for t in tensors_of(args) if not t.requires_grad and t.is_floating_point()}
    run.answers = [(step, m, t) for step, m, t in run.answers if step == run.step]
    cut = next((m for _, m, t in run.answers if m is not module and t.data_ptr() in given), None)
    run.answers += [(run.step, module, t.detach()) for t in tensors_of(answer) if t.requires_grad]
    run.calls.append(_Call(step=run.step, place=place, module=module, cut=cut))
    run.moved.update({id(p): p for p in module.parameters()})
    change = altered.get((run.step, place)) or _eared(run, run.calls[-1])
    return mapped(answer, lambda t: change(t) if t.requires_grad and t.is_floating_point() else t)


def _eared(run: _Run, call: _Call) -> Callable[[Any], Any]:
    """Hears in which backward pass a gradient other than zero arrives."""

    def ear(tensor: Any) -> Any:
        def arrived(grad: Any) -> None:
            if run.root >= 0 and bool(grad.any()):
                call.roots.add(run.root)

        tensor.register_hook(arrived)
        return tensor

    return ear


def _other(tensor: Any) -> Any:
    """Another answer in the same range, which takes no gradient."""
    return _passed(tensor, lambda given: SHRUNK * (given.roll(1, 0) if given.ndim else given))


def _untaught(tensor: Any) -> Any:
    """The same answer, which takes no gradient."""
    return _passed(tensor, lambda given: given.clone())


def _passed(tensor: Any, change: Callable[[Any], Any]) -> Any:
    import torch

    class Untaught(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, given: Any) -> Any:
            del ctx
            return change(given)

        @staticmethod
        def backward(ctx: Any, *grads: Any) -> Any:
            del ctx
            return torch.zeros_like(grads[0])

    return Untaught.apply(tensor)  # type: ignore[no-untyped-call]


def _roots(run: _Run) -> dict[int, list[_Call]]:
    """Calls by the backward pass of the step in which alone their gradient arrives."""
    found: dict[int, list[_Call]] = {}
    for call in run.calls:
        for root in call.roots:
            found.setdefault(root, []).append(call)
    return {root: calls for root, calls in sorted(found.items()) if all(c.roots == {root} for c in calls)}


def _groups(run: _Run) -> dict[tuple[int, tuple[int, ...]], list[_Call]]:
    """Calls of one module whose answers get their gradient in the same passes of the step."""
    found: dict[tuple[int, tuple[int, ...]], list[_Call]] = {}
    for call in run.calls:
        if call.roots:
            found.setdefault((id(call.module), tuple(sorted(call.roots))), []).append(call)
    return found


def _turn(setup: Setup, calls: list[_Call], *, idle: bool) -> Turn:
    names = {id(m): n for n, m in setup.named_modules().items()}

    def name(module: Any) -> str:
        return names.get(id(module)) or type(module).__name__

    cut = next((name(c.cut) for c in calls if c.cut is not None), "")
    return Turn(module=name(calls[0].module), place=min(calls[0].roots) + 1, calls=len(calls), idle=idle, cut=cut)


def _held(setup: Setup, run: _Run) -> dict[int, Any]:
    """Every parameter in reach, as it is now."""
    mine = {id(p): p for p in setup.named_parameters().values()} | run.moved
    return {k: p.detach().clone() for k, p in mine.items()}


def _equal(one: Any, other: Any) -> bool:
    import torch

    return one.shape == other.shape and torch.equal(one, other)
