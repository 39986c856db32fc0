"""What it asks: are validation items the same each time they are read?

Why it matters: augmentation at validation makes the score random and another one than that of the shipped model.

How it is measured: validation items are read twice.

When it is right to fail: most of them differ.

What it cannot see: loaders that shuffle, whose items are compared through the data set.

Mend: a transform without randomness for validation.

Source: the recipe, the skeleton; data
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.loader_reading import LoaderReading
from nohero.run.finding import Finding, Level, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given


MOST = 0.2  # of the items; flips alone change a half


def judge(reading: LoaderReading) -> Finding:
    """Items that change warn."""
    if not reading.val_items:
        return skipped("there are no validation items to read twice")
    if reading.val_changes < MOST:
        return passed(f"{reading.val_items} validation items are the same when read again")
    return warned(
        f"{reading.val_changes:.0%} of {reading.val_items} validation items differ when they are read again",
        expected="fixed validation items",
        observed=Observed(value=reading.val_changes, unit="share of the items", n=reading.val_items),
        component="transform",
        where=("val",),
        level=Level.MEASURED,
        why="The score changes from one evaluation to the next by chance alone, and is that of distorted items.",
        remedies=("give the validation set a transform of its own, without randomness",),
    )


def augmented_validation(given: Given) -> Given:
    """The training transform is used for validation too."""
    import torch
    from torch.utils.data import DataLoader, Dataset

    inner = given.val.dataset

    class Flipped(Dataset):  # type: ignore[type-arg]
        def __len__(self) -> int:
            return len(inner)

        def __getitem__(self, i: int) -> Any:
            x, y = inner[i]
            return (x.flip(-1) if torch.rand(1) < 0.5 else x) + 0.05 * torch.randn(x.shape), y

    return replace(given, val=DataLoader(Flipped(), batch_size=24))


def shuffled_validation(given: Given) -> Given:
    """Validation in random order: odd, but the same items."""
    from torch.utils.data import DataLoader

    return replace(given, val=DataLoader(given.val.dataset, batch_size=24, shuffle=True))


CHECK = Check(
    code="DAT457",
    name="random-validation",
    source="the recipe, the skeleton; data",
    judge=judge,
    sabotages=(Case(toy="cnn-batch-norm", plant=augmented_validation),),
    lookalikes=(Case(toy="cnn-batch-norm", plant=shuffled_validation),),
)
