"""What it asks: does the network answer in eval mode as it learnt in train mode?

Why it matters: running statistics that do not follow, or dropout that does not rescale, make another network of it when it is evaluated.

How it is measured: the loss of one batch after it has been learnt, in train mode, in eval mode, and in eval mode after the running statistics were let settle.

When it is right to fail: train mode has learnt it, eval mode has not, and settling does not help.

What it cannot see: networks without such layers.

Mend: momentum=0.1 for batch norm; rescale what is kept in a dropout of your own.

Source: Ioffe and Szegedy 2015; Li et al. 2018
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.memorised_batch import MemorisedBatch
from nohero.run.finding import Finding, Level, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given


SLOW = 0.02  # momentum of running statistics: sixty passes settle those above it
LEARNT, LOST = 0.8, 0.3  # of the way from the best constant answer to the floor


def judge(memorised: MemorisedBatch) -> Finding:
    """Learnt in train mode and lost in eval mode warns."""
    arm = memorised.arm
    train, rest = memorised.way(arm.in_train), memorised.way(arm.settled if arm.settled == arm.settled else arm.loss)
    if train != train or rest != rest:
        return skipped("the way from the best constant answer to the floor is not known")
    if train < LEARNT or rest > LOST:
        return passed("eval mode answers as train mode has learnt")
    left = (1 - memorised.momentum) ** memorised.planned  # of the statistics' start, at the end of the training
    if 0 < memorised.momentum < SLOW and not left > 0.5:
        return (passed if left == left else unsure)(f"running statistics with a momentum of {memorised.momentum:g} settle more slowly than could be tried", remedies=("tell how long the training is: epochs=",))
    return warned(
        f"a batch that is learnt in train mode (loss {arm.in_train:.4g}) is lost in eval mode ({arm.loss:.4g}), also after the running statistics were let settle",
        expected="the same answers in both modes",
        observed=Observed(value=arm.loss, unit="loss in eval mode", n=memorised.n),
        component="model",
        where=("eval mode",),
        level=Level.VERIFIED,
        why="What is evaluated and shipped is another network than the one that was trained.",
        remedies=("look at the momentum of batch norm, and at dropout of your own: what is kept must be scaled by 1 / (1 - p)",),
    )


def dropout_without_rescaling(given: Given) -> Given:
    """A dropout of one's own that scales in eval mode the wrong way."""

    def forgotten(module: Any, _: Any, out: Any) -> Any:
        return out if module.training else out * 0.01 - 3.0

    given.model[2].register_forward_hook(forgotten)
    return replace(given, model=given.model)


def rescaled(given: Given) -> Given:
    """Rescaled as it should be."""
    import torch

    given.model[2].register_forward_hook(lambda m, _, out: torch.nn.functional.dropout(out, 0.1, m.training))
    return replace(given, model=given.model)


CHECK = Check(
    code="OVF201",
    name="mode-gap",
    source="Ioffe and Szegedy 2015; Li et al. 2018",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=dropout_without_rescaling),),
    lookalikes=(Case(toy="table-mlp", plant=rescaled),),
    under=("SKE228",),
    symptom=True,
)
