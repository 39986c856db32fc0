"""What it asks: where groups differ in weight decay, do the matrices have it and the norms and biases not?

Why it matters: groups are split so that norms and biases are spared. With the two lists swapped the matrices run free, and scales
and biases are drawn to zero.

How it is measured: each group's decay, and how many axes its parameters have, are read from the optimizer.

When it is right to fail: never more than a warning: parameters of one axis are decayed, matrices are not, and nothing else
explains it.

What it cannot see: one group for all, which is torch's own custom.

Mend: decay for parameters of two axes or more, none for the rest.

Source: Loshchilov and Hutter 2019, Decoupled weight decay regularization (arXiv:1711.05101).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.optimizer_facts import OptimizerFacts
from nohero.run.finding import Finding, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

MATRIX = 2  # axes
MOST = 0.5  # of a kind; the lists are swapped, not merely uneven


def judge(optimizer: OptimizerFacts) -> Finding:
    """Decayed vectors beside free matrices warn."""
    told = [(name, axes >= MATRIX, g.decay) for g in optimizer.groups for name, axes in zip(g.names, g.axes, strict=True)]
    decays = {d for _, _, d in told}
    matrices, vectors = [t for t in told if t[1]], [t for t in told if not t[1]]
    if len(decays) < 2 or not matrices or not vectors:
        return skipped("there are no groups that differ in weight decay")
    decayed = [n for n, _, d in vectors if d > 0]
    free = [n for n, _, d in matrices if d == 0]
    if len(decayed) <= MOST * len(vectors) or len(free) <= MOST * len(matrices):
        return passed(f"{len(matrices) - len(free)} of {len(matrices)} matrices and {len(decayed)} of {len(vectors)} norms and biases are decayed")
    return warned(
        f"{len(decayed)} of {len(vectors)} norms and biases are decayed, and {len(free)} of {len(matrices)} matrices are not: the groups are swapped",
        expected="decay on matrices, none on norms and biases",
        observed=Observed(value=float(len(decayed)), unit="norms and biases decayed", n=len(vectors)),
        component="optimizer",
        where=tuple(decayed[:6]),
        why="Decay is to keep the matrices small. On scales and biases it has little use and pulls normalised signals to zero, while the matrices grow without a bound.",
        remedies=("swap the two weight_decay values: decay for p.ndim >= 2, 0 for the rest",),
    )


def _split(given: Given, *, matrices: float, vectors: float) -> Given:
    from dataclasses import replace

    import torch

    held = list(given.model.parameters())
    groups = [{"params": [p for p in held if p.ndim >= MATRIX], "weight_decay": matrices}, {"params": [p for p in held if p.ndim < MATRIX], "weight_decay": vectors}]
    return replace(given, optimizer=torch.optim.AdamW(groups, lr=3e-3), scheduler=None)


def swapped_groups(given: Given) -> Given:
    """The two lists are swapped."""
    return _split(given, matrices=0.0, vectors=0.1)


def swapped_groups_with_pictures(given: Given) -> Given:
    """The two lists are swapped, in a network with norms."""
    return _split(given, matrices=0.0, vectors=0.01)


def spared_norms(given: Given) -> Given:
    """Norms and biases are spared."""
    return _split(given, matrices=0.05, vectors=0.0)


CHECK = Check(
    code="SKE425",
    name="misplaced-decay",
    source="Loshchilov and Hutter 2019, Decoupled weight decay regularization (arXiv:1711.05101)",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=swapped_groups), Case(toy="cnn-batch-norm", plant=swapped_groups_with_pictures)),
    lookalikes=(Case(toy="cnn-batch-norm", plant=spared_norms),),
)
