"""What it asks: where rows of a batch are mixed, are their labels mixed in the same way?

Why it matters: mixup and cutmix teach "so much of this, so much of that". With a second permutation for the labels the other half of
each label is a stranger's; with the share the wrong way round, the picture that fills the frame gets the smaller weight.

How it is measured: the step is listened to with several seeds. Each row that the model gets is taken apart into two rows of the batch and
their shares; the loss gets two sets of labels, and each weighs something in what is differentiated.

When it is right to fail: fewer than six in ten rows have the second label of the row that was mixed into them; or the weight of the own
labels is nearer to the share of the other row, in every batch that tells.

What it cannot see: labels mixed to shares before the loss; rows that are changed again after they were mixed.

Mend: one permutation for rows and labels; lam = 1 - area of the piece / area of the picture.

Source: Zhang et al. 2018, mixup (arXiv:1710.09412); Yun et al. 2019, CutMix (arXiv:1905.04899).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.mixed_rows import MixedRows
from nohero.run.finding import Finding, Level, Observed, failed, passed, unsure

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given

FIT = 0.6  # of the rows; with the right label all of them fit
MANY = 24  # rows in all batches
PLAIN = 0.15  # by which a share must differ from a half to tell which is which
BATCHES = 3  # that tell


def judge(mixed: MixedRows) -> Finding:
    """Labels of other rows, or of the right rows with the weights exchanged, fail."""
    rows, fitting = sum(b.rows for b in mixed.batches), sum(b.fitting for b in mixed.batches)
    chance = sum(b.chance * b.rows for b in mixed.batches) / rows
    if fitting < FIT * rows and rows >= MANY:
        return _told(
            f"of {rows} mixed rows {fitting} have the second label of the row that was mixed into them ({chance:.0%} would by chance)",
            fitting / rows,
            "of the rows with their partner's label",
            "the labels are taken from other rows than the inputs",
            "draw one permutation, and use it for inputs and labels: mixed = lam * x + (1 - lam) * x[perm]; labels y and y[perm]",
        )
    telling = [b for b in mixed.batches if abs(b.kept - 0.5) > PLAIN and b.own_weight == b.own_weight]
    crossed = [b for b in telling if abs(b.own_weight - (1 - b.kept)) + PLAIN < abs(b.own_weight - b.kept)]
    if len(telling) >= BATCHES and len(crossed) == len(telling):
        worst = max(crossed, key=lambda b: abs(b.own_weight - b.kept))
        return _told(
            f"in {len(crossed)} of {len(telling)} batches the weights are exchanged: {worst.kept:.0%} of a row is its own, and its own label weighs {worst.own_weight:.0%}",
            worst.own_weight,
            "weight of the own labels",
            "the share of one row is given to the label of the other",
            "lam is the share that is left of the own row: 1 - area of the piece / area of the picture",
        )
    if fitting < rows and fitting < FIT * rows:
        return unsure("too few mixed rows to tell whether their labels go with them", remedies=("hand over larger batches",))
    return passed(f"{fitting} of {rows} mixed rows have the label of the row that was mixed into them")


def _told(what: str, value: float, unit: str, why: str, remedy: str) -> Finding:
    return failed(
        what,
        expected="labels that are mixed as the inputs are",
        observed=Observed(value=value, unit=unit),
        component="step",
        where=("step",),
        level=Level.VERIFIED,
        effect="a share of each label is wrong in every batch",
        why=f"Inputs and labels are mixed apart: {why}.",
        remedies=(remedy,),
    )


def _mixing(given: Given, mix: Any) -> Given:
    """A step on mix(x) -> (mixed, permutation of the labels, weight of the own labels)."""

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        model.train()
        x, y = batch
        mixed, other, share = mix(x)
        answer = model(mixed)
        value = share * loss(answer, y) + (1 - share) * loss(answer, y[other])
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        return float(value.detach())

    return replace(given, step=step)


def _blend(x: Any) -> Any:
    import torch

    share, order = float(torch.rand(())), torch.randperm(len(x))
    return share * x + (1 - share) * x[order], order, share


def _cut(x: Any) -> Any:
    import torch

    order, wide = torch.randperm(len(x)), x.shape[-1] // 3
    left = int(torch.randint(0, x.shape[-1] - wide + 1, ()))
    mixed = x.clone()
    mixed[..., left : left + wide] = x[order][..., left : left + wide]
    return mixed, order, 1 - wide / x.shape[-1]


def two_permutations(given: Given) -> Given:
    """Another permutation for the labels."""
    import torch

    return _mixing(given, lambda x: (_blend(x)[0], torch.randperm(len(x)), 0.5))


def exchanged_shares(given: Given) -> Given:
    """The piece's share for the label of what is around it."""

    def mix(x: Any) -> Any:
        mixed, order, share = _cut(x)
        return mixed, order, 1 - share

    return _mixing(given, mix)


def blended(given: Given) -> Given:
    """As it is meant."""
    return _mixing(given, _blend)


def pieces_put_in(given: Given) -> Given:
    """The same with pieces of pictures."""
    return _mixing(given, _cut)


CHECK = Check(
    code="SKE449",
    name="mismixed-labels",
    source="Zhang et al. 2018, mixup (arXiv:1710.09412); Yun et al. 2019, CutMix (arXiv:1905.04899)",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=two_permutations), Case(toy="cnn-batch-norm", plant=exchanged_shares)),
    lookalikes=(Case(toy="table-mlp", plant=blended), Case(toy="cnn-batch-norm", plant=pieces_put_in)),
)
