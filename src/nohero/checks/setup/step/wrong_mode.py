"""What it asks: does the step train in train mode, at the start and after an evaluation?

Why it matters: in eval mode dropout does nothing and batch norm uses and keeps its old statistics. Training goes on without the
regularisation that was meant, or on statistics that no longer fit.

How it is measured: the step runs as handed over, once more, and again after the user's evaluation; the mode of every module is read at each
forward pass with gradients. The same pass is then repeated in train mode and the answers are compared.

When it is right to fail: the model is in eval mode in every such pass and the answers differ; only a warning where the model
came in eval mode, or is left in it by the step itself. Where the evaluation leaves it so, the loop, which is not seen, may set it
back: unsure. Frozen parts and norms held in eval mode inside a model that trains pass.

What it cannot see: a loop around the step that sets the mode.

Mend: model.train() at the start of the step, or at the end of the evaluation.

Source: the recipe, the skeleton ("toggle train and eval mode").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.step_modes import StepModes
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nohero.setup.given import Given

NAMED = 4  # modules in the message


def judge(modes: StepModes) -> Finding:
    """Eval mode in training that changes answers fails; where it comes from outside the step it warns."""
    if not modes.first:
        return skipped("no forward pass with gradients was heard")
    facts: dict[str, Any] = {
        "expected": "train mode in the step",
        "component": "step",
        "level": Level.VERIFIED,
        "why": "In eval mode dropout does nothing and batch norm neither uses nor gathers the batch's statistics: what is trained is not what was meant.",
        "remedies": ("call model.train() at the start of the step, on the very model that is trained", "let the evaluation end with model.train()"),
    }
    for name, mode in modes.first:
        if not mode.trained and mode.differs and mode.resting:
            where, told = mode.resting, f"the step trains {_called(name)} in eval mode, and its answers are not those of train mode"
            observed = Observed(value=float(len(where)), unit="modules in eval mode")
            if modes.handed_in_training:
                return failed(told, where=where, observed=observed, **facts)
            return warned(f"{told}; it was handed over in eval mode, and the step does not set it", where=where, observed=observed, **facts)
    before = dict(modes.first)
    for name, mode, when in ((*told, w) for w, them in (("its first call", modes.again), ("the evaluation", modes.after)) for told in them):
        fallen = tuple(n for n in mode.resting if name in before and n not in before[name].resting)
        if fallen and mode.differs:
            make: Callable[..., Finding] = warned if when == "its first call" else unsure
            return make(
                f"after {when} the step trains {_called(name)} in eval mode ({len(fallen)} modules, such as {fallen[min(1, len(fallen) - 1)] or 'the whole'}), and its answers are not those of train mode",
                where=fallen,
                observed=Observed(value=float(len(fallen)), unit="modules in eval mode"),
                **{**facts, "remedies": ("if your loop calls model.train() at the start of every epoch, nothing is wrong; else call it there", *facts["remedies"])},
            )
    return passed("the step trains in train mode" + (", after an evaluation too" if modes.after else ""))


def _called(name: str) -> str:
    return f"`{name}`" if name else "the model"


def eval_in_the_step(given: Given) -> Given:
    """The step sets eval mode."""
    from dataclasses import replace

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        model.eval()
        optimizer.zero_grad()
        value = loss(model(batch[0]), batch[1])
        value.backward()
        optimizer.step()
        return float(value.detach())

    return replace(given, step=step)


def left_by_the_evaluation(given: Given) -> Given:
    """The evaluation sets eval mode, and nothing that is handed over sets it back: the loop may."""
    from dataclasses import replace

    import torch

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        optimizer.zero_grad()
        value = loss(model(batch[0]), batch[1])
        value.backward()
        optimizer.step()
        return float(value.detach())

    def evaluate(model: Any, batches: Any) -> float:
        model.eval()
        with torch.no_grad():
            hits = torch.cat([(model(x).argmax(1) == y).float() for x, y in batches])
        return float(hits.mean())

    return replace(given, step=step, evaluate=evaluate)


def left_by_a_glance(given: Given) -> Given:
    """The step ends with a look at its batch in eval mode; train mode is set before the first batch only."""
    from dataclasses import replace

    import torch

    begun: list[bool] = []

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        if not begun:
            begun.append(bool(model.train()))
        optimizer.zero_grad()
        loss(model(batch[0]), batch[1]).backward()
        optimizer.step()
        model.eval()
        with torch.no_grad():
            return float(loss(model(batch[0]), batch[1]))

    return replace(given, step=step)


def another_object_trained(given: Given) -> Given:
    """train() is called on a copy, and the model came in eval mode."""
    from copy import deepcopy
    from dataclasses import replace

    other = deepcopy(given.model)
    given.model.eval()

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        other.train()
        optimizer.zero_grad()
        value = loss(model(batch[0]), batch[1])
        value.backward()
        optimizer.step()
        return float(value.detach())

    return replace(given, step=step)


def norms_held_still(given: Given) -> Given:
    """Batch norm is kept in eval mode on purpose, the rest trains."""
    from dataclasses import replace

    from torch import nn

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        model.train()
        for part in model.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.eval()
        optimizer.zero_grad()
        value = loss(model(batch[0]), batch[1])
        value.backward()
        optimizer.step()
        return float(value.detach())

    return replace(given, step=step)


def nothing_to_switch(given: Given) -> Given:
    """Eval mode in a model that knows no modes."""
    return eval_in_the_step(given)


CHECK = Check(
    code="SKE405",
    name="wrong-mode",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="cnn-batch-norm", plant=eval_in_the_step), Case(toy="cnn-batch-norm", plant=left_by_a_glance), Case(toy="cnn-batch-norm", plant=another_object_trained)),
    lookalikes=(Case(toy="cnn-batch-norm", plant=left_by_the_evaluation), Case(toy="cnn-batch-norm", plant=norms_held_still), Case(toy="table-mlp", plant=nothing_to_switch)),
)
