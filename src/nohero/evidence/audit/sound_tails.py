"""Sounds that break off: loud to a moment, and one unchanging value from there to the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.evidence.audit.sound_items import measures_of
from nohero.evidence.audit.sound_traces import traces_of
from nohero.evidence.audit.text_items import named

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 2.0  # seconds
LONG = 0.15  # of a sound: the longest tail of 2,600 recordings of speech and drums that was no padding is .07
LOUD = 0.1  # of the sound's level (20 dB below): what fades out ends at a thousandth, in the same recordings, and what was cut where it was nearly over at a fifteenth


@dataclass(frozen=True, kw_only=True)
class SoundTails:
    """Those that break off, longest first, and how many sounds have the commonest length."""

    total: int
    broken: tuple[tuple[str, float, float], ...]  # item, share of it behind the break, seconds of that
    of_one_length: int


def measure(collection: Collection) -> SoundTails:
    """From the one reading that the traces share."""
    import numpy as np

    duration = np.asarray(measures_of(collection)["duration"], dtype=np.float64)
    traces = traces_of(collection)
    broken = np.flatnonzero((traces.tail >= LONG) & (traces.edge >= LOUD))
    broken = broken[np.argsort(-traces.tail[broken], kind="stable")]
    return SoundTails(
        total=len(duration), broken=tuple((name, float(traces.tail[i]), float(traces.tail[i] * duration[i])) for name, i in zip(named(collection, broken), broken, strict=True)),
        of_one_length=int(np.unique(duration.round(3), return_counts=True)[1].max()),
    )  # fmt: skip
