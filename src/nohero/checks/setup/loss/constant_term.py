"""What it asks: is a loss that no parameter moves added to the loss that trains?

Why it matters: a term computed of two frozen or detached answers, as of a teacher and itself, is a constant: it stands in the printed loss, and the network
learns nothing of it.

How it is measured: torch's losses are listened to while a step runs with gradients on: one whose result has no gradient, and is added, scaled or not, to one that has.

When it is right to fail: such a term is added.

What it cannot see: terms written out by hand; constants that are only printed are left in peace.

Mend: compare the student's answers with the teacher's; detach the teacher alone.

Source: Hinton, Vinyals and Dean 2015, Distilling the knowledge in a neural network (arXiv:1503.02531).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.heard_activations import HeardActivations
from nohero.run.finding import Finding, Level, Observed, failed, passed

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(heard: HeardActivations) -> Finding:
    """Name the loss and its line."""
    if not heard.constants:
        return passed("no loss without a gradient is added to one with")
    function, line = heard.constants[0]
    return failed(
        f"{function} has no gradient, and is added to the loss{line and f' ({line})'}: a constant, which trains nothing",
        expected="terms that the network's answers move",
        observed=Observed(value=float(len(heard.constants)), unit="terms"),
        component="loss",
        where=tuple(dict.fromkeys(line for _, line in heard.constants)),
        level=Level.VERIFIED,
        effect="the printed loss holds a number that no training changes",
        remedies=("compute the term on the network's own answers, with their gradient; detach what they are compared with, and nothing else", "print it beside the loss, if it is to be watched only"),
    )


def _taught(given: Given, term: Any) -> Given:
    """A step with a second, frozen network."""
    import copy

    import torch
    from torch.nn import functional

    teacher = copy.deepcopy(given.model).requires_grad_(requires_grad=False)
    for p in teacher.parameters():
        p.data += 0.1 * torch.randn(p.shape, generator=torch.Generator().manual_seed(1))

    def step(model: Any, batch: Any, optimizer: Any) -> float:
        x, y = batch
        out, told = model(x), teacher(x)
        value = functional.cross_entropy(out, y) + 0.5 * term(out, told)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        return float(value.detach())

    return replace(given, step=step, scheduler=None)


def teacher_with_itself(given: Given) -> Given:
    """Both sides are the teacher's."""
    from torch.nn import functional

    return _taught(given, lambda _, told: functional.kl_div((told / 2).log_softmax(1), (told / 2).softmax(1), reduction="batchmean"))


def student_detached(given: Given) -> Given:
    """The student's answers lost their gradient."""
    from torch.nn import functional

    return _taught(given, lambda out, told: functional.mse_loss(out.detach(), told))


def student_with_teacher(given: Given) -> Given:
    """As it is meant."""
    from torch.nn import functional

    return _taught(given, lambda out, told: functional.kl_div((out / 2).log_softmax(1), (told / 2).softmax(1), reduction="batchmean"))


CHECK = Check(
    code="SKE367",
    name="constant-term",
    source="https://arxiv.org/abs/1503.02531",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=teacher_with_itself), Case(toy="table-mlp", plant=student_detached)),
    lookalikes=(Case(toy="table-mlp", plant=student_with_teacher),),
)
