"""A sound to the logarithm of its energy in mel bands, each scaled by train: what a network for sounds is mostly given.

Legend: T samples, F frames, M bands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

import numpy as np

from nohero.data.preprocessing.mel import mel_filters
from nohero.data.preprocessing.numbers import Array, no_way_back
from nohero.data.preprocessing.scale import Scale
from nohero.data.preprocessing.spectrogram import Spectrogram
from nohero.run.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable

BANDS, LOWEST, HIGHEST = 40, 60.0, 8000.0  # and their range in Hz
FLOOR = 1e-8  # of the greatest energy of a band in train: -80 dB, below which all is silence


@dataclass(frozen=True, kw_only=True)
class LogMel:
    """The spectrogram it rests on, the bands and their range in Hz, the least energy that is told apart, and each band's scale over train."""

    spectrogram: Spectrogram
    bands: int
    lowest: float
    highest: float
    floor: float
    scale: Scale
    lost: ClassVar[str] = "the phase of each wave, where in its band a frequency lies, and what is below the floor"

    @classmethod
    def fit(cls, train: Iterable[Any], rate: int, *, bands: int = BANDS, lowest: float = LOWEST, highest: float = HIGHEST) -> LogMel:
        """Floor and scale of the sounds of train, each [T] at `rate` samples a second."""
        spectrogram = Spectrogram.of(rate)
        filters = mel_filters(rate, spectrogram.size, bands, lowest, highest)
        energies = [np.abs(spectrogram.apply(wave, rate)) ** 2 @ filters for wave in train]
        if not energies:
            raise DataError("train holds no sound", expected="at least one sound", mend="give the waves of the training part")
        energy = np.concatenate(energies)
        floor = FLOOR * float(energy.max()) or 1.0  # all of train is silent
        scale = Scale.fit(np.log(np.maximum(energy, floor)))
        return cls(spectrogram=spectrogram, bands=bands, lowest=lowest, highest=highest, floor=floor, scale=scale)

    def apply(self, wave: Any, rate: int) -> Array:
        """float64 [F, M] of a sound [T] of one channel; over train each band has mean 0 and deviation 1."""
        filters = mel_filters(self.spectrogram.rate, self.spectrogram.size, self.bands, self.lowest, self.highest)
        return self.scale.apply(np.log(np.maximum(np.abs(self.spectrogram.apply(wave, rate)) ** 2 @ filters, self.floor)))

    def invert(self, made: Any) -> NoReturn:  # noqa: ARG002 (there is none, and the reason is told)
        """There is none: an error that says why."""
        no_way_back("a log-mel spectrogram", self.lost)
