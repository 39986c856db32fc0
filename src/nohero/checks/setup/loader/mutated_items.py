"""What it asks: is an item the same when it is read again?

Why it matters: a transform that works in place on the stored data divides by 255 again in every epoch.

How it is measured: three readings of the same items: do they change by the same law each time? A factor for all, or a line for each number; or,
where noise hides it, a spread that goes one way from reading to reading.

When it is right to fail: every item changes, by the same factor or the same lines, at each reading; or the spread of every item shrinks (or
grows) from each reading to the next by a fifth or more, and each next item begins where the one before began.

What it cannot see: random augmentation, which is told apart by its scatter.

Mend: work on a copy: x = x.clone() / 255.

Source: the recipe, look at what goes into the network
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.item_reading import ItemReading
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given


def judge(reading: ItemReading) -> Finding:
    """Items that wear away fail."""
    if not reading.items and not reading.worn:
        return skipped("there is no data set whose items can be read")
    if not reading.worn:
        return passed("items are the same when read again, or change at random")
    return failed(
        f"each reading changes an item: the second is {reading.factor:.3g} times the first in size",
        expected="the same item each time",
        observed=Observed(value=reading.factor, unit="times"),
        component="transform",
        where=(f"{reading.worn_part}.dataset",),
        level=Level.VERIFIED,
        why="In each epoch the network sees other data, until nothing is left of them.",
        remedies=("transform a copy: x = x.clone() or x / 255, not x /= 255",),
    )


def divided_in_place(given: Given) -> Given:
    """Each reading divides the stored picture once more."""
    from torch.utils.data import DataLoader, Dataset

    inner = given.train.dataset
    images = [x.clone() * 255 for x, _ in inner]

    class Wearing(Dataset):  # type: ignore[type-arg]
        def __len__(self) -> int:
            return len(images)

        def __getitem__(self, i: int) -> Any:
            return images[i].div_(255), inner[i][1]

    return replace(given, train=DataLoader(Wearing(), batch_size=24, shuffle=True))


def standardised_in_place(given: Given) -> Given:
    """Each reading takes off the columns' means and divides by their spreads once more."""
    import torch
    from torch.utils.data import DataLoader, Dataset

    inner = given.train.dataset
    rows = torch.stack([x for x, _ in inner]) * torch.linspace(0.5, 2000, inner[0][0].numel()) + 700
    mean, spread = rows.mean(0), rows.std(0)

    class Wearing(Dataset):  # type: ignore[type-arg]
        def __len__(self) -> int:
            return len(rows)

        def __getitem__(self, i: int) -> Any:
            return rows[i].sub_(mean).div_(spread), inner[i][1]

    return replace(given, train=DataLoader(Wearing(), batch_size=24, shuffle=True))


def standardised_in_place_behind_noise(given: Given) -> Given:
    """Each reading adds noise to the stored picture, and standardises it once more."""
    import torch
    from torch.utils.data import DataLoader, Dataset

    inner = given.train.dataset
    images = [x.clone() * 5 + 5 for x, _ in inner]

    class Wearing(Dataset):  # type: ignore[type-arg]
        def __len__(self) -> int:
            return len(images)

        def __getitem__(self, i: int) -> Any:
            return images[i].add_(0.3 * torch.randn(images[i].shape)).sub_(5).div_(5).clone(), inner[i][1]

    return replace(given, train=DataLoader(Wearing(), batch_size=24, shuffle=True))


def brightness_at_random(given: Given) -> Given:
    """A random factor each time."""
    import torch
    from torch.utils.data import DataLoader, Dataset

    inner = given.train.dataset

    class Bright(Dataset):  # type: ignore[type-arg]
        def __len__(self) -> int:
            return len(inner)

        def __getitem__(self, i: int) -> Any:
            x, y = inner[i]
            return x * (0.8 + 0.4 * torch.rand(1)), y

    return replace(given, train=DataLoader(Bright(), batch_size=24, shuffle=True))


def a_little_noise(given: Given) -> Given:
    """Hardly any noise, anew each time, on what is stored."""
    import torch
    from torch.utils.data import DataLoader, Dataset

    inner = given.train.dataset

    class Noisy(Dataset):  # type: ignore[type-arg]
        def __len__(self) -> int:
            return len(inner)

        def __getitem__(self, i: int) -> Any:
            x, y = inner[i]
            return x + 0.01 * x.std() * torch.randn(x.shape), y

    return replace(given, train=DataLoader(Noisy(), batch_size=24, shuffle=True))


CHECK = Check(
    code="DAT456",
    name="mutated-items",
    source="the recipe, look at what goes into the network",
    judge=judge,
    sabotages=(Case(toy="cnn-batch-norm", plant=divided_in_place), Case(toy="table-mlp", plant=standardised_in_place), Case(toy="cnn-batch-norm", plant=standardised_in_place_behind_noise)),
    lookalikes=(Case(toy="cnn-batch-norm", plant=brightness_at_random), Case(toy="cnn-batch-norm", plant=a_little_noise)),
)
