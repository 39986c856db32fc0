"""Sounds whose loudest samples ran over the range of their numbers and came out at the other end of it.

Legend: T samples, C channels, J jumps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.sound_items import each, measures_of
from nohero.evidence.audit.text_items import named

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 1.0  # seconds
RANGE = 2.0  # of full scale, from the lowest number to the highest: by so much a value that runs over is off
JUMP = 1.3  # of full scale, from one sample to the next: only square waves and noise of full scale have such besides
SLOPE = 0.003  # of full scale: the sound must be on its way up where it falls to the bottom; a square wave stands still there
SMOOTH = 0.25  # of full scale, between the slopes before and over the jump, once it is mended
AWAY = 0.5  # of the jumps: by so many ranges a sawtooth would move away, as all its jumps go one way; what ran over comes back, so that jumps go either way
FEWEST, MOSTLY = 8, 0.8  # jumps, and of all jumps, that mending makes smooth: of noise of full scale a third are so, and of a loud hiss three of three by chance


@dataclass(frozen=True, kw_only=True)
class SoundWraps:
    """Those that ran over, most jumps first."""

    total: int
    wrapped: tuple[tuple[str, int], ...]  # item, jumps


def measure(collection: Collection) -> SoundWraps:
    """Sounds whose peak is near full scale alone: no other can have run over."""
    import numpy as np

    peaks = np.asarray(measures_of(collection)["peak"], dtype=np.float64)
    counts = np.array([jumps_of(sound.samples) if sound is not None and peak >= JUMP / 2 else 0 for sound, peak in zip(each(collection), peaks, strict=True)])
    rows = np.flatnonzero(counts)
    rows = rows[np.argsort(-counts[rows], kind="stable")]
    return SoundWraps(total=len(peaks), wrapped=tuple(zip(named(collection, rows), counts[rows].tolist(), strict=True)))


def jumps_of(wave_TC: Any) -> int:
    """Jumps over the range after which the sound goes on as if there were none, in the channel with most; 0 where most jumps are of another kind."""
    import numpy as np

    most = 0
    for channel in np.asarray(wave_TC, dtype=np.float64).T:
        steps = np.diff(channel)
        places = np.flatnonzero(np.abs(steps) >= JUMP)
        places = places[places > 0]
        if len(places) < FEWEST:
            continue
        mended = steps[places] - np.sign(steps[places]) * RANGE
        before = steps[places - 1]
        inside = np.abs(before) < JUMP
        smooth = inside & (mended * before > 0) & (np.minimum(np.abs(mended), np.abs(before)) >= SLOPE) & (np.abs(mended - before) <= SMOOTH)
        gone = np.cumsum(np.sign(steps[places]))
        if smooth.sum() >= FEWEST and smooth.sum() >= MOSTLY * inside.sum() and np.ptp(gone) < AWAY * len(places):
            most = max(most, int(smooth.sum()))
    return most
