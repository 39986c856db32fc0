"""A sound to its short-time Fourier transform and back; the energy of the one is that of the other.

Legend: T samples, F frames, B bins. Source: Griffin and Lim 1984, Signal estimation from modified short-time Fourier transform
(doi:10.1109/TASSP.1984.1164317), for a window whose squares add up to one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

from nohero.data.preprocessing.numbers import Array
from nohero.run.errors import DataError, UsageError

OVERLAP = 4  # windows over each sample: squares of Hann windows then add up to a constant
SECONDS = 0.032  # of a window, about: speech stands still for so long
LEAST = 8  # samples of a window


@dataclass(frozen=True, kw_only=True)
class Spectrogram:
    """Windows of `size` samples every `size` / 4, at `rate` samples a second. Nothing is fitted but the rate."""

    rate: int
    size: int
    lost: ClassVar[str] = ""

    def __post_init__(self) -> None:
        """Refuse what is no window."""
        if self.rate <= 0 or self.size < LEAST or self.size % OVERLAP:
            raise UsageError(
                f"a window of {self.size} samples at {self.rate} a second",
                expected=f"a rate, and a size of {LEAST} or more that divides by {OVERLAP}",
                mend="take a power of two",
            )

    @classmethod
    def of(cls, rate: int, seconds: float = SECONDS) -> Spectrogram:
        """The power of two nearest to `seconds`."""
        return cls(rate=rate, size=max(LEAST, 2 ** round(math.log2(max(1.0, rate * seconds)))))

    @property
    def hop(self) -> int:
        """Samples from frame to frame."""
        return self.size // OVERLAP

    @property
    def hertz(self) -> Array:
        """float64 [B], the frequency of each bin."""
        return np.fft.rfftfreq(self.size, 1 / self.rate)

    def apply(self, wave: Any, rate: int) -> Array:
        """complex128 [F, B] of a sound [T] of one channel; the squares of its sizes add up to those of the samples."""
        samples = self._checked(wave, rate)
        count = (len(samples) - 1) // self.hop + OVERLAP
        before = self.size - self.hop
        whole = np.pad(samples, (before, (count - 1) * self.hop + self.size - before - len(samples)))
        frames = np.lib.stride_tricks.sliding_window_view(whole, self.size)[:: self.hop]
        return np.asarray(np.fft.rfft(frames * self._window(), axis=1, norm="ortho") * self._doubled())

    def invert(self, made: Any, samples: int | None = None) -> Array:
        """float64 [T], exact to 1e-12 of the loudest; `samples` is T, without which up to a hop of silence stands at the end."""
        bins = np.asarray(made, dtype=np.complex128)
        if bins.ndim != 2 or bins.shape[1] != self.size // 2 + 1 or len(bins) < OVERLAP:
            raise DataError(
                f"a spectrogram of the shape {list(bins.shape)}",
                expected=f"[frames, {self.size // 2 + 1}]",
                mend="give what `apply` made, frames first",
            )
        frames = np.fft.irfft(bins / self._doubled(), self.size, axis=1, norm="ortho") * self._window()
        whole = np.zeros((len(bins) - 1) * self.hop + self.size)
        for k, frame in enumerate(frames):
            whole[k * self.hop : k * self.hop + self.size] += frame
        before = self.size - self.hop
        return whole[before : len(whole) - before][:samples]

    def _window(self) -> Array:
        """Hann's, so that the squares over each sample add up to one."""
        return (1 - np.cos(2 * np.pi * np.arange(self.size) / self.size)) / 2 / math.sqrt(3 / 8 * OVERLAP)

    def _doubled(self) -> Array:
        """[B]: bins that stand for two, of either sign, have the energy of both."""
        return np.where(np.isin(np.arange(self.size // 2 + 1), (0, self.size // 2)), 1.0, math.sqrt(2))

    def _checked(self, wave: Any, rate: int) -> Array:
        if rate != self.rate:
            share = Fraction(self.rate, rate) if isinstance(rate, int) and rate > 0 else None
            raise DataError(
                f"the sound has {rate:,} samples a second",
                expected=f"{self.rate:,} samples a second, as in training",
                mend=f"resample it: scipy.signal.resample_poly(wave, {share.numerator}, {share.denominator})"
                if share
                else "give the rate that its file says",
            )
        samples = np.asarray(wave, dtype=np.float64)
        if samples.ndim != 1 or not len(samples):
            raise DataError(
                f"the sound has the shape {list(samples.shape)}",
                expected="samples [T] of one channel, at least one",
                mend="take one channel, or the mean of all",
            )
        if not np.isfinite(samples).all():
            at = int(np.flatnonzero(~np.isfinite(samples))[0])
            raise DataError(
                f"sample {at:,} of the sound is {samples[at]}", expected="finite samples", mend="read the file anew, or leave it out"
            )
        return samples
