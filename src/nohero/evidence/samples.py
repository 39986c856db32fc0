"""Random samples of each class, to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.run.figure import Image, Images, Table

if TYPE_CHECKING:
    from nohero.problem import Problem

CLASSES = 12
ROWS = 10
COLUMNS = 10
PRICE = 0.3  # seconds


@dataclass(frozen=True, kw_only=True)
class Samples:
    """Pictures by class, or rows."""

    images: tuple[Image, ...] = ()
    per_class: int = 0
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str | float | int | None, ...], ...] = ()

    def figures(self) -> tuple[Images | Table, ...]:
        """The sheet."""
        if self.images:
            return (Images(title="Random samples of each class", images=self.images, columns=self.per_class),)
        return (Table(title="Random rows, as read", columns=self.columns, rows=self.rows),) if self.rows else ()


def measure(problem: Problem) -> Samples:
    """Draw from the training part."""
    import numpy as np

    rng = np.random.default_rng(problem.seed)
    train = problem.split.train
    if problem.raw.modality != "image":
        return _rows(problem, np.sort(rng.choice(train, min(ROWS, len(train)), replace=False)))
    from nohero.run.pictures import picture

    target = np.asarray(problem.raw.target).astype(str)
    classes = sorted(set(target[train].tolist()))[:CLASSES]
    per_class = max(4, min(10, problem.effort.pictures * 2 // max(len(classes), 1)))
    images: list[Image] = []
    for name in classes:
        mine = train[target[train] == name]
        images += [picture(problem.raw.images[i], name) for i in rng.choice(mine, min(per_class, len(mine)), replace=False)]
    return Samples(images=tuple(images), per_class=per_class)


def _rows(problem: Problem, index: Any) -> Samples:
    frame = problem.raw.frame
    if frame is None:
        return Samples()
    names = tuple(frame.columns[:COLUMNS])
    rows = tuple(
        (str(problem.raw.items[i]), str(problem.raw.target[i]), *(None if v is None else v if isinstance(v, int | float) else str(v)[:40] for v in frame[int(i)].row(0)[:COLUMNS]))
        for i in index
    )
    return Samples(columns=("item", problem.raw.target_name, *names), rows=rows)
