"""The split: sizes, shares of the classes, and what stands on both sides of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.run.figure import Table

if TYPE_CHECKING:
    from nohero.problem import Problem

SHOWN = 12
PRICE = 0.2  # seconds
ALWAYS = True  # later stages rest on it; it does less where the time is short


@dataclass(frozen=True, kw_only=True)
class SplitFacts:
    """Counts over the three parts."""

    method: str
    sizes: dict[str, int]
    sha256: str
    class_counts: dict[str, tuple[int, int, int]]  # class -> train, validation, test
    target_means: dict[str, float]  # of values; empty for classes
    copies_across: dict[str, int]  # part -> its items whose inputs stand in the training part
    copies: tuple[tuple[str, str], ...]  # evaluated item, its training copy; the first few
    rows_twice: int  # rows that stand in two parts
    groups_across: int  # groups with members in more than one part
    num_groups: int  # 0 where no group was named
    late_training: int  # training items later than the earliest evaluated one; 0 where no time was named
    timed: bool
    notes: tuple[str, ...]

    def sentence(self) -> str:
        """Method and sizes."""
        sizes = ", ".join(f"{name} {size:,}" for name, size in self.sizes.items())
        return f"split {self.method}: {sizes} (index {self.sha256[:12]})"

    def figures(self) -> tuple[Table, ...]:
        """The shares of the classes in each part."""
        if self.class_counts:
            rows: tuple[tuple[str | float | int | None, ...], ...] = tuple((name, *counts) for name, counts in list(self.class_counts.items())[:40])
            return (Table(title="Split", columns=("class", "train", "validation", "test"), rows=(("all", *self.sizes.values()), *rows)),)
        rows = (("items", *self.sizes.values()), ("mean target", *self.target_means.values()))
        return (Table(title="Split", columns=("", "train", "validation", "test"), rows=rows),)


def measure(problem: Problem) -> SplitFacts:
    """Compare the parts row by row."""
    import numpy as np

    from nohero.data.copies import copy_groups

    raw, parts = problem.raw, problem.split.parts()
    copies = copy_groups(raw)
    in_train, rows = set(copies[parts["train"]].tolist()), set(parts["train"].tolist())
    across = {name: [int(i) for i in parts[name] if copies[i] in in_train and i not in rows] for name in ("val", "test")}
    first = {int(g): int(i) for i, g in reversed(list(zip(parts["train"], copies[parts["train"]], strict=True)))} if any(across.values()) else {}
    pairs = [(str(raw.items[i]), str(raw.items[first[int(copies[i])]])) for i in (across["val"] + across["test"])[:SHOWN]]
    together = np.concatenate(list(parts.values()))
    target = np.asarray(raw.target)
    return SplitFacts(
        method=problem.split.method, sizes={n: len(i) for n, i in parts.items()}, sha256=problem.split.sha256,
        class_counts=_classes(problem, target, parts), target_means={} if problem.task.classes else {n: float(target[i].astype(float).mean()) for n, i in parts.items()},
        copies_across={n: len(i) for n, i in across.items()}, copies=tuple(pairs), rows_twice=len(together) - len(np.unique(together)),
        groups_across=_straddling(raw.groups, parts), num_groups=0 if raw.groups is None else len(np.unique(raw.groups.astype(str))),
        late_training=_late(raw.times, parts), timed=raw.times is not None, notes=problem.split.notes,
    )  # fmt: skip


def _classes(problem: Problem, target: Any, parts: Any) -> dict[str, tuple[int, int, int]]:
    if not problem.task.classes:
        return {}
    names = problem.task.classes
    counted = [[0] * len(names) for _ in parts]
    for column, index in zip(counted, parts.values(), strict=True):
        for code in problem.code.encode(target[index]).tolist():
            column[int(code)] += 1
    return {name: (counted[0][i], counted[1][i], counted[2][i]) for i, name in enumerate(names)}


def _straddling(groups: Any, parts: Any) -> int:
    if groups is None:
        return 0
    seen: dict[str, set[str]] = {}
    for name, index in parts.items():
        for group in set(groups[index].astype(str).tolist()):
            seen.setdefault(group, set()).add(name)
    return sum(len(where) > 1 for where in seen.values())


def _late(times: Any, parts: Any) -> int:
    if times is None:
        return 0
    evaluated = [times[parts[name]].min() for name in ("val", "test") if len(parts[name])]
    return int((times[parts["train"]] > min(evaluated)).sum()) if evaluated else 0
