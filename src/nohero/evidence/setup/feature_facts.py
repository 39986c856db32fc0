"""Each feature's values by themselves: not finite, one extreme value that repeats, far groups, constant, doubled and numbering columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.setup.items import Part
    from nohero.setup.setup import Setup

PRICE = 0.4  # seconds
STEPS = 2
WIDEST = 400  # features looked at one by one
LEAST = 40  # items
GAP = 3.0  # distance of a lone repeated value, in ranges of all the rest
DISTINCT = 10  # values, that a feature needs to be a number rather than a code
FAR, NEAR = 30.0, 5.5  # robust deviations: a far group, and where the bulk ends
SAMPLE = 4000  # values of one feature


@dataclass(frozen=True, kw_only=True)
class Unfinite:
    """One array with values that are not finite, and whether the loss stays finite on such a batch ("" where it could not be tried)."""

    part: str
    name: str
    bad: int
    total: int
    items: tuple[int, ...]
    features: tuple[int, ...]
    handled: str  # "yes", "no", ""


@dataclass(frozen=True, kw_only=True)
class Oddity:
    """One feature's oddity: its kind is sentinel, units or outlier."""

    kind: str
    part: str
    where: str
    value: float  # the sentinel, the factor, or the farthest value
    items: int
    of: int
    typical: float  # median of the rest
    farthest: float  # of the rest, robust deviations or ranges away
    rows: tuple[int, ...] = ()
    handled: bool = False  # the model's answers do not depend on those entries


@dataclass(frozen=True, kw_only=True)
class FeatureFacts:
    """What stands out."""

    unfinite: tuple[Unfinite, ...]
    oddities: tuple[Oddity, ...]
    constants: tuple[tuple[str, float, bool], ...]  # (feature, its value, whether it varies in another part), of mixed tables
    twins: tuple[tuple[str, str], ...]  # equal columns of mixed tables
    numbering: tuple[str, ...]  # columns that only number the items
    features: int
    items: int


def measure(setup: Setup) -> FeatureFacts:
    """Go through the parts as they were read."""
    from nohero.setup.items import parts_of
    from nohero.setup.refusal import Unmeasurable

    parts = parts_of(setup)
    train = parts["train"]
    if not train.inputs and not train.targets and not train.held:
        raise Unmeasurable("the batches hold no arrays with an axis for the items")
    oddities = [o for part in parts.values() for name, array in {**part.inputs, **part.targets}.items() for o in _oddities(setup, part, name, array)]
    constants, twins, numbering = _columns(parts)
    return FeatureFacts(
        unfinite=tuple(u for part in parts.values() for u in _unfinite(setup, part)),
        oddities=tuple(oddities), constants=constants, twins=twins, numbering=numbering,
        features=sum(int(a[0].size) for a in train.inputs.values() if len(a)), items=train.n,
    )  # fmt: skip


def _unfinite(setup: Setup, part: Part) -> list[Unfinite]:
    bad = {name: held for name, held in part.held.items() if held[0]}
    handled = _loss_stays_finite(setup, part.unfinite, training=part.name == "train") if bad else ""
    return [Unfinite(part=part.name, name=n, bad=b, total=t, items=i, features=f, handled=handled) for n, (b, t, i, f) in bad.items()]


def _loss_stays_finite(setup: Setup, batches: list[Any], *, training: bool) -> str:
    """Whether loss and gradients are finite on batches that hold values that are not."""
    from nohero.setup.refusal import Unmeasurable

    answers = []
    for batch in batches:
        with setup.apart(seed=3):
            try:
                setup.mode(training=training)
                specimen = setup.specimen_of(batch)
                value = setup.loss_of(setup.forward(specimen), specimen)
                good = bool(value.isfinite().all())
                if good and value.requires_grad:
                    value.sum().backward()
                    good = all(bool(p.grad.isfinite().all()) for p in setup.named_parameters().values() if p.grad is not None)
            except (Unmeasurable, RuntimeError, ValueError):
                continue
        answers.append(good or (training and setup.step is not None and _step_stays_finite(setup, batch)))
    return "" if not answers else "yes" if all(answers) else "no"


def _step_stays_finite(setup: Setup, batch: Any) -> bool:
    """Whether the user's own step keeps every parameter finite on this batch."""
    from nohero.setup.refusal import Unmeasurable

    with setup.apart(seed=3):
        try:
            setup.train_step(batch)
        except (Unmeasurable, RuntimeError, ValueError):
            return False
        return all(bool(p.isfinite().all()) for p in setup.named_parameters().values())


