"""Networks that the step calls side by side: which answer the labels right from the start, and which are taught by the labels at all?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.setup.calling import main_output, mapped
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.2  # seconds
STEPS = 6
BATCHES = 3
SAME = 1e-6  # relative


@dataclass(frozen=True, kw_only=True)
class Taught:
    """One network whose answer gets a gradient in the step."""

    module: str
    right: float  # share of the labels that its largest answer hits, before any step
    told: bool  # its gradient is another one where the labels are dealt to other items
    moved: bool  # the optimizer holds parameters of it
    answers: int  # of one item


@dataclass(frozen=True, kw_only=True)
class UntaughtTeachers:
    """All networks called in the step whose answers are one number a class."""

    networks: tuple[Taught, ...]
    commonest: float  # share of the commonest label
    items: int


def measure(setup: Setup) -> UntaughtTeachers:
    """The step on a few batches, each from the start, as they are and with their labels moved on by one item."""
    import torch

    if setup.step is None:
        raise Unmeasurable("no step was handed over")
    names = {id(m): n for n, m in setup.named_modules().items()}
    held = {id(p) for o in setup.optimizers for g in o.param_groups for p in g["params"]}
    found: dict[str, list[tuple[float, bool, bool, int]]] = {}
    labels = []
    for batch in setup.batches(BATCHES):
        y = setup.specimen_of(batch).target
        if not isinstance(y, torch.Tensor) or y.ndim != 1 or y.is_floating_point() or len(y.unique()) < 2:
            raise Unmeasurable("the target is no one class an item")
        labels.append(y)
        other = mapped(batch, lambda t, y=y: t.roll(1, 0) if t.shape == y.shape and torch.equal(t.to(y), y) else t)
        one, two = _answers(setup, batch, len(y)), _answers(setup, other, len(y))
        if len({id(m) for m, _, _ in one}) < 2 or [id(m) for m, _, _ in one] != [id(m) for m, _, _ in two]:
            raise Unmeasurable("no two networks are taught side by side")
        for (module, answer, slope), (_, _, turned) in zip(one, two, strict=True):
            told = float((slope - turned).abs().max()) > SAME * float(slope.abs().max())
            right = float((answer.argmax(1) == y.to(answer.device)).double().mean()) if int(y.max()) < answer.shape[1] else float("nan")
            found.setdefault(names.get(id(module)) or type(module).__name__, []).append((right, told, any(id(p) in held for p in module.parameters()), answer.shape[1]))
    every = torch.cat(labels)
    return UntaughtTeachers(
        networks=tuple(Taught(module=n, right=sum(v[0] for v in of) / len(of), told=any(v[1] for v in of), moved=any(v[2] for v in of), answers=of[0][3]) for n, of in found.items()),
        commonest=float(every.unique(return_counts=True)[1].max() / len(every)), items=len(every),
    )  # fmt: skip


def _answers(setup: Setup, batch: Any, size: int) -> list[tuple[Any, Any, Any]]:
    """(network, its answer, the gradient that comes to it) of the calls that the step itself makes."""
    from torch.nn.modules import module as modules

    heard: list[tuple[Any, Any, list[Any]]] = []
    depth = [0]

    def deeper(*_: Any) -> None:
        depth[0] += 1

    def answered(module: Any, _args: Any, answer: Any) -> None:
        depth[0] -= 1
        main = main_output(answer)
        if depth[0] or main is None or main.ndim != 2 or len(main) != size or not main.requires_grad or not any(p.requires_grad for p in module.parameters()):
            return
        slopes: list[Any] = []
        main.register_hook(slopes.append)
        heard.append((module, main.detach().clone(), slopes))

    with setup.apart():
        handles = [modules.register_module_forward_pre_hook(deeper), modules.register_module_forward_hook(answered, always_call=True)]
        try:
            setup.train_step(batch)
        finally:
            for handle in handles:
                handle.remove()
    return [(m, a, sum(s[1:], s[0])) for m, a, s in heard if s]
