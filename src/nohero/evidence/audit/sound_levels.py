"""Length, level and form of the sounds, and which of them are silent, clipped, off centre or far longer or shorter than the others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.sound_items import measures_of
from nohero.evidence.audit.sound_samples import sheets
from nohero.evidence.audit.text_items import classes_of, named
from nohero.run.figure import Bar, Bars, Images

if TYPE_CHECKING:
    from nohero.run.figure import Figure
    from nohero.sources.collection import Collection

PRICE = 0.5  # seconds
SILENT, MOSTLY_SILENT = 1e-4, 0.98  # of full scale (-80 dB); of the windows below -60 dB
BELOW = 0.01  # of the median level (-40 dB): silent where the others are not
CLIPPED, SQUARE = 0.001, 0.4  # of the samples that stand still at the peak; from here on the sound is a square wave
HEARD = 0.05  # seconds: what is shorter is a single cycle of a wave table, which may be square or off centre
OFFSET, OF_LEVEL = 0.02, 0.2  # of full scale, and of the level, from which the mean is off centre
SPREAD = 3.0  # times the distance of the outer 2 % from the median, on a logarithmic scale
LEAST_RATIO = 5.0  # times the outer 2 % at least
BINS = 16
SEVERAL = 3  # items of one class
USUAL = 16  # bits a sample: fewer are heard as noise, more are not heard


@dataclass(frozen=True, kw_only=True)
class SoundLevels:
    """Each kind of oddity with its items and a number an item."""

    total: int
    silent: tuple[tuple[str, float], ...]  # item, level in dB of full scale
    silent_classes: tuple[tuple[str, int, int], ...]  # class, silent, of it
    clipped: tuple[tuple[str, float], ...]  # item, share of its samples
    offset: tuple[tuple[str, float], ...]  # item, mean as a share of full scale
    median_offset: float
    seconds: tuple[float, float, float]  # shortest, median, longest
    odd_lengths: tuple[tuple[str, float], ...]  # item, seconds
    formats: tuple[tuple[str, int], ...]  # rate and channels, commonest first
    odd_formats: tuple[tuple[str, str], ...]  # item, its form: of any but the commonest
    odd_class: str  # the one class of all items of another form, where they are several and a class of theirs
    format_of_class: float  # share of the items whose class their form tells, above the commonest class; 0..1
    bits: tuple[tuple[int, int], ...]
    coarse: tuple[str, ...]  # items of fewer bits a sample than most
    bins: tuple[tuple[str, int], ...]
    loudness: tuple[tuple[str, int], ...]
    sheets: tuple[Images, ...]  # waveforms with spectrograms

    def figures(self) -> tuple[Figure, ...]:
        """Sounds to look at; durations and levels as bars."""
        bars = (
            Bars(title=title, value_label="sounds", bars=tuple(Bar(label=label, value=float(n)) for label, n in bins))
            for title, bins in (("Durations", self.bins), ("Levels, in dB of full scale", self.loudness))
        )
        return (*self.sheets, *bars)


def measure(collection: Collection) -> SoundLevels:
    """From the fields that opening measured."""
    import numpy as np

    m = measures_of(collection)
    level = 20 * np.log10(np.maximum(m["rms"], 1e-6))
    silent = (m["rms"] < SILENT) | ((m["silence"] >= MOSTLY_SILENT) & (m["rms"] < BELOW * np.median(m["rms"])))
    heard = m["duration"] >= HEARD
    clipped = heard & (m["clipping"] >= CLIPPED) & (m["clipping"] < SQUARE)
    offset = heard & (np.abs(m["offset"]) >= OFFSET) & (np.abs(m["offset"]) >= OF_LEVEL * m["rms"])
    forms = [f"{rate:,} Hz, {_channels(n)}" for rate, n in zip(m["sample_rate"].tolist(), m["channels"].tolist(), strict=True)]
    counts = Counter(forms).most_common()
    odd = [i for i, form in enumerate(forms) if form != counts[0][0]]
    classes = classes_of(collection)
    far = _far(m["duration"])
    bits = tuple(Counter(m["bits"].tolist()).most_common())
    coarse = tuple(named(collection, np.flatnonzero((m["bits"] > 0) & (m["bits"] < min(bits[0][0], USUAL)))))

    def told(rows: Any, values: Any) -> tuple[tuple[str, float], ...]:
        return tuple(zip(named(collection, rows), [float(values[int(i)]) for i in rows], strict=True))

    return SoundLevels(
        total=len(collection), silent=told(np.flatnonzero(silent), level), clipped=told(_by(clipped, -m["clipping"]), m["clipping"]),
        silent_classes=_by_class(silent, classes), offset=told(_by(offset, -np.abs(m["offset"])), m["offset"]), median_offset=float(np.median(m["offset"])),
        seconds=(float(m["duration"].min()), float(np.median(m["duration"])), float(m["duration"].max())), odd_lengths=told(far, m["duration"]),
        formats=tuple(counts), odd_formats=tuple((collection.items[i], forms[i]) for i in odd), format_of_class=_tells(forms, classes),
        odd_class=_one_class(odd, classes),
        bits=bits, coarse=coarse, bins=_bins(m["duration"], "s", logarithmic=True), loudness=_bins(level, "dB", logarithmic=False),
        sheets=sheets(collection),
    )  # fmt: skip


def _channels(number: int) -> str:
    return {1: "mono", 2: "stereo"}.get(number, f"{number} channels")


def _by(chosen: Any, order: Any) -> Any:
    import numpy as np

    rows = np.flatnonzero(chosen)
    return rows[np.argsort(order[rows], kind="stable")]


def _far(seconds: Any) -> Any:
    """Rows whose length is far outside: beyond the outer 2 % by three times their own distance from the median, on a logarithmic scale."""
    import numpy as np

    logs = np.log(np.maximum(seconds, 1e-6))
    middle, low, high = np.quantile(logs, [0.5, 0.02, 0.98])
    least = np.log(LEAST_RATIO)
    above = logs > max(middle + SPREAD * (high - middle), high + least)
    below = logs < min(middle - SPREAD * (middle - low), low - least)
    return _by(above | below, -np.abs(logs - middle))


def _by_class(chosen: Any, classes: Any) -> tuple[tuple[str, int, int], ...]:
    if classes is None:
        return ()
    return tuple((name, int(chosen[classes.codes == k].sum()), int((classes.codes == k).sum())) for k, name in enumerate(classes.names))


def _one_class(rows: list[int], classes: Any) -> str:
    codes = set(classes.codes[rows].tolist()) if classes is not None and len(rows) >= SEVERAL else set()
    return str(classes.names[codes.pop()]) if len(codes) == 1 and min(codes) >= 0 else ""


def _tells(forms: list[str], classes: Any) -> float:
    """How much of what the commonest class leaves open the form settles."""
    import numpy as np

    if classes is None or len(set(forms)) < 2:
        return 0.0
    codes = classes.codes
    guessed = sum(int(np.bincount(codes[[f == form for f in forms]] + 1).max()) for form in set(forms))
    plain = int(np.bincount(codes + 1).max())
    return (guessed - plain) / max(1, len(codes) - plain)


def _bins(values: Any, unit: str, *, logarithmic: bool) -> tuple[tuple[str, int], ...]:
    import numpy as np

    low, high = float(values.min()), float(values.max())
    if high - low < 1e-9:
        return ((f"{low:.3g} {unit}", len(values)),)
    edges = np.geomspace(max(low, 1e-3), max(high, 2e-3), BINS + 1) if logarithmic else np.linspace(low, high, BINS + 1)
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), edges)
    return tuple((f"{a:.3g} to {b:.3g} {unit}", int(n)) for a, b, n in zip(edges[:-1], edges[1:], counts, strict=True))
