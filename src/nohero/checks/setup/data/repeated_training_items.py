"""What it asks: does the training set hold the same item many times?

Why it matters: repeats weigh more than others for no reason, and a split made after the repetition has them on both sides.

How it is measured: items with equal inputs, counted where the inputs are too rich to be equal by chance. For whole numbers
such as tokens, equal items are natural, so only runs that come again in the same order count.

When it is right to fail: it warns from a tenth of the items. A set that is repeated as a whole, or whose rarer class is, was
meant so.

What it cannot see: repeats that were changed a little, and loaders that are no data set.

Mend: drop the repeats before the split.

Source: the recipe, the data ("duplicate examples").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.replanted import replanted
from nohero.evidence.setup.item_copies import ItemCopies
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, passed, skipped, warned

if TYPE_CHECKING:
    import torch

    from nohero.setup.given import Given

SHARE = 0.1  # of the items: below it repeats move no result by much
IN_ROWS = 0.5  # of the repeats: a stretch read twice
STRETCH = 0.05  # of the items


def judge(copies: ItemCopies) -> Finding:
    """Count repeats that chance and intention do not explain."""
    if not copies.ordered:
        return skipped("the items come from a loader that draws them, so repeats may be drawn")
    share = copies.repeats / max(copies.items, 1)
    stretch = copies.in_rows >= max(10, IN_ROWS * copies.repeats, STRETCH * copies.items)
    if copies.whole_set_repeated or copies.one_class or not (stretch or (share >= SHARE and not copies.codes)):
        why = " (the whole set stands several times, as meant)" if copies.whole_set_repeated else " (all of the rarer class: oversampled)" if copies.one_class else ""
        return passed(f"{copies.repeats:,} of {copies.items:,} training items are repeats{why}")
    return warned(
        f"{copies.repeats:,} of {copies.items:,} training items have the inputs of an earlier item" + (f"; {copies.in_rows:,} of them in the same order, as a stretch that was read twice" if stretch else ""),
        expected="each item once",
        observed=Observed(value=share, unit="of the training items", n=copies.items),
        component="data",
        where=tuple(f"item {a} = item {b}" for a, b in copies.pairs),
        level=Level.MEASURED,
        effect="some items weigh double, and a random split leaks",
        why="Repeats change what the average loss means, and when the split is made after the repetition, copies of training items stand in the validation part.",
        remedies=("look for a file or shard that is read twice, or a join that multiplies rows", "drop repeats before dividing the data", "if they are meant as weights, say so with a sampler or a weight"),
        figure=Table(title="Repeats", columns=("item", "equals item"), rows=copies.pairs),
    )


def a_shard_read_twice(given: Given) -> Given:
    """The first quarter stands at the end again."""
    import torch

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        n = len(x) // 4
        return torch.cat([x, x[:n]]), torch.cat([y, y[:n]])

    return replanted(given, change)


def rows_multiplied_by_a_join(given: Given) -> Given:
    """Every third row stands one to four times more."""
    import torch

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        times = torch.ones(len(x), dtype=torch.long)
        times[::3] += torch.arange(len(times[::3])) % 4 + 1
        return x.repeat_interleave(times, 0), y.repeat_interleave(times, 0)

    return replanted(given, change)


def the_set_three_times(given: Given) -> Given:
    """Longer epochs: the whole set three times over."""
    import torch

    return replanted(given, lambda *fields: tuple(torch.cat([f, f, f]) for f in fields))


def the_rare_class_oversampled(given: Given) -> Given:
    """Items of the rare class stand four times."""
    import torch

    def change(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        rare = y.flatten() == 1
        return torch.cat([x, x[rare], x[rare], x[rare]]), torch.cat([y, y[rare], y[rare], y[rare]])

    return replanted(given, change)


CHECK = Check(
    code="DAT324",
    name="repeated-training-items",
    source=sources.DATA,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=a_shard_read_twice), Case(toy="cnn-batch-norm", plant=rows_multiplied_by_a_join)),
    lookalikes=(Case(toy="table-mlp", plant=the_set_three_times), Case(toy="unbalanced-binary", plant=the_rare_class_oversampled)),
    under=("DAT332",),
)
