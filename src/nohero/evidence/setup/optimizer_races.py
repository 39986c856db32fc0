"""Whether an odd setting of the optimizer costs learning: short trainings with the setting as given and with the usual one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.optimizer_facts import OptimizerFacts

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.setup.setup import Setup

PRICE = 0.5  # seconds
STEPS = 160
LONG = 60  # steps of a race
TAIL = 10  # of these, whose losses are averaged
SECONDS = 3.0  # of one race; it is cut short
ODD_EPSILON = 1e-5  # above torch's 1e-8 by a thousand
ODD_DECAY = 0.03  # AdamW's usual 0.01 is no suspect
LEAST_BETA2 = 0.85  # below the 0.9 that is used with adversaries


@dataclass(frozen=True, kw_only=True)
class Race:
    """One setting, raced with two seeds; losses are means of the last steps."""

    setting: str  # betas, eps, decay
    given: tuple[float, ...]
    usual: tuple[float, ...]
    start: float  # mean loss of the first steps
    said: str  # the value as given, in words
    against: str  # the usual one
    ratio: float  # eps over the root of the second moment; decay's pull over the gradient's
    shrunk: float  # norm of the parameters after the race over that without the setting
    course_given: tuple[float, ...] = ()
    course_usual: tuple[float, ...] = ()
    constant: float = float("nan")  # the loss of the best constant answer, to which a decay alone leads

    @property
    def kept(self) -> float:
        """Share of the usual setting's progress that is made as given; 1 where there is none to be made.

        What a constant answer reaches is no progress, once the usual setting passes it.
        """
        passed = math.isfinite(self.constant) and self.constant - max(self.usual) > 0.05 * abs(self.constant)
        begin = min(self.start, self.constant) if passed else self.start
        usual = begin - max(self.usual)
        if not usual > 0.05 * abs(begin):
            return 1.0
        return (begin - min(self.given)) / usual


@dataclass(frozen=True, kw_only=True)
class OptimizerRaces:
    """A race for every setting that is odd enough to ask; none for the usual ones."""

    races: tuple[Race, ...]


def measure(setup: Setup, facts: OptimizerFacts) -> OptimizerRaces:
    """Race the odd settings."""
    odd = _odd_settings(facts)
    constant = _constant(setup) if any(one[0] == "decay" for one in odd) else float("nan")
    return OptimizerRaces(races=tuple(_race(setup, constant, *one) for one in odd))


def _constant(setup: Setup) -> float:
    from nohero.evidence.setup import constant_answer, task_facts
    from nohero.setup.refusal import Unmeasurable

    try:
        return constant_answer.measure(setup, task_facts.measure(setup)).loss
    except (Unmeasurable, RuntimeError, ValueError, IndexError):
        return float("nan")


def _odd_settings(facts: OptimizerFacts) -> list[tuple[str, Callable[[dict[str, Any]], None], str, str]]:
    odd: list[tuple[str, Callable[[dict[str, Any]], None], str, str]] = []
    betas = [g.betas for g in facts.groups if len(g.betas) == 2]
    if any(b[0] > b[1] or b[1] < LEAST_BETA2 or b[0] > 0.985 for b in betas):
        odd.append(("betas", lambda g: g.update(betas=(0.9, 0.999)) if len(g.get("betas", ())) == 2 else None, f"{betas[0]}", "(0.9, 0.999)"))
    eps = [g.eps for g in facts.groups if g.eps == g.eps and len(g.betas) == 2]
    if eps and max(eps) >= ODD_EPSILON:
        odd.append(("eps", lambda g: g.update(eps=1e-8) if "eps" in g else None, f"{max(eps):g}", "1e-08"))
    decay = max((g.decay for g in facts.groups), default=0.0)
    if decay >= ODD_DECAY:
        odd.append(("decay", lambda g: g.update(weight_decay=0.0) if "weight_decay" in g else None, f"{decay:g}", "0"))
    return odd


def _race(setup: Setup, constant: float, setting: str, change: Callable[[dict[str, Any]], None], said: str, against: str) -> Race:
    runs = {(seed, usual): _run(setup, seed, change if usual else None, setting) for seed in (0, 1) for usual in (False, True)}
    given, usual = [runs[s, False] for s in (0, 1)], [runs[s, True] for s in (0, 1)]
    return Race(
        setting=setting,
        given=tuple(_tail(r[0]) for r in given),
        usual=tuple(_tail(r[0]) for r in usual),
        start=fmean(r[0][k] for r in usual for k in range(min(2, len(r[0])))),
        said=said,
        against=against,
        ratio=given[0][1],
        shrunk=given[0][2] / max(usual[0][2], 1e-30),
        course_given=tuple(given[0][0]),
        course_usual=tuple(usual[0][0]),
        constant=constant if setting == "decay" else float("nan"),
    )


def _tail(losses: list[float]) -> float:
    return fmean(losses[-TAIL:])


def _run(setup: Setup, seed: int, change: Callable[[dict[str, Any]], None] | None, setting: str) -> tuple[list[float], float, float]:
    """(losses, the setting's weight, norm of the parameters at the end) of one short training."""
    import time

    losses: list[float] = []
    ratio = float("nan")
    with setup.apart(seed=seed, data=True):
        for group in (g for o in setup.optimizers for g in o.param_groups if change is not None):
            change(group)  # type: ignore[misc]
        began = time.monotonic()
        for number, batch in enumerate(setup.train.cycle(LONG)):
            losses.append(setup.train_step(batch))
            if setup.scheduler is not None and setup.given.scheduler_steps == "batch":
                _stepped(setup.scheduler)
            if number == LONG // 4:
                ratio = _weight(setup, setting)
            if time.monotonic() - began > SECONDS:
                break
        norm = sum(float(p.detach().double().norm()) ** 2 for p in setup.named_parameters().values() if p.requires_grad) ** 0.5
    return losses, ratio, norm


def _stepped(scheduler: Any) -> None:
    try:
        scheduler.step()
    except (TypeError, ValueError):
        return


def _weight(setup: Setup, setting: str) -> float:
    """How heavy the setting weighs: eps over the median root of the second moment, or decay times parameters over gradients."""
    import torch

    roots, pulls, slopes = [], 0.0, 0.0
    for optimizer in setup.optimizers:
        for group in optimizer.param_groups:
            for p in group["params"]:
                state = optimizer.state.get(p, {})
                if setting == "eps" and "exp_avg_sq" in state and len(group.get("betas", ())) == 2:
                    done = 1 - group["betas"][1] ** float(state.get("step", 1))
                    roots.append(float((state["exp_avg_sq"] / max(done, 1e-12)).sqrt().median()) / max(group["eps"], 1e-30))
                if setting == "decay" and p.grad is not None and not p.grad.is_sparse:
                    pulls += float((group.get("weight_decay", 0.0) * p.detach()).double().norm()) ** 2
                    slopes += float(p.grad.double().norm()) ** 2
    if setting == "eps" and roots:
        return 1 / max(float(torch.tensor(roots).median()), 1e-30)
    return (pulls / slopes) ** 0.5 if slopes else float("nan")
