"""Sounds written to a folder of their own and opened, for the proofs of the checks of sounds."""

from __future__ import annotations

import tempfile
import wave
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.sources.collection import Collection

RATE = 4000  # samples a second
FOLDERS: list[tempfile.TemporaryDirectory[str]] = []  # live as long as the process


def sounds_of(collection: Collection) -> dict[str, Any]:
    """int16 samples of one channel by relative name."""
    import numpy as np

    from nohero.sources.sound_file import read_sound

    if collection.root is None:
        return {}
    root = collection.root
    return {name: np.round(read_sound(root / name).samples[:, 0] * 32768).astype(np.int16) for name in collection.files}


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


def listed_sounds(collection: Collection, change: Callable[[list[tuple[str, str]]], list[tuple[str, str]]]) -> Collection:
    """The sounds beside a table of `(file, label)` rows after `change(rows)`."""
    from nohero.sources.sound_table import sounds_of_folder

    made = of_files(sounds_of(collection))
    rows = [(name, str(label)) for name, label in zip(made.files, made.labels.to_list(), strict=True)]
    root = Path(str(made.root))
    (root / "labels.csv").write_text("\n".join(["file,label", *(f"{name},{label}" for name, label in change(rows))]) + "\n", encoding="utf-8")
    found = sounds_of_folder(root, "tones")
    if found is None:
        message = "no sound was written"
        raise ValueError(message)
    return found


def altered(collection: Collection, change: Callable[[str, Any], Any], every: int = 7) -> Collection:
    """The collection with each seventh sound changed: `change(name, samples)`."""
    return of_files({name: change(name, samples) if i % every == 3 else samples for i, (name, samples) in enumerate(sounds_of(collection).items())})
