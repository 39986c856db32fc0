"""What it asks: where groups differ in weight decay, do the matrices have it and the norms and biases not?

Why it matters: groups are split so that norms and biases are spared. With the two lists swapped the matrices run free, and scales
and biases are drawn to zero. A list of names that misses one layer's leaves that layer's norm decayed.

How it is measured: each group's decay, and how many axes its parameters have, are read from the optimizer.

When it is right to fail: never more than a warning: parameters of one axis are decayed, matrices are not, and nothing else
explains it; or of the parameters of one axis with the same last name most are spared, and a few are not. Norms that are all decayed where
all biases are spared may be meant: unsure.

What it cannot see: one group for all, which is torch's own custom.

Mend: decay for parameters of two axes or more, none for the rest.

Source: Loshchilov and Hutter 2019, Decoupled weight decay regularization (arXiv:1711.05101).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.optimizer_facts import OptimizerFacts
from nohero.run.finding import Finding, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

MATRIX = 2  # axes
MOST = 0.5  # of a kind; the lists are swapped, not merely uneven
FEW = 0.5  # of those with one last name, which are the odd ones out


def judge(optimizer: OptimizerFacts) -> Finding:
    """Decayed vectors beside free matrices warn."""
    told = [(name, axes >= MATRIX, g.decay) for g in optimizer.groups for name, axes in zip(g.names, g.axes, strict=True)]
    decays = {d for _, _, d in told}
    matrices, vectors = [t for t in told if t[1]], [t for t in told if not t[1]]
    if len(decays) < 2 or not matrices or not vectors:
        return skipped("there are no groups that differ in weight decay")
    decayed = [n for n, _, d in vectors if d > 0]
    free = [n for n, _, d in matrices if d == 0]
    if not free and (found := _odd_ones_out(vectors)):
        return found
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


def _odd_ones_out(vectors: list[tuple[str, bool, float]]) -> Finding | None:
    """A few decayed among many of the same last name that are spared; or all but the biases."""
    kinds: dict[str, list[tuple[str, float]]] = {}
    for name, _, decay in vectors:
        kinds.setdefault(name.rsplit(".", 1)[-1], []).append((name, decay))
    odd = [name for held in kinds.values() for name, d in held if d > 0 and sum(x > 0 for _, x in held) <= FEW * len(held)]
    whole = [name for held in kinds.values() if all(d > 0 for _, d in held) for name, _ in held]
    if not odd and (not whole or len(whole) == len(vectors)):
        return None
    told = odd or whole
    return (warned if odd else unsure)(
        f"{len(told)} of {len(vectors)} norms and biases are decayed and the others spared: {', '.join(told[:6])}",
        expected="no decay on norms and biases, or decay on all of one kind",
        observed=Observed(value=float(len(told)), unit="norms and biases decayed", n=len(vectors)),
        component="optimizer",
        where=tuple(told[:6]),
        why="The list of names by which parameters are spared does not hold these: a layer is called otherwise in this model.",
        remedies=("spare by shape, not by name: no decay where p.ndim < 2", *(() if odd else ("if only biases are to be spared, nothing need be done",))),
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


def one_norm_missed(given: Given) -> Given:
    """Spared by a list of names that misses the first norm."""
    from dataclasses import replace

    import torch

    named = list(given.model.named_parameters())
    missed = next(n for n, p in named if p.ndim < MATRIX and n.endswith("weight"))
    groups = [{"params": [p for n, p in named if p.ndim >= MATRIX or n == missed], "weight_decay": 0.05}, {"params": [p for n, p in named if p.ndim < MATRIX and n != missed], "weight_decay": 0.0}]
    return replace(given, optimizer=torch.optim.AdamW(groups, lr=3e-3), scheduler=None)


CHECK = Check(
    code="SKE425",
    name="misplaced-decay",
    source="Loshchilov and Hutter 2019, Decoupled weight decay regularization (arXiv:1711.05101)",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=swapped_groups), Case(toy="cnn-batch-norm", plant=swapped_groups_with_pictures), Case(toy="cnn-batch-norm", plant=one_norm_missed)),
    lookalikes=(Case(toy="cnn-batch-norm", plant=spared_norms),),
)
