"""Small probes on any batches: items as rows of at most a few dozen numbers, one label each, ridge and nearest neighbours left one out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.setup.items import Part

MOST = 1500  # items probed
RUN = 250  # items one after another, where there are more
WIDE = 60  # numbers an item
CLASSES = 60
NEIGHBOURS = 10
KEYS = ("labels", "label", "targets", "target")


@dataclass(kw_only=True)
class Rows:
    """Items and labels ready for probing; `take` are their positions in the part."""

    x: Any  # (n, d), standardised
    y: Any  # class numbers 0..k-1, or standardised values
    classes: tuple[float, ...]  # the labels behind the numbers; empty for values
    take: Any
    place: Any  # numbers in the data set


class Reader:
    """Turns inputs of any kind into rows, by what was seen in training."""

    def __init__(self, part: Part) -> None:
        """Learn centres, spreads, main directions and codes."""
        import numpy as np

        self.plans: list[tuple[str, str, Any]] = []
        for name, array in part.inputs.items():
            if name.rsplit(".", 1)[-1] in KEYS:
                continue
            flat = array[:4000].reshape(min(len(array), 4000), -1)
            if array.dtype.kind == "f":
                flat = np.nan_to_num(flat.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
                centre, spread = flat.mean(0), flat.std(0)
                used = spread > 1e-7 * max(float(spread.max(initial=0.0)), 1e-30)
                if used.any():
                    turned = _directions(((flat[:, used] - centre[used]) / spread[used]).clip(-6, 6)) if used.sum() > WIDE else None
                    self.plans.append((name, "numbers", (centre[used], spread[used], used, turned)))
            elif flat.shape[1] <= 4:
                self.plans.append((name, "codes", [np.unique(flat[:, j])[:40] for j in range(flat.shape[1])]))
            else:
                ids, counts = np.unique(flat, return_counts=True)
                self.plans.append((name, "ids", np.sort(ids[np.argsort(-counts)[:WIDE]])))

    def __call__(self, inputs: dict[str, Any]) -> Any:
        """(n, d) of these inputs."""
        import numpy as np

        found = []
        for name, kind, plan in self.plans:
            flat = inputs[name].reshape(len(inputs[name]), -1)
            if kind == "numbers":
                centre, spread, used, turned = plan
                flat = np.nan_to_num(flat.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
                z = ((flat[:, used] - centre) / spread).clip(-6, 6)
                found.append(z if turned is None else z @ turned)
            elif kind == "codes":
                found.append(np.concatenate([flat[:, j : j + 1] == values[None] for j, values in enumerate(plan)], 1).astype(float))
            else:
                counts = np.stack([(flat == v).sum(1) for v in plan], 1) / np.sqrt(flat.shape[1])
                found.append(np.concatenate([counts, flat[:, :1] == plan[None], flat[:, -1:] == plan[None]], 1).astype(float))
        return np.concatenate(found, 1) if found else np.zeros((max(map(len, inputs.values()), default=0), 0))


def _directions(z: Any) -> Any:
    import numpy as np

    if z.shape[1] > 2000:
        return np.random.default_rng(0).normal(size=(z.shape[1], WIDE)) / np.sqrt(z.shape[1])
    return np.linalg.eigh(z.T @ z / len(z))[1][:, ::-1][:, :WIDE]


def labels_of(part: Part) -> tuple[Any, tuple[float, ...]] | None:
    """(class numbers, the classes) or (values, ()), one an item; None where there is no one label an item."""
    import numpy as np

    y = part.y
    if y is None or not len(y):
        return None
    flat = y.reshape(len(y), -1)
    if flat.shape[1] > 1:
        hot = flat.shape[1] <= CLASSES and flat.dtype.kind == "f" and bool(((flat == 0) | (flat == 1)).all() and (flat.sum(1) == 1).all())
        if not hot:
            return None
        flat = flat.argmax(1)[:, None]
    flat = flat[:, 0]
    if flat.dtype.kind == "f" and not np.isfinite(flat).all():
        return None
    values, codes, counts = np.unique(flat, return_inverse=True, return_counts=True)
    if len(values) < 2:
        return None
    if flat.dtype.kind in "iub" or len(values) <= 2:
        kept = len(values) <= CLASSES and np.median(counts) >= 5
        return (codes, tuple(float(v) for v in values)) if kept else None
    return (flat.astype(np.float64) - flat.mean()) / max(float(flat.std()), 1e-30), ()


def rows_of(part: Part, reader: Reader) -> Rows | None:
    """The rows to probe, in stretches of the data set's order."""
    import numpy as np

    labels = labels_of(part)
    if labels is None or not part.inputs or any(name not in part.inputs for name, _, _ in reader.plans) or not reader.plans:
        return None
    n = part.n
    take = np.arange(n) if n <= MOST else np.concatenate([np.arange(s, s + RUN) for s in np.linspace(0, n - RUN, MOST // RUN).astype(int)])
    take = np.unique(take)
    x = reader({name: part.inputs[name][take] for name, _, _ in reader.plans})
    return Rows(x=x, y=labels[0][take], classes=labels[1], take=take, place=part.index[take])


def once_each(rows: Rows) -> Rows:
    """Without copies of earlier rows: a copy left in tells a probe the answer of the one left out."""
    import numpy as np

    _, first = np.unique(np.concatenate([rows.x, rows.y[:, None]], 1), axis=0, return_index=True)
    kept = np.sort(first)
    return Rows(x=rows.x[kept], y=rows.y[kept], classes=rows.classes, take=rows.take[kept], place=rows.place[kept])


def wanted(y: Any, classes: int) -> Any:
    """One column a class, or the values themselves as one column."""
    import numpy as np

    return np.eye(classes)[y] if classes else np.asarray(y, dtype=float)[:, None]


def ridge_left_out(x: Any, columns: Any, *, pull: float = 0.0) -> Any:
    """Predictions for each item from all others; every column of `columns` is a target. (n, columns).

    `pull` shrinks directions whose variance is below it: for items that are few beside their numbers.
    """
    import numpy as np

    a = np.concatenate([x, np.ones((len(x), 1))], 1)
    inverse = np.linalg.inv(a.T @ a + (1e-2 * np.sqrt(len(a)) + pull * len(a)) * np.eye(a.shape[1]))
    hat = a @ inverse
    lever = np.minimum((hat * a).sum(1), 0.999)[:, None]
    said = hat @ (a.T @ columns)
    return (said - lever * columns) / (1 - lever)


def neighbours(x: Any, other: Any | None = None, *, apart: int = 0) -> Any:
    """The nearest rows of `x` for each row of `other`, or for each row of `x` among the others, `apart` places away or more."""
    import numpy as np

    z = x if other is None else other
    far = (z**2).sum(1)[:, None] + (x**2).sum(1)[None] - 2 * z @ x.T
    if other is None:
        i = np.arange(len(x))
        far[np.abs(i[:, None] - i[None]) <= apart] = np.inf
    k = min(NEIGHBOURS, len(x) - 1)
    return np.argpartition(far, k - 1, axis=1)[:, :k]


def fitted(x: Any, columns: Any, other: Any, *, pull: float = 0.0) -> Any:
    """Ridge fitted on `x`, said of `other`; `pull` as in `ridge_left_out`."""
    import numpy as np

    a, b = (np.concatenate([v, np.ones((len(v), 1))], 1) for v in (x, other))
    return b @ np.linalg.solve(a.T @ a + (1e-2 * np.sqrt(len(a)) + pull * len(a)) * np.eye(a.shape[1]), a.T @ columns)


def skill(said: Any, y: Any, classes: int) -> float:
    """0 for the commonest class or the mean, 1 for all right."""
    import numpy as np

    if classes:
        base = float(np.bincount(y, minlength=classes).max() / len(y))
        return float(((said.argmax(1) == y).mean() - base) / max(1e-9, 1 - base)) if base < 1 else 0.0
    return float(1 - ((said[:, 0] - y) ** 2).mean() / max(float(y.var()), 1e-12))
