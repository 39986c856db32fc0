"""Numbers of a sound for a linear model: means and spreads of its log-mel spectrum over three stretches, and how it changes.

Legend: N sounds, T windows, M mel bands, F features.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.sound_items import each, measures_of, mono

if TYPE_CHECKING:
    from nohero.sources.collection import Collection
    from nohero.sources.sound_file import Sound

MELS, LOWEST, HIGHEST = 32, 60.0, 8000.0  # bands, and their range in Hz
WINDOW, HOP = 0.025, 0.010  # seconds
STRETCHES = 6  # of equal length, from the first to the last sound of a file
FLOOR = 1e-8  # of the loudest band: -80 dB
CEPSTRUM = 13
LONGEST = 30.0  # seconds that are looked at


def features(collection: Collection) -> Any:
    """float32 [N, F]; a sound whose file is gone since it was opened has zeros."""
    import numpy as np

    measures_of(collection)
    rows = [None if sound is None else of_sound(sound) for sound in each(collection)]
    width = next((len(r) for r in rows if r is not None), 0)
    made: Any = np.stack([np.zeros(width, dtype=np.float32) if r is None else r for r in rows])
    made -= made.mean(axis=0)
    return (made / np.maximum(made.std(axis=0), 1e-6)).astype(np.float32)


def of_sound(sound: Sound) -> Any:
    """Float32 [F] of one sound; its level is taken out."""
    import numpy as np

    bands = log_mel(mono(sound)[: int(LONGEST * sound.rate)], sound.rate)
    loud = np.flatnonzero(bands.mean(axis=1) > np.quantile(bands.mean(axis=1), 0.9) - 0.6 * np.ptp(bands.mean(axis=1)))
    kept = bands[loud[0] : loud[-1] + 1] if len(loud) >= STRETCHES else bands
    cosine = np.cos(np.pi / MELS * (np.arange(MELS) + 0.5)[:, None] * np.arange(CEPSTRUM))
    cepstrum = kept @ cosine / MELS
    cuts = np.linspace(0, len(kept), STRETCHES + 1).round().astype(int)
    means = np.stack([_mean(cepstrum[a : max(b, a + 1)]) for a, b in itertools.pairwise(cuts)])
    steps = np.diff(cepstrum, axis=0) if len(cepstrum) > 1 else np.zeros((1, CEPSTRUM))
    spectrum = kept - kept.mean()
    parts = (
        means[:, 1:].ravel(), np.diff(means, axis=0).ravel(), cepstrum.std(axis=0), steps.std(axis=0), spectrum.mean(axis=0), spectrum.std(axis=0),
        np.stack([_mean(spectrum[a : max(b, a + 1)]) for a, b in itertools.pairwise(cuts)]).ravel(), [np.log(len(kept)), np.log(len(bands))],
    )  # fmt: skip
    return np.concatenate([np.asarray(p, dtype=np.float32) for p in parts])


def _mean(block: Any) -> Any:
    import numpy as np

    return block.mean(axis=0) if len(block) else np.zeros(block.shape[1])


def log_mel(wave: Any, rate: int, bands: int = MELS) -> Any:
    """float [T, M]: natural logarithm of the energy in mel bands, the loudest at zero."""  # noqa: D403
    import numpy as np

    from nohero.data.preprocessing.mel import mel_filters

    size = max(16, round(WINDOW * rate))
    step = max(1, round(HOP * rate))
    if len(wave) < size:
        wave = np.pad(wave, (0, size - len(wave)))
    windows = np.lib.stride_tricks.sliding_window_view(wave, size)[::step] * np.hanning(size).astype(np.float32)
    length = 1 << (size - 1).bit_length()
    power = np.abs(np.fft.rfft(windows, length, axis=1)) ** 2
    energy = power @ mel_filters(rate, length, bands, LOWEST, HIGHEST)
    return np.log(np.maximum(energy / max(float(energy.max()), 1e-20), FLOOR))
