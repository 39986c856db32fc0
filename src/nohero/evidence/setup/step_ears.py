"""Ears for the user's own step: what it calls, in order, and which batches' gradients every update holds.

torch's own functions are recognised by their code objects, however they were imported; each backward pass tells each parameter's
contribution through a hook, so that the gradient at an update can be taken apart into the passes that made it.
"""

from __future__ import annotations

import inspect
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from nohero.evidence.setup.gradient_parts import sample, taken_apart

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.setup.setup import Setup

KEPT = 24  # backward passes remembered


@dataclass(frozen=True, kw_only=True)
class Event:
    """One call of interest; `about` is the optimizer's place, a clipping's limit, a backward's root or the like."""

    call: int
    kind: str  # forward, loss, backward, clear, clip, update, schedule
    about: float = 0.0
    before: float = float("nan")  # of a clipping: norm of the model's gradients before
    after: float = float("nan")
    count: int = 0  # of a clipping or clearing: the model's parameters it is given


@dataclass(frozen=True, kw_only=True)
class Update:
    """One call of an optimizer's step, and what its gradient was made of."""

    call: int
    optimizer: int
    passes: int  # backward passes since its last update that reached its parameters
    calls: int  # batches behind those of its gradient's passes that were not used before
    again: int  # passes in its gradient that an earlier update had used
    late: int  # passes in its gradient of earlier batches, not used before
    mixed: int  # passes in its gradient of this batch, after which another optimizer stepped before its last pass began
    scale: float  # of the passes in its gradient
    norm: float  # of its gradient
    raw: float  # norm of the last pass alone
    known: bool  # the gradient could be taken apart
    closure: bool
    foreign: bool  # it holds none of the model's parameters
    bare: bool  # it keeps averages of the gradients, and remembers none of them


@dataclass
class Heard:
    """What was heard so far."""

    events: list[Event] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    schedulers: list[Any] = field(default_factory=list)
    losses: list[list[float]] = field(default_factory=list)
    touched: dict[int, float] = field(default_factory=dict)  # parameter -> largest gradient of any pass
    twice: int = 0  # backward passes that repeat the one before, bit for bit, on the same batch


