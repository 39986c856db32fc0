"""What the transform was fitted on: its stored statistics against those of the training part and of all rows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.run.figure import Table

if TYPE_CHECKING:
    from nohero.problem import Problem

PRICE = 0.5  # seconds


@dataclass(frozen=True, kw_only=True)
class PreparedInputs:
    """Distances between transforms: as kept, fitted on train, fitted on all."""

    num_columns: int
    from_train: float  # largest difference of any prepared number from what a transform fitted on train gives
    from_all: float  # the same for one fitted on all rows
    apart: float  # the same between these two: where it is tiny, nobody can tell
    val_nonfinite: int  # numbers of the prepared validation part that are not finite
    dropped: tuple[tuple[str, str], ...]  # column, reason

    def sentence(self) -> str:
        """How many numbers an item has."""
        out = f", {len(self.dropped)} columns left out" if self.dropped else ""
        return f"each item becomes {self.num_columns} numbers{out}"

    def figures(self) -> tuple[Table, ...]:
        """What was left out, and why."""
        return (Table(title="Columns left out", columns=("column", "why"), rows=self.dropped),) if self.dropped else ()


def measure(problem: Problem) -> PreparedInputs:
    """Fit afresh on train and on all rows, and compare what each makes of the validation part."""
    import numpy as np

    from nohero.data.transforms import fit_transforms

    if problem.transform is None:  # of the user's own making: nothing to fit again
        unknown, odd = math.nan, int((~problem.to_input(problem.val.x).isfinite()).sum())
        return PreparedInputs(num_columns=int(np.prod(problem.shape)), from_train=unknown, from_all=unknown, apart=unknown, val_nonfinite=odd, dropped=())
    raw, few = problem.raw, problem.split.val[:500]
    part = raw.take(few)
    kept = _prepared(problem.transform, part)
    kind = problem.task.name
    train = _prepared(fit_transforms(raw, problem.split.train, kind).inputs, part)
    whole = _prepared(fit_transforms(raw, np.arange(len(raw)), kind).inputs, part)
    return PreparedInputs(
        num_columns=int(np.prod(problem.shape)), from_train=_gap(kept, train), from_all=_gap(kept, whole), apart=_gap(train, whole),
        val_nonfinite=int((~np.isfinite(kept)).sum()), dropped=tuple((str(c), str(r)) for c, r in getattr(problem.transform, "dropped", ())),
    )  # fmt: skip


def _prepared(transform: Any, part: Any) -> Any:
    return transform.apply(part.frame) if part.frame is not None else transform.apply(part.images)


def _gap(one: Any, two: Any) -> float:
    import numpy as np

    if one.shape != two.shape:
        return float("inf")
    return float(np.abs(np.nan_to_num(one) - np.nan_to_num(two)).max()) if one.size else 0.0
