"""Short sounds of three words by four speakers, as wav files: each a chord that glides, under noise, at a level and a length of its own."""

from __future__ import annotations

import tempfile
import wave
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.sources.collection import Collection

RATE = 4000  # samples a second
WORDS = {"high": 900.0, "middle": 600.0, "low": 400.0}  # Hz
SPEAKERS = {"ann": 1.0, "ben": 1.07, "cleo": 1.16, "dan": 1.25}
TAKES = 12
FOLDERS: list[tempfile.TemporaryDirectory[str]] = []  # live as long as the process


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


def of_files(made: dict[str, Any], *, label: str = "name_0", rates: dict[str, int] | None = None) -> Collection:
    """The collection of these samples, written to a folder of its own; names may hold folders."""
    from nohero.sources.sound_folder import read_sound_folder

    FOLDERS.append(tempfile.TemporaryDirectory(prefix="tones-", ignore_cleanup_errors=True))
    root = Path(FOLDERS[-1].name)
    for name, samples in made.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(samples, bytes):
            path.write_bytes(samples)
            continue
        with wave.open(str(path), "wb") as file:
            file.setparams((samples.shape[1] if samples.ndim == 2 else 1, 2, (rates or {}).get(name, RATE), 0, "NONE", ""))
            file.writeframes(samples.astype("<i2").tobytes())
    collection = read_sound_folder(root, "tones")
    if collection is None:
        message = "no sound was written"
        raise ValueError(message)
    return collection.with_(name="tones", label=collection.label or (label if label in collection.frame.columns else ""))


def altered(change: Callable[[str, Any], Any], every: int = 7) -> Collection:
    """The healthy sounds with each seventh changed: `change(name, samples)`."""
    return of_files({name: change(name, samples) if i % every == 3 else samples for i, (name, samples) in enumerate(sounds().items())})