class Ears:
    """`with Ears(setup) as ears: ears.next_call(); setup.train_step(batch)`, inside an experiment."""

    def __init__(self, setup: Setup) -> None:
        """Nothing is hooked before the `with`."""
        self.setup = setup
        self.heard = Heard()
        self.names = setup.named_parameters()
        self.place = {id(p): i for i, p in enumerate(self.names.values())}
        self.parameters = list(self.names.values())
        self.call = -1
        self._passes: list[tuple[int, dict[int, Any]]] = []  # (call, parameter -> sampled gradient)
        self._used: dict[int, set[int]] = {}  # optimizer -> passes it has used
        self._last: dict[int, int] = {}  # optimizer -> passes there were at its last update
        self._steps: list[tuple[int, int]] = []  # optimizer, passes there were
        self._handles: list[Any] = []
        self._inside_grad = 0
        self._inside_schedule = 0  # a schedule may step others
        self._clips: list[float] = []
        self._quiet = False

    def next_call(self) -> None:
        """The next batch begins."""
        self.call += 1
        self.heard.losses.append([])

    def __enter__(self) -> Self:
        """Hook on."""
        from torch.optim.optimizer import register_optimizer_step_pre_hook

        for i, p in enumerate(self.parameters):
            if p.requires_grad:
                self._handles.append(p.register_hook(self._at_gradient(i)))
        self._handles.append(register_optimizer_step_pre_hook(self._at_update))
        for module in self.setup.modules.values():
            self._handles.append(module.register_forward_hook(self._at_forward))
        self._known = codes()
        self._before = sys.getprofile()
        self._loss = self.setup.loss
        self.setup.loss = self._listening_loss()
        sys.setprofile(self._profile)
        return self

    def __exit__(self, *_: object) -> None:
        """Hook off."""
        profiler = getattr(self._before, "enable", None)  # cProfile cannot be set back as a function
        sys.setprofile(None if profiler else self._before)
        if profiler:
            profiler()
        self.setup.loss = self._loss
        for handle in self._handles:
            handle.remove()

    def _note(self, kind: str, **rest: Any) -> None:
        self.heard.events.append(Event(call=self.call, kind=kind, **rest))

    def _listening_loss(self) -> Any:
        """The user's loss with an ear; the object itself where it is a module, so that nothing else changes."""
        import functools

        import torch

        loss = self._loss
        if isinstance(loss, torch.nn.Module):
            self._handles.append(loss.register_forward_hook(lambda _m, _a, value: self._at_loss(value)))
            return loss
        if not inspect.isfunction(loss):
            return loss

        @functools.wraps(loss, updated=())
        def ear(*args: Any, **kwargs: Any) -> Any:
            value = loss(*args, **kwargs)
            self._at_loss(value)
            return value

        return ear

    def _at_loss(self, value: Any) -> None:
        import torch

        if isinstance(value, torch.Tensor) and value.numel() == 1 and self.heard.losses:
            self.heard.losses[-1].append(float(value.detach()))
            self._note("loss", about=float(value.detach()))

    def _at_forward(self, _module: Any, _args: Any, answer: Any) -> None:
        self._note("forward")
        if self._loss is None and self.heard.losses:
            from nohero.setup.calling import own_loss_of

            value = own_loss_of(answer)
            if value is not None:
                self.heard.losses[-1].append(float(value.detach()))

    def _at_gradient(self, i: int) -> Callable[[Any], None]:
        def hook(grad: Any) -> None:
            if self._inside_grad or self._quiet:
                return
            if not self._passes:
                self._passes.append((self.call, {}))
            sampled = sample(grad)
            held = self._passes[-1][1]
            held[i] = sampled if i not in held else held[i] + sampled
            self.heard.touched[i] = max(self.heard.touched.get(i, 0.0), float(sampled.abs().max()) if sampled.numel() else 0.0)

        return hook

    def _profile(self, frame: Any, event: str, _value: Any) -> None:
        kind = self._known.get(frame.f_code)
        if kind is None or self._quiet:
            return
        self._quiet = True
        try:
            self._at_call(kind, frame) if event == "call" else self._at_return(kind, frame) if event == "return" else None
        finally:
            self._quiet = False

    def _at_call(self, kind: str, frame: Any) -> None:
        if kind == "grad":
            self._inside_grad += 1
        elif kind == "backward":
            self._repeats()
            self._passes.append((self.call, {}))
            self._note("backward", about=_value(frame.f_locals.get("tensors")))
        elif kind == "clear":
            self._note("clear", count=_cleared(frame.f_locals.get("self"), self.place))
        elif kind == "clip":
            self._clips.append(self.gradient_norm())
        elif kind == "schedule":
            self._inside_schedule += 1
            if self._inside_schedule == 1:
                self._scheduled(frame.f_locals.get("self"))

    def _scheduled(self, schedule: Any) -> None:
        if not any(s is schedule for s in self.heard.schedulers):
            self.heard.schedulers.append(schedule)
        self._note("schedule", about=float(next(i for i, s in enumerate(self.heard.schedulers) if s is schedule)))

    def _at_return(self, kind: str, frame: Any) -> None:
        if kind == "grad":
            self._inside_grad -= 1
        elif kind == "schedule":
            self._inside_schedule -= 1
        elif kind == "clip" and self._clips:
            given = frame.f_locals.get("parameters")
            if isinstance(given, list | tuple):
                held = sum(id(p) in self.place for p in given)
            else:  # a generator, used up by now
                mine = {id(p.grad) for p in self.parameters if p.grad is not None}
                held = sum(id(g) in mine for g in frame.f_locals.get("grads") or ())
            limit = frame.f_locals.get("max_norm", frame.f_locals.get("clip_value", float("nan")))
            self._note("clip", about=float(limit), before=self._clips.pop(), after=self.gradient_norm(), count=held)

    def _repeats(self) -> None:
        """Whether the pass that has ended gave the same gradients as the one before, on the same batch."""
        import torch

        if len(self._passes) < 2:
            return
        (call, one), (other, two) = self._passes[-2:]
        if call == other and one and one.keys() == two.keys() and all(torch.equal(one[i], two[i]) for i in one) and any(bool(v.any()) for v in one.values()):
            self.heard.twice += 1

    def gradient_norm(self) -> float:
        """Norm of the model's gradients as they stand."""
        held = [p.grad.detach().double().norm() for p in self.parameters if p.grad is not None]
        return float(sum(float(n) ** 2 for n in held) ** 0.5)

    def _at_update(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        self._quiet = True
        try:
            self._update(optimizer, bool((args and callable(args[0])) or (len(args) > 1 and callable(args[1])) or kwargs.get("closure")))
        finally:
            self._quiet = False

    def _update(self, optimizer: Any, closure: bool) -> None:  # noqa: FBT001
        self._repeats()
        key = id(optimizer)
        place = next((i for i, o in enumerate(self.setup.optimizers) if o is optimizer), -1)
        mine = [self.place[id(p)] for g in optimizer.param_groups for p in g["params"] if id(p) in self.place]
        passes = [(n, call, held) for n, (call, held) in enumerate(self._passes) if any(i in held for i in mine)][-KEPT:]
        grads = {i: sample(self.parameters[i].grad) for i in mine if self.parameters[i].grad is not None}
        found = taken_apart(grads, [held for _, _, held in passes], mine, self._fresh(passes, key))
        used = {passes[n][0] for n in found.coefficients}
        before = self._used.setdefault(key, set())
        new = used - before
        self.heard.updates.append(
            Update(
                call=self.call, optimizer=place, passes=sum(n >= self._last.get(key, 0) for n, _, _ in passes),
                calls=len({self._passes[n][0] for n in new}), again=len(used & before), late=sum(self._passes[n][0] < self.call for n in new),
                mixed=sum(self._passes[n][0] == self.call and any(o != key and n < m <= max(used) for o, m in self._steps) for n in new),
                scale=found.scale, norm=float(sum(float(g.norm()) ** 2 for g in grads.values()) ** 0.5),
                raw=float(sum(float(v.norm()) ** 2 for i, v in passes[-1][2].items() if i in mine) ** 0.5) if passes else 0.0,
                known=found.known, closure=closure, foreign=not mine, bare=_bare(optimizer),
            )
        )  # fmt: skip
        before |= used
        self._last[key] = len(self._passes)
        self._steps.append((key, len(self._passes)))
        self._note("update", about=float(place))

    def _fresh(self, passes: list[tuple[int, int, Any]], key: int) -> list[int]:
        return [k for k, (n, _, _) in enumerate(passes) if n >= self._last.get(key, 0)]


def _bare(optimizer: Any) -> bool:
    """Whether an optimizer that keeps averages of the gradients has none yet."""
    keeps = any(g.get("momentum") or any(k in g for k in ("betas", "alpha", "rho", "lr_decay")) for g in optimizer.param_groups)
    return keeps and not any(optimizer.state.get(p) for g in optimizer.param_groups for p in g["params"])


def codes() -> dict[Any, str]:
    """Code object -> kind, of torch's own functions."""
    import torch
    from torch.nn.utils import clip_grad
    from torch.optim import lr_scheduler

    found: dict[Any, str] = {}
    functions: list[tuple[str, Any]] = [
        ("backward", torch.autograd.backward), ("grad", torch.autograd.grad), ("clear", torch.optim.Optimizer.zero_grad),
        ("clear", torch.nn.Module.zero_grad), ("clip", clip_grad.clip_grad_norm_), ("clip", clip_grad.clip_grad_value_),
    ]  # fmt: skip
    functions += [("schedule", vars(c)["step"]) for c in vars(lr_scheduler).values() if isinstance(c, type) and "step" in vars(c)]
    for kind, function in functions:
        code = getattr(inspect.unwrap(function), "__code__", None)
        if code is not None:
            found[code] = kind
    return found


def _value(tensors: Any) -> float:
    import torch

    first = tensors[0] if isinstance(tensors, tuple | list) and tensors else tensors
    return float(first.detach()) if isinstance(first, torch.Tensor) and first.numel() == 1 else float("nan")


def _cleared(cleaner: Any, place: dict[int, int]) -> int:
    """How many of the model's parameters an optimizer or module clears."""
    import torch

    if isinstance(cleaner, torch.nn.Module):
        return sum(id(p) in place for p in cleaner.parameters())
    return sum(id(p) in place for g in getattr(cleaner, "param_groups", ()) for p in g["params"])
