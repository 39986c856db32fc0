"""Which classes one trace of the recording sets apart from all others: a value that they alone share, one first moment, or a level, noise, hum or bandwidth.

Legend: N sounds, K classes, Q thresholds.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.sound_items import measures_of
from nohero.evidence.audit.sound_traces import traces_of
from nohero.evidence.audit.text_items import classes_of
from nohero.run.figure import Table

if TYPE_CHECKING:
    from nohero.evidence.audit.sound_traces import Traces
    from nohero.sources.collection import Collection

PRICE = 2.0  # seconds
LEAST = 20  # sounds of a class that is looked at
KNOWN = 0.8  # of a class' sounds of which a number must be known
HAVE, LACK = 0.8, 0.05  # of a class' sounds: it has a value, or lacks it
VALUES = 12  # commonest values that are looked at
THRESHOLDS = 101
ALIKE, OTHERWISE = 0.8, 0.4  # length of a class' mean first moment, and of the moment after: alike there, and not later
FULL = 0.999  # of full scale: a peak there is a limit that many share
ARTEFACT, HEARD = "artefact", "heard"


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One thing of the recording and the classes that have it."""

    name: str  # in words
    kind: str  # ARTEFACT: nothing that is heard; HEARD: may belong to the sound
    classes: tuple[str, ...]  # on the smaller side
    accuracy: float  # of telling these from the others by it alone, classes counted alike
    inside: str  # what they have
    outside: str  # what the others have


@dataclass(frozen=True, kw_only=True)
class TraceLabels:
    """The most telling trace of each kind first."""

    looked: int
    classes: int
    traces: tuple[Trace, ...]

    def figures(self) -> tuple[Table, ...]:
        """Every trace beside what it tells."""
        rows = tuple((t.name, ", ".join(t.classes[:6]), t.inside, t.outside, f"{t.accuracy:.0%}") for t in self.traces)
        return (Table(title="What the recording tells of the classes", columns=("trace", "classes", "there", "in the others", "balanced accuracy"), rows=rows),) if rows else ()


