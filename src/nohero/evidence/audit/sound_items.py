"""The sounds of a collection, read one after another: a mark of equality, a shape to compare, and the fields of their measures."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nohero.sources.collection import Collection
    from nohero.sources.sound_file import Sound

FIELDS = ("duration", "sample_rate", "channels", "bits", "peak", "rms", "offset", "silence", "clipping")
BANDS, LOWEST = 96, 40.0  # of the spectrum's shape, and its lowest frequency in Hz
COMPARED = 4000  # samples a second at most, of the waveform that is compared
LONGEST = 20.0  # seconds of it


@dataclass(frozen=True, kw_only=True, eq=False)
class Shape:
    """What is kept of one sound for comparing."""

    digest: bytes  # of the samples and the rate, whatever the container
    bands: Any  # float32 [BANDS] of length one: blind to level and to a shift
    wave: Any  # float32 [T], coarse


def measures_of(collection: Collection) -> dict[str, Any]:
    """The numbers of each sound by field, numpy [N]."""
    from nohero.setup.refusal import Unmeasurable

    if collection.kind != "sound" or any(f not in collection.frame.columns for f in FIELDS):
        why = "the items are no sounds"
        raise Unmeasurable(why)
    return {f: collection.frame[f].to_numpy() for f in FIELDS}


def shapes_of(collection: Collection) -> list[Shape | None]:
    """One shape a sound; None where the file is gone since it was opened."""
    measures_of(collection)
    found: list[Shape | None] = collection.shared("sound shapes", lambda: [None if s is None else _shape(s) for s in each(collection)])
    return found


def each(collection: Collection) -> Iterator[Sound | None]:
    """Each sound in order, read anew."""
    from nohero.sources.sound_file import Damaged, read_sound

    if collection.root is None:
        return
    for name in collection.files:
        try:
            yield read_sound(collection.root / name)
        except Damaged:
            yield None


def mono(sound: Sound) -> Any:
    """float32 [T]: the channels' mean."""
    return sound.samples.mean(axis=1) if sound.samples.shape[1] > 1 else sound.samples[:, 0]


def _shape(sound: Sound) -> Shape:
    import numpy as np

    digest = hashlib.sha256(f"{sound.rate} {sound.samples.shape}".encode() + np.ascontiguousarray(sound.samples).tobytes()).digest()
    whole = mono(sound)
    whole = whole - whole.mean()
    step = max(1, sound.rate // COMPARED)
    coarse = whole[: len(whole) // step * step].reshape(-1, step).mean(axis=1) if step > 1 else whole
    return Shape(digest=digest, bands=_bands(whole, sound.rate), wave=coarse[: int(LONGEST * sound.rate / step)].astype(np.float32))


def _bands(whole: Any, rate: int) -> Any:
    """Energy over the whole sound in bands of frequency that widen evenly on a logarithmic scale."""
    import numpy as np

    size = 1 << (max(256, len(whole)) - 1).bit_length()
    power = np.abs(np.fft.rfft(whole, size)) ** 2
    edges = np.geomspace(LOWEST, rate / 2, BANDS + 1)
    total = np.concatenate([[0.0], np.cumsum(power)])
    places = np.interp(edges * size / rate, np.arange(len(total)), total)
    bands = np.log1p(1e4 * np.diff(places) / max(places[-1] - places[0], 1e-20))
    bands -= bands.mean()
    return (bands / max(float(np.sqrt((bands**2).sum())), 1e-12)).astype(np.float32)
