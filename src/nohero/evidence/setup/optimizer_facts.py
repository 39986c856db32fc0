"""What the optimizer was given and where it goes: its groups, whose parameters they hold, and the direction of its first updates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 10
CALLS = 12  # of the step, at most
FIRST = 2  # updates whose direction is read


@dataclass(frozen=True, kw_only=True)
class Group:
    """One parameter group."""

    optimizer: int
    place: int
    rate: float  # not a number where it has none
    decay: float
    betas: tuple[float, ...]
    eps: float  # not a number where it has none
    momentum: float
    dampening: float
    maximize: bool
    names: tuple[str, ...]  # of the model's parameters
    sizes: tuple[int, ...]
    axes: tuple[int, ...]  # of each of them
    foreign: int  # parameters that are none of the model's, nor of the loss's


@dataclass(frozen=True, kw_only=True)
class OptimizerFacts:
    """Groups, and the cosine between each optimizer's first updates and the gradient: -1 goes down, +1 goes up."""

    groups: tuple[Group, ...]
    directions: tuple[tuple[int, float], ...]  # optimizer, cosine
    known_loss: str  # the known loss that the user's equals, "" for an own one
    first_loss: float


def measure(setup: Setup) -> OptimizerFacts:
    """Read the groups, and run the step until updates were made."""
    if not setup.optimizers:
        raise Unmeasurable("no optimizer was handed over")
    return OptimizerFacts(groups=groups_of(setup), known_loss=_known_loss(setup), **_first_updates(setup))


def groups_of(setup: Setup) -> tuple[Group, ...]:
    """Every group of every optimizer."""
    import torch

    names = {id(p): n for n, p in setup.named_parameters().items()}
    others = {id(p) for p in setup.loss.parameters()} if isinstance(setup.loss, torch.nn.Module) else set()
    found = []
    for place, optimizer in enumerate(setup.optimizers):
        for number, group in enumerate(optimizer.param_groups):
            mine = [p for p in group["params"] if id(p) in names]
            betas = group.get("betas") or ()
            found.append(
                Group(
                    optimizer=place, place=number, rate=_number(group.get("lr")), decay=_number(group.get("weight_decay", 0.0)),
                    betas=tuple(_number(b) for b in betas), eps=_number(group.get("eps")), momentum=_number(group.get("momentum", 0.0)),
                    dampening=_number(group.get("dampening", 0.0)), maximize=bool(group.get("maximize", False)),
                    names=tuple(names[id(p)] for p in mine), sizes=tuple(p.numel() for p in mine), axes=tuple(p.ndim for p in mine),
                    foreign=sum(id(p) not in names and id(p) not in others for p in group["params"]),
                )
            )  # fmt: skip
    return tuple(found)


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def _known_loss(setup: Setup) -> str:
    from nohero.evidence.setup import task_facts

    try:
        return task_facts.measure(setup).loss
    except (Unmeasurable, RuntimeError, ValueError, IndexError):
        return ""


def _first_updates(setup: Setup) -> dict[str, Any]:
    """The cosine between gradient and way, at the first updates of each optimizer."""
    from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

    found: list[tuple[int, float]] = []
    before: dict[int, Any] = {}

    def place_of(optimizer: Any) -> int:
        return next((i for i, o in enumerate(setup.optimizers) if o is optimizer), -1)

    def pre(optimizer: Any, args: Any, kwargs: Any) -> None:
        if place_of(optimizer) >= 0 and not any(callable(a) for a in (*args, *kwargs.values())):  # a closure makes its gradients later
            before[id(optimizer)] = [(p, p.detach().clone(), p.grad.detach().clone()) for g in optimizer.param_groups for p in g["params"] if p.grad is not None and not p.grad.is_sparse]

    def post(optimizer: Any, _args: Any, _kwargs: Any) -> None:
        held = before.pop(id(optimizer), None)
        if held and sum(o == place_of(optimizer) for o, _ in found) < FIRST:
            found.append((place_of(optimizer), _cosine(held)))

    handles = [register_optimizer_step_pre_hook(pre), register_optimizer_step_post_hook(post)]
    first = float("nan")
    try:
        with setup.apart():
            batches = setup.batches(8)
            for number in range(CALLS):
                told = setup.train_step(batches[number % len(batches)])
                first = told if number == 0 else first
                if len(found) >= FIRST * len(setup.optimizers):
                    break
    finally:
        for handle in handles:
            handle.remove()
    return {"directions": tuple(found), "first_loss": first}


def _cosine(held: list[Any]) -> float:
    """Between the gradient and the way that was gone."""
    dot = way = slope = 0.0
    for p, old, grad in held:
        moved = (p.detach() - old).double()
        dot += float((moved * grad.double()).sum())
        way += float(moved.norm()) ** 2
        slope += float(grad.double().norm()) ** 2
    return dot / (way * slope) ** 0.5 if way > 0 and slope > 0 else float("nan")
