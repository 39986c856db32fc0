"""What it asks: where a network that knows the answers teaches another, does it stay as it is?

Why it matters: a teacher that is called with gradients, and whose parameters the optimizer holds, is bent towards a pupil that knows
nothing yet. The two meet in the middle, the loss falls, and what the teacher knew is gone.

How it is measured: the networks that the step calls are listened to, on each batch as it is and with its labels dealt to other
items. One that hits the labels from the start, gets a gradient which does not know of them, and is held by the optimizer is trained
by its pupil alone.

When it is right to fail: never more than a warning: such a network stands beside another with as many answers that the labels teach
and that does not hit them yet. Networks that teach each other are taught by the labels too, and pass.

What it cannot see: a teacher called inside the model's own forward; targets that are no classes; pupils that learn from the teacher alone.

Mend: with torch.no_grad(): soft = teacher(x), teacher.eval(), and an optimizer over the pupil's parameters.

Source: Hinton et al. 2015, Distilling the knowledge in a neural network (arXiv:1503.02531).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.untaught_teachers import UntaughtTeachers
from nohero.run.finding import Finding, Level, Observed, passed, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given

KNOWS = 0.5  # of the way from the commonest label to all right: the teacher is beyond it, the pupil is not (as other probes that know the labels)


def judge(found: UntaughtTeachers) -> Finding:
    """A knowing network that is taught by an unknowing one warns."""
    line = found.commonest + KNOWS * (1 - found.commonest)
    teachers = [n for n in found.networks if n.right > line and not n.told and n.moved]
    pupils = [n for n in found.networks if n.right < line and n.told]
    pair = next(((t, p) for t in teachers for p in pupils if t.answers == p.answers), None)
    if pair is None:
        return passed("no network that knows the answers is trained by one that does not")
    teacher, pupil = pair
    return warned(
        f"`{teacher.module}` is right for {teacher.right:.0%} of {found.items} items before any step, `{pupil.module}` for {pupil.right:.0%}; the step trains both, and the first by the second alone: its gradient is the same whatever the labels are",
        expected="a teacher that stays as it is",
        observed=Observed(value=teacher.right, unit="of the labels", n=found.items),
        component="step",
        where=(teacher.module,),
        level=Level.MEASURED,
        effect="what the teacher knows is unlearnt while the loss falls",
        why="A divergence between two networks that both get gradients is made small from both sides.",
        remedies=("call the teacher under torch.no_grad(), in eval mode", "give the optimizer the pupil's parameters alone"),
    )


def teacher_in_the_optimizer(given: Given) -> Given:
    """Both are called with gradients, and the optimizer holds both."""
    return _distilled(given, still=False, taught=False)


def teacher_at_rest(given: Given) -> Given:
    """The teacher is called without gradients."""
    return _distilled(given, still=True, taught=False)


def two_that_teach_each_other(given: Given) -> Given:
    """Both get gradients, and both are taught by the labels too."""
    return _distilled(given, still=False, taught=True)


def _distilled(given: Given, *, still: bool, taught: bool) -> Given:
    """A teacher that was trained on the toy's items, and a pupil, in one module."""
    from dataclasses import replace

    import torch
    from torch import nn
    from torch.nn import functional

    from nohero.checks.setup.replanted import tensors

    x, y = tensors(given.train)
    torch.manual_seed(3)
    teacher, pupil = (nn.Sequential(nn.Linear(x.shape[1], width), nn.ReLU(), nn.Linear(width, 3)) for width in (48, 12))
    first = torch.optim.Adam(teacher.parameters(), lr=1e-2)
    for _ in range(80):
        first.zero_grad()
        functional.cross_entropy(teacher(x), y).backward()
        first.step()

    class Both(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.teacher, self.pupil = teacher, pupil

        def forward(self, inputs: Any) -> Any:
            return self.pupil(inputs)

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        optimizer.zero_grad()
        with torch.set_grad_enabled(not still):
            soft = model.teacher(batch[0])
        said = model.pupil(batch[0])
        value = loss(said, batch[1]) + 4 * functional.kl_div(functional.log_softmax(said / 2, 1), functional.softmax(soft / 2, 1), reduction="batchmean")
        value = value + loss(soft, batch[1]) if taught else value
        value.backward()
        optimizer.step()
        return float(value.detach())

    model = Both()
    return replace(given, model=model, optimizer=torch.optim.Adam((pupil if still else model).parameters(), lr=3e-3), step=step, evaluate=None, scheduler=None)


CHECK = Check(
    code="SKE417",
    name="untaught-teacher",
    source="Hinton et al. 2015, Distilling the knowledge in a neural network (arXiv:1503.02531)",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=teacher_in_the_optimizer),),
    lookalikes=(Case(toy="table-mlp", plant=teacher_at_rest), Case(toy="table-mlp", plant=two_that_teach_each_other)),
)
