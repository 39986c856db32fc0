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
from nohero.run.finding import Finding, Level, Observed, passed, skipped, unsure, warned

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
    return (warned if reading.supervised else unsure)(
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


def views_without_labels(given: Given) -> Given:
    """A loss of two random views of each item, which has no label."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, Dataset

    inner = given.train.dataset

    class Views(Dataset):  # type: ignore[type-arg]
        def __len__(self) -> int:
            return 96

        def __getitem__(self, i: int) -> Any:
            x = inner[i][0]
            return x + 0.3 * torch.randn(x.shape), x + 0.3 * torch.randn(x.shape)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 8))

        def forward(self, a: Any, b: Any) -> Any:
            one, two = (nn.functional.normalize(self.body(v), dim=1) for v in (a, b))
            return nn.functional.cross_entropy(one @ two.T / 0.2, torch.arange(len(a), device=a.device))

    model = Net()
    return replace(given, model=model, loss=None, train=DataLoader(Views(), 32, shuffle=True), val=DataLoader(Views(), 32), step=None, evaluate=None, scheduler=None, optimizer=torch.optim.Adam(model.parameters(), lr=3e-3))


CHECK = Check(
    code="DAT457",
    name="random-validation",
    source="the recipe, the skeleton; data",
    judge=judge,
    sabotages=(Case(toy="cnn-batch-norm", plant=augmented_validation),),
    lookalikes=(Case(toy="table-mlp", plant=views_without_labels), Case(toy="cnn-batch-norm", plant=shuffled_validation)),
    under=("DAT456",),
)