def _oddities(setup: Setup, part: Part, name: str, array: Any) -> list[Oddity]:
    """Sentinels, far groups and gross outliers of every feature of one float array."""
    import numpy as np

    if array.dtype.kind != "f" or part.n < LEAST or array.ndim > 3 or (array.ndim > 1 and array.shape[-1] > WIDEST):
        return []
    table = array.reshape(-1, array.shape[-1] if array.ndim > 1 else 1)
    found: list[Oddity] = []
    per_item = len(table) // part.n
    for j in range(table.shape[1]):
        column = table[:, j].astype(np.float64)
        rows = np.flatnonzero(np.isfinite(column))
        if len(rows) < LEAST:
            continue
        where = f"{name}[..., {j}]" if table.shape[1] > 1 else name
        odd = _sentinel(column[rows]) or _far_group(column[rows])
        if odd is None:
            continue
        kind, value, chosen, typical, farthest = odd
        handled = kind != "units" and _has_no_effect(setup, name, j if table.shape[1] > 1 else None, value)
        items = tuple(int(part.index[r // per_item]) for r in rows[chosen][:5])
        found.append(Oddity(kind=kind, part=part.name, where=where, value=value, items=int(chosen.sum()), of=len(rows), typical=typical, farthest=farthest, rows=items, handled=handled))
        if len(found) >= 8:
            break
    return found


def _sentinel(column: Any) -> tuple[str, float, Any, float, float] | None:
    """One exact value at the edge, many times, far outside the range of all the rest."""
    import numpy as np

    for value in (column.min(), column.max()):
        chosen = column == value
        rest = column[~chosen]
        if value == 0 or chosen.sum() < max(3, 0.004 * len(column)) or len(rest) < 0.5 * len(column):
            continue
        width = float(np.ptp(rest))
        gap = float(np.abs(rest - value).min())
        if width > 0 and len(np.unique(rest[:SAMPLE])) >= DISTINCT and gap >= GAP * width:
            return "sentinel", float(value), chosen, float(np.median(rest)), gap / width
    return None


def _far_group(column: Any) -> tuple[str, float, Any, float, float] | None:
    """A group that is the bulk times a factor, or a few lone values beyond any tail."""
    import numpy as np
    from scipy.stats import ks_2samp

    middle = float(np.median(column))
    spread = 1.4826 * float(np.median(np.abs(column - middle)))
    if spread <= 1e-9 * max(1e-30, abs(middle)) or len(np.unique(column[:SAMPLE])) < 2 * DISTINCT:
        return None
    z = np.abs(column - middle) / spread
    far, mid = z > FAR, (z > NEAR) & (z <= FAR)
    count, bulk = int(far.sum()), column[~far & ~mid]
    if not count or len(bulk) < 0.5 * len(column) or len(np.unique(bulk[:SAMPLE])) < DISTINCT:
        return None
    if mid.sum() <= 0.25 * count and count >= 10 and len(np.unique(column[far])) >= 8:
        sizes = np.abs(column[far]).mean() / max(np.abs(bulk).mean(), 1e-300)
        alike = ks_2samp(np.abs(column[far]) / np.median(np.abs(column[far])), np.abs(bulk) / np.median(np.abs(bulk)))
        if alike.pvalue > 0.005:
            return "units", float(sizes), far, middle, float(np.median(z[far]))
    if count <= max(1, 0.02 * len(column)) and z[far].min() > 10 * FAR / 3 and z[~far].max() < 2 * NEAR and len(column) >= 50:
        return "outlier", float(column[far][np.argmax(z[far])]), far, middle, float(z.max())
    return None


def _has_no_effect(setup: Setup, name: str, feature: int | None, value: float) -> bool:
    """Whether the entries that hold `value` leave loss and answers alone: masked in the model or in the loss."""
    import torch

    from nohero.setup.refusal import Unmeasurable

    for number in range(min(6, len(setup.batches(6)))):
        try:
            with setup.apart(seed=4):
                setup.mode(training=False)
                specimen = setup.specimen(number)
                source = specimen.target if name == "target" else specimen.inputs.get(name)
                if not isinstance(source, torch.Tensor):
                    return False
                mask = (source if feature is None or source.shape[-1] <= feature else source[..., feature]) == torch.tensor(value, dtype=source.dtype)
                if not bool(mask.any()):
                    continue
                return _flat_around(setup, specimen, source, mask, name=name, feature=feature)
        except (Unmeasurable, RuntimeError):
            return False
    return False


def _flat_around(setup: Setup, specimen: Any, source: Any, mask: Any, *, name: str, feature: int | None) -> bool:
    """Whether the loss has no slope in the entries under `mask` (targets: in the answers that belong to them)."""
    import torch

    leaf = source.detach().clone().requires_grad_()
    if name == "target":
        answer = setup.output(specimen).detach().requires_grad_()
        setup.call_loss(answer, source, *specimen.rest).sum().backward()
        return answer.grad is not None and answer.grad.shape == source.shape and not bool((answer.grad[mask] != 0).any())
    changed = specimen.with_input(name, leaf)
    setup.output(changed).square().sum().backward()
    slope = torch.zeros_like(leaf) if leaf.grad is None else leaf.grad
    whole = mask if feature is None else torch.zeros_like(slope, dtype=torch.bool)
    if feature is not None:
        whole[..., feature] = mask
    beside = whole.flatten(1).any(1).reshape(-1, *[1] * (slope.ndim - 1)) & ~whole if slope.ndim > 1 else ~whole
    return not bool((slope[whole] != 0).any()) and bool((slope[beside] != 0).any())  # flat everywhere: saturated, not masked


def _columns(parts: dict[str, Part]) -> tuple[tuple[tuple[str, float, bool], ...], tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Constant, doubled and numbering columns of tables that mix kinds of columns."""
    import numpy as np

    train = parts["train"]
    constants: list[tuple[str, float, bool]] = []
    twins: list[tuple[str, str]] = []
    numbering: list[str] = []
    for name, x in train.inputs.items():
        if x.dtype.kind != "f" or x.ndim != 2 or not 3 <= x.shape[1] <= 200 or len(x) < LEAST or not np.isfinite(x).all():
            continue
        distinct = np.asarray([len(np.unique(x[:SAMPLE, j])) for j in range(x.shape[1])])
        numeric = np.flatnonzero(distinct > DISTINCT)
        constants += [(f"{name}[:, {j}]", float(x[0, j]), _varies(parts, name, int(j))) for j in np.flatnonzero(distinct == 1) if len(numeric) >= 2 and (x[:, j] == x[0, j]).all() and x.min() < x[0, j] < x.max()]
        seen: dict[bytes, int] = {}
        for j in numeric:
            first = seen.setdefault(x[:, j].tobytes(), int(j))
            if first != j:
                twins.append((f"{name}[:, {first}]", f"{name}[:, {j}]"))
        if 2 * len(seen) < len(numeric):
            twins = []
        numbering += [f"{name}[:, {j}]" for j in numeric if _numbers_items(x, int(j), numeric)]
    return tuple(constants), tuple(twins), tuple(numbering)


def _varies(parts: dict[str, Part], name: str, j: int) -> bool:
    """Whether the column takes several values in another part: a code that training never saw has two, a number many."""
    import numpy as np

    others = [part.inputs[name] for key, part in parts.items() if key != "train" and name in part.inputs]
    return any(x.ndim == 2 and x.shape[1] > j and len(np.unique(x[:, j])) > DISTINCT for x in others)


def _numbers_items(x: Any, j: int, numeric: Any) -> bool:
    """Unique, evenly spaced values to which no other column is related."""
    import numpy as np

    order = np.argsort(x[:, j], kind="stable")
    steps = np.diff(x[order, j].astype(np.float64))
    unit = np.median(steps)
    width = float(np.ptp(x[:, j]))
    slack = 1e-5 * max(float(np.abs(x[:, j]).max()), width)
    if steps.min() <= 0 or width > 3 * unit * len(x) or np.abs(steps / unit - np.round(steps / unit)).max() * unit > max(slack, 1e-3 * unit) or unit < 4 * slack / 10:
        return False
    others = [k for k in numeric if k != j]
    if len(others) < 2:
        return False
    ratios = [float((np.diff(x[order, k]) ** 2).mean() / max(x[:, k].var(), 1e-30)) for k in others]
    return bool(np.median(ratios) > 1.2)  # 2 where unrelated, near 0 where it runs along
