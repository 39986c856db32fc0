"""What the user's loss is for one and the same answer to everything: what a model reaches that has learnt nothing of its inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.evidence.setup.scoring import bound_of, common_constant
from nohero.evidence.setup.task_facts import answer_of
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from nohero.evidence.setup.task_facts import TaskFacts
    from nohero.setup.setup import Setup

PRICE = 0.3  # seconds
STEPS = 4
BATCHES = 2


@dataclass(frozen=True, kw_only=True)
class ConstantAnswer:
    """The loss of the best constant answer."""

    loss: float  # the mean over the first batches, each with its own best; not a number where it has none


def measure(setup: Setup, facts: TaskFacts) -> ConstantAnswer:
    """Descend on the answer itself, on each of the first batches."""
    import torch

    found = []
    for number in range(min(BATCHES, len(setup.batches(8)))):
        try:
            specimen = setup.specimen(number)
            with setup.apart(), torch.no_grad():
                setup.mode(training=False)
                answer = answer_of(setup, setup.forward(specimen), specimen)
        except Unmeasurable:
            break
        if answer is None:
            break
        with setup.apart():
            found.append(common_constant(setup, answer.detach(), specimen, bound_of(setup, specimen), facts.class_axis if facts.kind == "classes" else -1))
    return ConstantAnswer(loss=sum(found) / len(found) if found else float("nan"))
