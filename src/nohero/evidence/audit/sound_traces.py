"""What the recording, and not what is heard, leaves in each sound: noise, hum, the highest frequency, the silence before it, its channels, its first moment.

Legend: N sounds, T samples, C channels, W windows, F frequencies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.sound_items import each, measures_of, mono

if TYPE_CHECKING:
    from nohero.sources.collection import Collection
    from nohero.sources.sound_file import Sound

PRICE = 2.0  # seconds
LONGEST = 10.0  # seconds that are looked at, from the beginning
WINDOW = 0.02  # seconds of a window of level
LOWEST_DB = -100.0  # of full scale: below any converter's noise
FLOOR = 0.05  # quantile of the windows' levels that is called noise
MAINS = (50.0, 60.0)  # Hz
HARMONICS = (1, 2, 3, 5)
HUM_WINDOW = 0.5  # seconds: tells 50 Hz from its neighbours
EDGE_WINDOW = 512  # samples
DROP = 60.0  # dB below the loudest frequency, from which on nothing is heard
START, AFTER = 0.05, 0.1  # seconds: the first moment, and from where on the sound itself has begun
START_POINTS = 400  # of the first moment: 8 kHz


@dataclass(frozen=True, kw_only=True, eq=False)
class Traces:
    """numpy [N] each; nan where a sound is too short or silent."""

    lead: Any  # seconds of one unchanging value at the beginning
    floor: Any  # dB of full scale, of the softest windows that are not digital silence
    hum: Any  # dB of 50 or 60 Hz and its harmonics above their neighbours
    top: Any  # highest frequency of any strength, in Hz
    dead: Any  # dB of the softest channel below the loudest
    inverse: Any  # lowest correlation of two channels; 0 of one channel
    tail: Any  # share of the whole sound that is one unchanging value at its end
    edge: Any  # level just before it, in levels of the sound up to there
    start: Any  # float32 [N, START_POINTS] of length one, or zeros
    later: Any  # the same of the moment after


def traces_of(collection: Collection) -> Traces:
    """One reading of all sounds, shared."""
    measures_of(collection)
    found: Traces = collection.shared("sound traces", lambda: _traces(collection))
    return found


def _traces(collection: Collection) -> Traces:
    import numpy as np

    rows = [_row(sound) for sound in each(collection)]
    numbers = np.array([r[0] for r in rows], dtype=np.float64).reshape(len(rows), 8)
    start, later = (np.stack([r[k] for r in rows]) for k in (1, 2))
    return Traces(lead=numbers[:, 0], floor=numbers[:, 1], hum=numbers[:, 2], top=numbers[:, 3], dead=numbers[:, 4], inverse=numbers[:, 5], tail=numbers[:, 6], edge=numbers[:, 7], start=start, later=later)


def _row(sound: Sound | None) -> tuple[tuple[float, ...], Any, Any]:
    import numpy as np

    none = np.zeros(START_POINTS, dtype=np.float32)
    if sound is None:
        return (float("nan"),) * 8, none, none
    wave_TC = sound.samples[: int(LONGEST * sound.rate)]
    whole = wave_TC[:, int(np.argmax(np.abs(wave_TC).max(axis=0)))]  # the loudest channel: a mean of opposite ones is silence
    still = np.flatnonzero(whole != whole[0])
    lead = float(still[0]) / sound.rate if len(still) else float("nan")
    begun = whole[still[0] :] if len(still) else whole[:0]
    dead, inverse = _channels(wave_TC)
    step = START / START_POINTS
    power = _power(begun)
    numbers = (lead, floor_of(whole, sound.rate), hum_of(begun, sound.rate), top_of(power, sound.rate), dead, inverse, *tail_of(sound.samples, sound.rate))
    return numbers, _moment(mono(sound), sound.rate, 0.0, step), _moment(mono(sound), sound.rate, AFTER, step)


def tail_of(wave_TC: Any, rate: int) -> tuple[float, float]:
    """(share of the sound in which no channel moves any more, level of the last window before that, in levels of all before)."""
    import numpy as np

    moving = np.flatnonzero((wave_TC != wave_TC[-1]).any(axis=1))
    end = int(moving[-1]) + 1 if len(moving) else 0
    if not end:
        return float("nan"), float("nan")
    body = wave_TC[:end].astype(np.float64)
    level, last = (float(np.sqrt((part**2).mean())) for part in (body, body[-max(1, round(WINDOW * rate)) :]))
    return 1 - end / len(wave_TC), last / max(level, 1e-9)


def floor_of(wave: Any, rate: int) -> float:
    """Level of the softest windows, dB of full scale; windows of digital silence are left out."""
    import numpy as np

    size = max(1, round(WINDOW * rate))
    windows = wave[: len(wave) // size * size].reshape(-1, size)
    levels = windows.std(axis=1, dtype=np.float64)
    levels = levels[levels > 0]
    return float(max(LOWEST_DB, 20 * np.log10(np.quantile(levels, FLOOR)))) if len(levels) > 4 else float("nan")


def hum_of(wave: Any, rate: int) -> float:
    """Decibels of the mains' harmonics above the neighbouring frequencies, of the mains' frequency that stands out more."""
    import numpy as np

    size = round(HUM_WINDOW * rate)
    if len(wave) < size:
        return float("nan")
    count = min(8, len(wave) // size)
    power = (np.abs(np.fft.rfft(wave[: count * size].reshape(count, size) * np.hanning(size).astype(np.float32), axis=1)) ** 2).mean(axis=0) + 1e-12
    most = 0.0
    for base in MAINS:
        above = []
        for k in HARMONICS:
            place = round(base * k * size / rate)
            if place + 9 < len(power):
                beside = np.concatenate([power[max(1, place - 9) : place - 3], power[place + 4 : place + 10]])
                above.append(10 * np.log10(power[place - 1 : place + 2].max() / np.median(beside)))
        most = max(most, float(np.mean(sorted(above)[-2:]))) if above else most
    return most


def _power(wave: Any) -> Any:
    """[F] mean power; empty where the sound is too short."""
    import numpy as np

    windows = wave[: len(wave) // EDGE_WINDOW * EDGE_WINDOW].reshape(-1, EDGE_WINDOW)
    return (np.abs(np.fft.rfft(windows * np.hanning(EDGE_WINDOW).astype(np.float32), axis=1)) ** 2).mean(axis=0) if len(windows) > 1 else np.zeros(0)


def top_of(power: Any, rate: int) -> float:
    """The highest frequency whose mean power is within DROP of the loudest."""
    import numpy as np

    if not len(power) or power.max() <= 0:
        return float("nan")
    return float(np.flatnonzero(power > power.max() * 10 ** (-DROP / 10))[-1]) * rate / EDGE_WINDOW


def _channels(wave_TC: Any) -> tuple[float, float]:
    """How far the softest channel lies below the loudest, and the lowest correlation of two."""
    import numpy as np

    if wave_TC.shape[1] < 2:
        return 0.0, 0.0
    spread = wave_TC.std(axis=0, dtype=np.float64)
    if spread.max() < 1e-4:
        return 0.0, 0.0
    dead = float(20 * np.log10(max(spread.min(), 1e-7) / spread.max()))
    loud = wave_TC[:, spread > 1e-3 * spread.max()]
    return dead, float(np.corrcoef(loud.T).min()) if loud.shape[1] > 1 else 0.0


def _moment(wave: Any, rate: int, begin: float, step: float) -> Any:
    """START_POINTS values from `begin` seconds on, without mean and of length one; zeros where nothing stands."""
    import numpy as np

    places = ((begin + step * np.arange(START_POINTS)) * rate).astype(int)
    if places[-1] >= len(wave):
        return np.zeros(START_POINTS, dtype=np.float32)
    taken = wave[places] - wave[places].mean()
    length = float(np.sqrt((taken**2).sum()))
    return (taken / length if length > 1e-3 else taken * 0).astype(np.float32)
