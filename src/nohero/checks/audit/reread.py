"""The pictures of a healthy array behind a data set of a program's own, which gives them one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.sources.collection import Collection

TEST = 3  # every third picture is for testing


class Given:
    """Items by number, as `give(picture, number)` and the label."""

    def __init__(self, pictures: Any, labels: list[str], give: Callable[[Any, int], Any]) -> None:
        """`pictures` are [N, H, W]."""
        self.pictures, self.labels, self.give = pictures, labels, give

    def __len__(self) -> int:
        """Pictures."""
        return len(self.pictures)

    def __getitem__(self, number: int) -> tuple[Any, Any]:
        """One picture and its label."""
        given = self.give(self.pictures[number], number)
        return given if isinstance(given, tuple) else (given, int(self.labels[number]))


def reread(collection: Collection, *, train: Callable[[Any, int], Any], test: Callable[[Any, int], Any]) -> Collection:
    """The pictures, as numbers from 0 to 1, in two such sets."""
    import numpy as np

    from nohero.sources.objects import open_objects

    pictures, labels = (collection.pictures / 255).astype(np.float32), collection.labels.to_list()
    held = np.arange(len(pictures)) % TEST == 0
    sets = [Given(pictures[rows], [labels[i] for i in np.flatnonzero(rows)], give) for rows, give in ((~held, train), (held, test))]
    return open_objects(*sets, seed=collection.seed)
