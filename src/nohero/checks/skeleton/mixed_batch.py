"""What it asks: does each answer depend on its own item alone?

Why it matters: a `view` in place of a `transpose`, or a norm over the wrong axis, blends the items of a batch. The network
still trains, and its answers change with the company they are given in.

How it is measured: two backward passes, the second with each output weighted by its own power of two. If output i depends on
item i alone, the second gradient is exactly that multiple of the first. As a second opinion, half of a batch is changed and
the other half's answers are compared.

When it is right to fail: at any trace in eval mode. In train mode, batch norm mixes on purpose; that is named and passed.

What it cannot see: mixing in train mode alone, by something that is no batch norm: it is named, and passed.

Mend: keep the batch axis first; use transpose or permute, not view.

Source: the recipe, the skeleton ("use backprop to chart dependencies").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.batch_dependence import BatchDependence
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped

if TYPE_CHECKING:
    from nohero.problem import Problem

NAMED = 4  # layers named


def judge(dependence: BatchDependence) -> Finding:
    """Any trace in eval mode fails."""
    n = dependence.n
    if n < 2:
        return skipped(f"a batch of {n} has nothing to mix")
    mixed = sorted({*dependence.mixed_in_eval, *dependence.forward_mixed})
    if not mixed:
        by = f" by {', '.join(dependence.mixing_layers[:NAMED])}" if dependence.mixing_layers else ", by no batch norm that is known"
        train = f"; in train mode they are mixed{by}, as batch norm does" if dependence.mixed_in_train else ""
        return passed(f"in eval mode each of {n} answers depends on its own item alone{train}")
    figures = dependence.figures()
    return failed(
        f"in eval mode {len(mixed)} of {n} items leave a trace in other items' answers",
        expected="each answer depends on its own item alone",
        observed=Observed(value=float(len(mixed)), unit="items mixed", n=n),
        numbers={"seen by gradient": float(len(dependence.mixed_in_eval)), "seen by redrawing": float(len(dependence.forward_mixed))},
        component="model",
        where=tuple(f"item {i}" for i in mixed),
        level=Level.VERIFIED,
        effect="answers change with the batch an item comes in",
        why="The network trains all the same and learns to live with it, so nothing crashes; but no answer can be trusted, and the score depends on the batches.",
        remedies=(
            "look for view or reshape where transpose or permute is meant: the batch axis must stay first",
            "look for a mean, a norm or a soft-max over axis 0",
            "call model.eval() before evaluating, and let batch norm use its running statistics",
        ),
        figure=figures[0] if figures else None,
    )


def reshaped_for_transposed(problem: Problem) -> Problem:
    """A view that blends items: their numbers are dealt out anew."""
    from nohero.checks.plant import with_forward

    return with_forward(problem, lambda forward, x: forward(x.reshape(len(x), -1).t().reshape(len(x), -1).reshape(x.shape)))


def centred_over_the_batch(problem: Problem) -> Problem:
    """Each batch's own mean is subtracted, in eval mode too."""
    from nohero.checks.plant import with_forward

    return with_forward(problem, lambda forward, x: forward(x - x.mean(0, keepdim=True)))


def norm_over_each_item(problem: Problem) -> Problem:
    """Each item's own mean is subtracted: no mixing. The pictures' network has batch norm besides."""
    from nohero.checks.plant import with_forward

    return with_forward(problem, lambda forward, x: forward(x - x.flatten(1).mean(1).reshape(-1, *[1] * (x.ndim - 1))))


CHECK = Check(
    code="SKE150",
    name="mixed-batch",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="table", plant=reshaped_for_transposed), Case(toy="pictures", plant=centred_over_the_batch)),
    lookalikes=(Case(toy="pictures", plant=norm_over_each_item),),
)
