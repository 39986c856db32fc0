"""What torch's losses between distributions are called with: probabilities, their logarithms, or neither; heard in the loss and in the step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.loss_bench import LABELLED
from nohero.evidence.setup.trials import run_once

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.evidence.setup.task_facts import TaskFacts
    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 2
HEARD = ("kl_div", "cross_entropy")
ONE = 1e-3  # a sum of probabilities in floats
CALLS = 12


@dataclass(frozen=True, kw_only=True)
class HeardCall:
    """One call; forms are probabilities, log-probabilities, whole numbers, or other."""

    function: str
    answer: str
    target: str
    axis: int  # over which the target's probabilities sum to one; -1: none
    answer_axis: int  # the same of the answer; -1: none
    log_target: bool
    signed: bool  # the target has rows with several numbers below zero
    trains: bool  # the answer has a gradient
    shape: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class HeardDistributions:
    """The calls of one batch; `labelled` where the task's own probes look at the loss as well."""

    calls: tuple[HeardCall, ...]
    labelled: bool


def measure(setup: Setup, facts: TaskFacts) -> HeardDistributions:
    """One step, or one loss, with an ear."""
    with setup.apart():
        calls = _heard(lambda: run_once(setup))
    return HeardDistributions(calls=tuple(calls), labelled=facts.kind in LABELLED)


def _heard(run: Any) -> list[HeardCall]:
    import torch
    from torch.overrides import TorchFunctionMode

    found: list[HeardCall] = []

    class Ear(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None) -> Any:
            named = dict(kwargs or {})
            name = getattr(func, "__name__", "")
            if name in HEARD and getattr(func, "__module__", "") == "torch.nn.functional" and len(found) < CALLS:
                answer = args[0] if args else named.get("input")
                target = args[1] if len(args) > 1 else named.get("target")
                if isinstance(answer, torch.Tensor) and isinstance(target, torch.Tensor) and answer.ndim and target.ndim and answer.numel():
                    found.append(_call(name, answer, target, log_target=bool(named.get("log_target", False))))
            return func(*args, **(kwargs or {}))

    with Ear():
        run()
    return found


def _call(name: str, answer: Tensor, target: Tensor, *, log_target: bool) -> HeardCall:
    given = answer.detach().double()
    form, axis = form_of(given)
    if target.is_floating_point() and target.shape == answer.shape:
        seen = target.detach().double()
        said, over = form_of(seen)
        signed = bool((((seen < 0).sum(-1) > 1) & (seen.sum(-1).abs() > ONE)).double().mean() > 0.5) if seen.ndim > 1 else False
    else:
        said, over, signed = "whole numbers" if not target.is_floating_point() else "other", -1, False
    return HeardCall(function=name, answer=form, target=said, axis=over, answer_axis=axis, log_target=log_target, signed=signed, trains=answer.requires_grad, shape=tuple(answer.shape))


def form_of(t: Tensor) -> tuple[str, int]:
    """(probabilities, log-probabilities or other; the axis over which they sum to one)."""
    axes = [a for a in reversed(range(t.ndim)) if t.shape[a] > 1]
    if bool((t >= 0).all()):
        for a in axes:
            if float((t.sum(a) - 1).abs().max()) < ONE:
                return "probabilities", a
    if bool((t <= ONE).all()):
        for a in axes:
            if float((t.exp().sum(a) - 1).abs().max()) < 10 * ONE:
                return "log-probabilities", a
    return "other", -1
