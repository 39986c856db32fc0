"""What it asks: do the labels of training go with its inputs at all?

Why it matters: inputs and labels that were shuffled, sorted or filtered apart from one another still train: the loss falls as far
as the network can memorise, and nothing that it learns holds anywhere else.

How it is measured: a ridge and the nearest neighbours say each item's label from all others, with the labels as they are and
dealt anew sixty times; where they find next to nothing, trees are asked as well. The same is done in each evaluated part.

When it is right to fail: when probes find nothing in training and plenty in an evaluated part, so that the task can be learnt and
training's pairs are what is wrong. Where they find nothing anywhere, the labels may be dealt apart everywhere, or the task be
beyond small probes: unsure. So it is where training's items are drawn anew at each reading, or follow one another in time.

What it cannot see: tasks that small probes cannot learn, and labels parted from only some of the items.

Mend: shuffle, sort and filter inputs and labels by one and the same index.

Source: the recipe, the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.replanted import replanted
from nohero.evidence.setup.item_reading import ItemReading
from nohero.evidence.setup.label_ties import LabelTies, Tie
from nohero.run import sources
from nohero.run.figure import Bar, Bars
from nohero.run.finding import Finding, Level, Observed, failed, passed, unsure

if TYPE_CHECKING:
    import torch

    from nohero.setup.given import Given

NOTHING = 3.0  # deviations above dealt labels: the best of three probes has more one time in four hundred by chance
PLENTY = 6.0  # deviations: beyond any chance
KNOWN = 0.2  # R2 in the evaluated part, for training's lack of any to be odd
TREES = 0.02  # R2 of trees that is nothing
FEW, MANY = 100, 300  # training items, to be told that an evaluated part differs; that there is nothing anywhere
SERIAL = 0.2  # R2 of an item from the one before: its neighbours are then the same event


def _nothing(tie: Tie) -> bool:
    return tie.above < NOTHING and not tie.trees > TREES


def judge(ties: LabelTies, reading: ItemReading) -> Finding:
    """Training against dealt labels, then against the evaluated parts."""
    train = ties.train
    held = f"of the labels of the {train.n} training items a small probe says {train.skill:.0%} ({train.above:+.1f} deviations from dealt labels)"
    if not _nothing(train) or train.n < FEW:
        return passed(held)
    telling = [t for t in ties.others if t.above > PLENTY and t.skill > KNOWN and t.brought < 0.1 * t.skill]
    if not telling:
        if train.n < MANY or any(not _nothing(t) for t in ties.others):
            return passed(held)
        everywhere = "".join(f", and {t.skill:.0%} in {t.part}" for t in ties.others)
        return unsure(
            f"{held}{everywhere}, and trees find nothing either: the task is beyond small probes, or the labels were parted from their items",
            remedies=("print ten items beside their labels, as the loader hands them out", "if the relation is of a kind that no small probe finds, ignore this check and say so in the reason"),
        )
    other = max(telling, key=lambda t: t.skill)
    told = unsure if reading.random or ties.serial > SERIAL else failed
    why = " Training's items are drawn anew at each reading, which may hide what a probe would find." * reading.random + " The items follow one another, so that neighbours may be one event." * (ties.serial > SERIAL)
    return told(
        f"{held}; in {other.part} one says {other.skill:.0%} ({other.above:+.0f} deviations), and what it learnt there says nothing in training",
        expected="training labels that go with their inputs as those of the other parts do",
        observed=Observed(value=train.skill, unit="R2 of a probe", n=train.n),
        component="data",
        where=("train: target",),
        level=Level.MEASURED,
        effect="the network can only memorise: nothing that it learns holds elsewhere",
        why="A relation that a probe finds in a part of the same source is in training too, unless inputs and labels were put in order apart." + why,
        remedies=("shuffle, sort and filter inputs and labels by one index", "look where training's pairs are made: two loaders, a file of labels in another order, a permutation of one of the two", "print ten training items beside their labels"),
        figure=Bars(title="What a small probe says of the labels (R2)", value_label="R2", bars=(Bar(label="train", value=max(0.0, train.skill)), *(Bar(label=t.part, value=max(0.0, t.skill)) for t in ties.others))),
    )


def _dealt(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    import torch

    return x, y[torch.randperm(len(y), generator=torch.Generator().manual_seed(3))]


def labels_shuffled_alone(given: Given) -> Given:
    """Training's labels were shuffled, and its inputs were not."""
    return replanted(given, _dealt)


def many_labels_are_wrong(given: Given) -> Given:
    """Four labels of ten are drawn at random: noise, and a relation all the same."""
    import torch

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        rng = torch.Generator().manual_seed(5)
        return x, torch.where(torch.rand(y.shape, generator=rng) < 0.4, y[torch.randperm(len(y), generator=rng)], y)

    return replanted(given, change)


def a_law_of_two_features_together(given: Given) -> Given:
    """The label is the sign of a product: nothing for a ridge, and trees find it."""
    return replanted(given, lambda x, _: (x, (x[:, 0] * x[:, 1] > 0).long()), "train", "val")


CHECK = Check(
    code="DAT354",
    name="unrelated-labels",
    source=sources.DATA,
    judge=judge,
    sabotages=(
        Case(toy="table-mlp", plant=labels_shuffled_alone),
        Case(toy="huber-regression", plant=labels_shuffled_alone),
        Case(toy="wide-table", plant=labels_shuffled_alone),
    ),
    lookalikes=(Case(toy="table-mlp", plant=many_labels_are_wrong), Case(toy="table-mlp", plant=a_law_of_two_features_together)),
)
