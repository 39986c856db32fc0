"""Short sounds of three words by four speakers, as wav files: each a chord that glides, under noise, at a level and a length of its own."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from nohero.checks.audit.planted_sounds import RATE, of_files

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

WORDS = {"high": 900.0, "middle": 600.0, "low": 400.0}  # Hz
SPEAKERS = {"ann": 1.0, "ben": 1.07, "cleo": 1.16, "dan": 1.25}
TAKES = 12


def make() -> Collection:
    """Nothing is wrong: levels, lengths and noise differ from take to take and tell nothing of the word."""
    collection: Collection = _read()
    return collection


@cache
def _read() -> Any:
    return of_files(sounds())


def sounds() -> dict[str, Any]:
    """int16 samples by relative name."""
    import numpy as np

    generator = np.random.default_rng(5)
    made = {}
    for word, pitch in WORDS.items():
        for speaker, factor in SPEAKERS.items():
            for take in range(TAKES):
                length = int(RATE * generator.uniform(0.25, 0.5))
                seconds = np.arange(length) / RATE
                glide = pitch * factor * (1 + generator.uniform(-0.15, 0.15) * seconds / seconds[-1])
                phase = 2 * np.pi * np.cumsum(glide) / RATE
                tone = sum(generator.uniform(0.2, 1) * np.sin(k * phase + generator.uniform(0, 6)) for k in (1, 2, 3))
                envelope = np.abs(np.sin(np.pi * seconds / seconds[-1])) ** generator.uniform(0.5, 2)
                noise = np.convolve(generator.normal(0, 0.35, length), [0.5, 1, 0.5], mode="same")
                sound = (tone * envelope + noise) * generator.uniform(0.05, 0.16)
                made[f"{word}_{speaker}_{take}.wav"] = (np.clip(sound, -1, 1) * 32767).astype(np.int16)
    return made