def measure(collection: Collection) -> TraceLabels:
    """For each trace the best division of the classes into two groups."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable

    values, classes = measures_of(collection), classes_of(collection)
    if classes is None:
        raise Unmeasurable("there is no label of classes; --target names it")
    sizes = np.bincount(classes.codes[classes.codes >= 0], minlength=len(classes.names))
    kept = [k for k in range(len(classes.names)) if sizes[k] >= LEAST]
    if len(kept) < 2:
        raise Unmeasurable(f"{len(kept)} classes have {LEAST} sounds; two are needed")
    rows = np.flatnonzero(np.isin(classes.codes, kept))
    codes, names = np.searchsorted(kept, classes.codes[rows]), [classes.names[k] for k in kept]
    traces = traces_of(collection)
    peak = values["peak"][rows]
    numbers = (
        ("silence at the beginning", ARTEFACT, "s", traces.lead[rows].round(2)), ("noise floor", HEARD, "dB", traces.floor[rows]), ("mains hum", HEARD, "dB", traces.hum[rows]),
        ("highest frequency", HEARD, "Hz", traces.top[rows]), ("peak", HEARD, "dB", 20 * np.log10(np.maximum(peak, 1e-5))),
    )  # fmt: skip
    shared = (("exact length", "samples", np.round(values["duration"] * values["sample_rate"])[rows]), ("exact peak", "of full scale", np.where(peak < FULL, peak.round(3), np.nan)))
    found = [
        *(_value(name, unit, v, codes, names) for name, unit, v in shared), _start(traces, rows, codes, names),
        *(_cut(one, codes, names) for one in numbers),
    ]  # fmt: skip
    order = sorted((t for t in found if t is not None), key=lambda t: (t.kind != ARTEFACT, -t.accuracy))
    return TraceLabels(looked=len(rows), classes=len(names), traces=tuple(order))


def _value(name: str, unit: str, values: Any, codes: Any, names: list[str]) -> Trace | None:
    """A value that some classes share and the others lack."""
    import numpy as np

    sizes = np.bincount(codes, minlength=len(names))
    best: Trace | None = None
    for value, count in Counter(values[np.isfinite(values)].tolist()).most_common(VALUES):
        shares = np.bincount(codes[values == value], minlength=len(names)) / sizes
        have, lack = shares >= HAVE, shares <= LACK
        if count < LEAST or not have.any() or not lack.any() or not (have | lack).all():
            continue
        told = float((shares[have].mean() + 1 - shares[lack].mean()) / 2)
        if best is None or told > best.accuracy:
            inside, outside = f"{value:g} {unit} in {shares[have].min():.0%}", f"{shares[lack].max():.0%}"
            best = Trace(name=name, kind=ARTEFACT, classes=tuple(n for n, h in zip(names, have, strict=True) if h), accuracy=told, inside=inside, outside=outside)
    return best


def _start(traces: Traces, rows: Any, codes: Any, names: list[str]) -> Trace | None:
    """A first moment that is the same wave in all sounds of a class, which differ later."""
    import numpy as np

    means = np.stack([traces.start[rows][codes == k].mean(axis=0) for k in range(len(names))])
    later = np.stack([traces.later[rows][codes == k].mean(axis=0) for k in range(len(names))])
    likeness, after = np.linalg.norm(means, axis=1), np.linalg.norm(later, axis=1)
    have = (likeness >= ALIKE) & (after <= OTHERWISE)
    if not have.any():
        return None
    directions = means[have] / likeness[have][:, None]
    said = (traces.start[rows] @ directions.T).max(axis=1) > ALIKE
    shares = np.bincount(codes[said], minlength=len(names)) / np.bincount(codes, minlength=len(names))
    if have.all() or shares[~have].max() > LACK or shares[have].min() < HAVE:
        return None
    told = float((shares[have].mean() + 1 - shares[~have].mean()) / 2)
    inside, outside = f"one wave in {shares[have].min():.0%}", f"{shares[~have].max():.0%}"
    return Trace(name="first moment (0.05 s)", kind=ARTEFACT, classes=tuple(n for n, h in zip(names, have, strict=True) if h), accuracy=told, inside=inside, outside=outside)


def _cut(one: tuple[str, str, str, Any], codes: Any, names: list[str]) -> Trace | None:
    """The threshold that best divides the classes, in the order of their medians, into two groups."""
    import numpy as np

    name, kind, unit, values = one
    known = np.isfinite(values)
    sizes = np.bincount(codes[known], minlength=len(names))
    if (sizes < KNOWN * np.bincount(codes, minlength=len(names))).any() or len(np.unique(values[known])) < 2:
        return None
    each = [np.sort(values[known & (codes == k)]) for k in range(len(names))]
    order = np.argsort([float(np.median(v)) for v in each], kind="stable")
    distinct = np.unique(values[known])
    middles = (distinct[1:] + distinct[:-1]) / 2
    edges = middles[np.linspace(0, len(middles) - 1, min(len(middles), THRESHOLDS)).round().astype(int)]
    below_KQ = np.stack([np.searchsorted(each[k], edges) / len(each[k]) for k in order])
    sums = np.cumsum(below_KQ, axis=0)
    counts = np.arange(1, len(names))[:, None]
    told = (sums[:-1] / counts + 1 - (sums[-1] - sums[:-1]) / (len(names) - counts)) / 2
    cut, place = np.unravel_index(int(told.argmax()), told.shape)
    low, high = order[: cut + 1], order[cut + 1 :]
    few, many = (low, high) if len(low) < len(high) else (high, low)
    inside, outside = (f"{_short(float(np.median(np.concatenate([each[k] for k in side]))))} {unit}" for side in (few, many))
    return Trace(name=name, kind=kind, classes=tuple(names[k] for k in sorted(few)), accuracy=float(told[cut, place]), inside=inside, outside=outside)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
