"""What is in the data: fields, counts, missing values, repeats, contradictions, the target's distribution."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.data.fields import Field
from nohero.run.figure import Bar, Bars, Table

if TYPE_CHECKING:
    from nohero.problem import Problem

SHOWN = 12  # rows, files or repeats listed
FIELDS = 60  # fields in the table of the report
BINS = 24  # of the target's histogram
PRICE = 0.5  # seconds
ALWAYS = True  # later stages rest on it; it does less where the time is short


@dataclass(frozen=True, kw_only=True)
class DataFacts:
    """Counts over all usable items, before any split."""

    modality: str
    num_items: int
    num_unusable: int
    unusable: tuple[tuple[str, str], ...]  # where, why; the first few
    fields: tuple[Field, ...]
    dropped: tuple[tuple[str, str], ...]  # columns that the transform leaves out, with the reason
    target_name: str
    class_counts: dict[str, int]  # empty for values
    target_bins: tuple[tuple[float, float, int], ...]  # low edge, high edge, count; empty for classes
    at_lowest: int  # items whose target is the least value there is
    at_highest: int
    lowest: float
    highest: float
    most_between: int = 0  # items at the commonest value between the least and the greatest
    num_values: int = 0  # different values of the target; 0 for classes
    num_repeats: int  # items equal to an earlier one, target included
    repeats: tuple[tuple[str, str], ...]  # item, the earlier one; the first few
    num_contradictions: int  # items whose input stands at an earlier item, but never with their target
    contradictions: tuple[tuple[str, str, str, str], ...]  # item, target, the other item, its target
    notes: tuple[str, ...]

    @property
    def possible_rows(self) -> float:
        """How many different rows the columns allow; where that is not far above the items, equal rows are no copies."""
        if not self.fields:
            return math.inf
        return math.prod(float(f.num_distinct + (f.num_missing > 0)) for f in self.fields if f.kind != "identifier" and f.num_distinct)

    def sentence(self) -> str:
        """The counts in one breath."""
        what = f"{len(self.fields)} fields" if self.fields else "pictures"
        aside = f", {self.num_unusable:,} unusable" if self.num_unusable else ""
        return f"{self.num_items:,} items{aside}, {what}, target `{self.target_name}`, {self.num_repeats:,} exact repeats"

    def figures(self) -> tuple[Bars | Table, ...]:
        """The target's distribution, and the fields."""
        found: list[Bars | Table] = [self._target()]
        if self.fields:
            rows = tuple(_row(f, dict(self.dropped)) for f in self.fields[:FIELDS])
            columns = ("field", "kind", "missing", "distinct", "least", "median", "greatest", "commonest", "used as")
            more = f"; {len(self.fields) - FIELDS} more are not shown" if len(self.fields) > FIELDS else ""
            found.append(Table(title=f"Fields{more}", columns=columns, rows=rows))
        if self.unusable:
            found.append(Table(title=f"Not used: {self.num_unusable:,} in all", columns=("where", "why"), rows=self.unusable))
        return tuple(found)

    def _target(self) -> Bars:
        if self.class_counts:
            bars = tuple(Bar(label=k, value=float(v)) for k, v in sorted(self.class_counts.items(), key=lambda i: -i[1])[:40])
            return Bars(title=f"Items in each class of `{self.target_name}`", value_label="items", bars=bars)
        bars = tuple(Bar(label=f"{low:.4g} to {high:.4g}", value=float(count)) for low, high, count in self.target_bins)
        return Bars(title=f"Distribution of `{self.target_name}`", value_label="items", bars=bars)


def _row(field: Field, dropped: dict[str, str]) -> tuple[str | float | int | None, ...]:
    top = f"{field.top[0][0][:24]} ({field.top[0][1]:,})" if field.top else ""
    return (
        field.name, field.kind, field.num_missing, field.num_distinct, field.minimum, field.median, field.maximum, top,
        "left out: " + dropped[field.name] if field.name in dropped else field.kind,
    )  # fmt: skip


def measure(problem: Problem) -> DataFacts:
    """Count everything once."""
    import numpy as np

    from nohero.data.copies import copy_groups
    from nohero.data.fields import describe_fields

    raw = problem.raw
    groups = copy_groups(raw)
    target = np.asarray(raw.target)
    fields = describe_fields(raw) if raw.frame is not None else ()
    values = None if problem.task.classes else target.astype(float)
    names, counts = np.unique(_labels(target), return_counts=True) if values is None else ((), ())
    repeats, contradictions = _twins(groups, target)
    items = [str(i) for i in raw.items] if repeats or contradictions else []
    return DataFacts(
        modality=raw.modality, num_items=len(raw), num_unusable=len(raw.unusable),
        unusable=tuple((u.where, u.reason) for u in raw.unusable[:SHOWN]), fields=fields,
        dropped=tuple(getattr(problem.transform, "dropped", ())), target_name=raw.target_name,
        class_counts={str(n): int(c) for n, c in zip(names, counts, strict=True)}, target_bins=_bins(values),
        at_lowest=int((values == values.min()).sum()) if values is not None else 0,
        at_highest=int((values == values.max()).sum()) if values is not None else 0,
        lowest=float(values.min()) if values is not None else 0.0, highest=float(values.max()) if values is not None else 0.0,
        most_between=_most_between(values), num_values=len(np.unique(values)) if values is not None else 0,
        num_repeats=len(repeats), repeats=tuple((items[a], items[b]) for a, b in repeats[:SHOWN]), num_contradictions=len(contradictions),
        contradictions=tuple((items[a], str(target[a]), items[b], str(target[b])) for a, b in contradictions[:SHOWN]), notes=raw.notes,
    )  # fmt: skip


def _twins(groups: Any, target: Any) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """(item, earlier item) pairs with equal inputs: those of equal target, and the items whose target differs."""
    import numpy as np

    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(groups[order]) != 0])
    sizes = np.diff(np.r_[starts, len(order)])
    repeats, contradictions = [], []
    for start in starts[sizes > 1]:
        size = int(sizes[np.searchsorted(starts, start)])
        first: dict[Any, int] = {}
        for item in order[start : start + size]:
            if target[item] in first:
                repeats.append((int(item), first[target[item]]))
            else:
                if first:
                    contradictions.append((int(item), next(iter(first.values()))))
                first[target[item]] = int(item)
    return repeats, contradictions


def _labels(target: Any) -> Any:
    """Class names as the target's code writes them: whole numbers without a point."""
    import numpy as np

    return np.array([f"{value:.12g}" for value in target]) if target.dtype.kind == "f" else target.astype(str)


def _most_between(values: Any) -> int:
    import numpy as np

    counts = np.unique(values, return_counts=True)[1] if values is not None else np.zeros(0)
    return int(counts[1:-1].max()) if len(counts) > 2 else 0


def _bins(values: Any) -> tuple[tuple[float, float, int], ...]:
    import numpy as np

    if values is None:
        return ()
    counts, edges = np.histogram(values, bins=BINS)
    return tuple((float(a), float(b), int(c)) for a, b, c in zip(edges[:-1], edges[1:], counts, strict=True))
