"""What a linear model gains where skewed fields are given by their logarithm, by their place among the others, or in buckets.

Legend: N items, K targets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.data.numeric_column import SKEW
from nohero.run.figure import Bar, Bars

if TYPE_CHECKING:
    from nohero.evidence.audit.number_facts import NumberFacts
    from nohero.evidence.audit.profile import Profile
    from nohero.sources.collection import Collection

PRICE = 1.0  # seconds
ROWS, LEAST = 4000, 100  # items at most and at least
TRIED = 8  # fields, the most skewed first
DISTINCT = 10  # values that a field needs to be a number rather than a code
TAIL, SHARE = 8.0, 0.01  # quartile ranges from the median, and the share of the values beyond: a long tail, whatever its side
TRIM = (
    0.001  # of the values at either end do not make a field skewed, nor does a single one: it may be a mistake or chance, and is no shape
)
BUCKETS = 8  # of a field
ODD = ("mark", "step", "unit", "outlier", "gross", "zero")  # values that stand apart: a mistake is mended, and not drawn in by a logarithm
ALL = "all of them"
FORMS = ("logarithm", "quantile", "buckets")


@dataclass(frozen=True, kw_only=True)
class Gain:
    """One form of a field: by how much the model leaves less open, as a share of what the best constant leaves open."""

    form: str  # of FORMS
    gain: float
    low: float  # of an interval that holds for all trials together
    high: float


@dataclass(frozen=True, kw_only=True)
class SkewTrial:
    """One skewed field in each form, all others as they are."""

    field: str
    skew: float
    gains: tuple[Gain, ...]


@dataclass(frozen=True, kw_only=True)
class SkewTrials:
    """The most skewed fields; `told` is the share that the model with all fields as they are tells out of sample."""

    trials: tuple[SkewTrial, ...]
    together: tuple[Gain, ...]  # all these fields in one form
    needed: tuple[tuple[str, Gain], ...]  # in the best form for all: each field in it rather than as it is
    skewed: int  # fields
    fields: int  # numeric ones
    told: float
    measure: str
    n: int
    label: str

    def figures(self) -> tuple[Bars, ...]:
        """Each field and form."""
        gains = [*((t.field, g) for t in self.trials for g in t.gains), *((ALL, g) for g in self.together)]
        bars = tuple(
            Bar(label=f"{name}, {g.form}", value=g.gain, low=g.low, high=g.high, role="good" if g.low > 0 else "plain") for name, g in gains
        )
        title = f"What other forms of skewed fields tell of `{self.label}`"
        return (Bars(title=title, value_label=f"{self.measure} gained by a linear model", bars=bars, start=None),) if bars else ()


class _Trial:
    """A linear model on columns some of which are changed, against the same model on all as they are, item by item."""

    def __init__(
        self, columns: dict[tuple[str, str], Any], targets: list[Any], forms: dict[str, dict[str, list[Any]]], *, classes: bool, tests: int
    ) -> None:
        """`forms` has the columns of each field in each form; intervals hold for `tests` together (Bonferroni)."""
        self.columns, self.targets, self.forms, self.classes, self.confidence = columns, targets, forms, classes, 1 - 0.05 / tests
        self.starts: list[dict[Any, float]] | None = None
        self.open, self.before = _open(targets, classes=classes), self.losses(columns)

    def losses(self, columns: dict[tuple[str, str], Any]) -> Any:
        """float64 [N], summed over the targets."""
        import numpy as np

        from nohero.evidence.audit.left_out_losses import logistic_losses, squared_losses

        x = np.stack(list(columns.values()), axis=1)
        if not self.classes:
            return squared_losses(x, self.targets[0])
        keys, made = ("", *columns), []
        for k, target in enumerate(self.targets):
            made.append(
                logistic_losses(x, target, None if self.starts is None else np.array([self.starts[k].get(key, 0.0) for key in keys]))
            )
        self.starts = self.starts or [dict(zip(keys, beta.tolist(), strict=True)) for _, beta in made]
        return sum(losses for losses, _ in made)

    def changed(self, fields: list[str], form: str) -> Any:
        """The losses with these fields in that form."""
        from nohero.evidence.audit.linear_table import scaled

        columns = {key: c for key, c in self.columns.items() if key not in {(name, "") for name in fields}}
        columns |= {(name, f"{form} {k}"): scaled(c) for name in fields for k, c in enumerate(self.forms[name][form])}
        return self.losses(columns)

    def gain(self, form: str, after: Any, before: Any = None) -> Gain:
        """The one losses against the others."""
        from nohero.evidence.paired import interval

        gain, low, high = interval(((self.before if before is None else before) - after)[None] / self.open, self.confidence)
        return Gain(form=form, gain=gain, low=low, high=high)


def _open(targets: list[Any], *, classes: bool) -> float:
    """What the best constant leaves open of an item."""
    import numpy as np

    shares = [float(t.mean()) for t in targets]
    return float(-sum(s * np.log(s) + (1 - s) * np.log(1 - s) for s in shares)) if classes else float(targets[0].var())


def measure(collection: Collection, profile: Profile, numbers: NumberFacts) -> SkewTrials:
    """Out of sample on items of the training part, or of all where there are no parts; forms are fitted on the same items without their labels."""
    import numpy as np

    from nohero.evidence.audit.linear_table import columns_of, targets_of
    from nohero.setup.refusal import Unmeasurable

    if not collection.label or collection.kind != "row":
        raise Unmeasurable("no field is named as the label" if not collection.label else "the items are no rows of several fields")
    labels = collection.frame[collection.label]
    known = (labels.is_finite().fill_null(value=False) if labels.dtype.is_float() else labels.is_not_null()).to_numpy()
    known &= collection.part(collection.parts[0] if collection.parts else "")
    if known.sum() < LEAST:
        raise Unmeasurable(f"{known.sum()} items with a label; {LEAST} are needed")
    rows = np.flatnonzero(known)
    if len(rows) > ROWS:
        rows = np.sort(np.random.default_rng(collection.seed).choice(rows, ROWS, replace=False))
    frame = _without_odd(collection, numbers)[rows]
    targets, classes = targets_of(frame[collection.label], profile)
    numeric = [n for n in collection.plain.features if _is_number(frame[n], profile)]
    skews = {name: skew for name in numeric if (skew := _skew(frame[name])) is not None}
    tried = sorted(skews, key=lambda n: -abs(skews[n]))[:TRIED]
    columns = columns_of(collection.with_(frame=frame), profile, targets, tried)
    if not columns:
        raise Unmeasurable("there is no field beside the label that varies")
    trial = _Trial(
        columns, targets, {n: _forms(frame[n]) for n in tried}, classes=classes, tests=max(1, (len(FORMS) + 1) * (len(tried) + 1))
    )
    trials = tuple(SkewTrial(field=n, skew=skews[n], gains=tuple(trial.gain(f, trial.changed([n], f)) for f in FORMS)) for n in tried)
    together, needed = _together(trial, tried)
    return SkewTrials(
        trials=trials, together=together, needed=needed, skewed=len(skews), fields=len(numeric), told=1 - float(trial.before.mean()) / trial.open,
        n=len(rows), label=collection.label, measure="McFadden's R2" if classes else "R2",
    )  # fmt: skip


def _together(trial: _Trial, tried: list[str]) -> tuple[tuple[Gain, ...], tuple[tuple[str, Gain], ...]]:
    """All fields in each form, where there are several; then, in the best of them, what is lost where one field stays as it is."""
    if len(tried) < 2:
        return (), ()
    losses = {form: trial.changed(tried, form) for form in FORMS}
    together = tuple(trial.gain(form, after) for form, after in losses.items())
    best = max(together, key=lambda g: g.low).form
    return together, tuple((n, trial.gain(best, losses[best], trial.changed([m for m in tried if m != n], best))) for n in tried)


def _without_odd(collection: Collection, numbers: NumberFacts) -> Any:
    """The items with gaps for values that stand apart from all others of their field, where each of them is known."""
    frame = collection.frame
    if collection.whole is None:
        for oddity in numbers.of(*ODD):
            if oddity.field in collection.features:
                frame = frame.with_columns(frame[oddity.field].scatter(list(oddity.rows), None))
    return frame


def _is_number(series: Any, profile: Profile) -> bool:
    return bool(series.dtype.is_numeric() and profile.field(series.name).kind == "numeric" and series.drop_nulls().n_unique() >= DISTINCT)


def _skew(series: Any) -> float | None:
    """The skew of a field that is skewed or has a long tail, and is so without its ends as well."""
    import numpy as np

    from nohero.data.numeric_column import skewness

    values = series.cast(float).to_numpy()
    values = np.sort(values[np.isfinite(values)])
    ends = max(1, int(TRIM * len(values)))
    inner = values[ends : len(values) - ends]
    if not len(inner):
        return None
    low, middle, high = np.quantile(inner, [0.25, 0.5, 0.75])
    tail = high > low and (np.abs(inner - middle) > TAIL * (high - low)).mean() >= SHARE
    return skewness(values) if tail or abs(skewness(inner)) > SKEW else None


def _forms(series: Any) -> dict[str, list[Any]]:
    """The field's columns in each form, gaps as nan."""
    import numpy as np

    from nohero.data.preprocessing import Bucketise, Log, Quantile

    values = series.cast(float).fill_null(float("nan")).to_numpy()
    values = np.where(np.isfinite(values), values, np.nan)
    buckets = Bucketise.fit(values, buckets=BUCKETS)
    codes = buckets.apply(values)
    made = [np.where(np.isnan(values), np.nan, codes == k) for k in range(1, buckets.num_codes[0] - 1)]
    return {"logarithm": [Log.fit(values).apply(values)], "quantile": [Quantile.fit(values).apply(values)], "buckets": made}
