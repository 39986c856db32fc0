"""Defects planted at known places into real recordings: which of them the audit finds, and what it finds beside them.

    python bench/planted_sounds.py ../shared/data

Spoken digits: 1 % of 1,200 recordings changed where they lie, or stored a second time under another name.
"""

from __future__ import annotations

import sys
import wave
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from planting import HEAD, RANKED, Planted, copied, ranking, some, told

from nohero.sources.opening import open_source

if TYPE_CHECKING:
    from collections.abc import Callable

RATE, SHARE = 8000, 0.01
COPIES = ("repeated-sounds", "nearly-repeated-sounds")


def samples_of(path: Path) -> Any:
    """float64 [T]: one channel of 16 bits."""
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float64)


def write(path: Path, samples: Any, rate: int = RATE) -> None:
    """Stored, cut off at full scale."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(np.clip(np.round(samples), -32768, 32767).astype("<i2").tobytes())


def noise(samples: Any, decibels: float, seed: int = 3) -> Any:
    """White noise so far below the sound."""
    level = np.sqrt((samples**2).mean()) * 10 ** (-decibels / 20)
    return samples + np.random.default_rng(seed).normal(size=len(samples)) * level


def resampled(samples: Any, rate: int) -> Any:
    """At another rate, by straight lines between the samples."""
    return np.interp(np.arange(0, len(samples), RATE / rate), np.arange(len(samples)), samples)


def clipped(samples: Any) -> Any:
    """Turned up until a twentieth of it is cut off."""
    limit = np.quantile(np.abs(samples), 0.95)
    return np.clip(samples / max(limit, 1.0), -1, 1) * 32767


class Plants:
    """Defects of a folder of recordings."""

    def __init__(self, folder: Path) -> None:
        """`folder`/recordings/digit_speaker_take.wav."""
        self.folder = folder
        self.names = sorted(p.relative_to(folder).as_posix() for p in folder.glob("recordings/*.wav"))

    def changed(self, change: Callable[[Path], None], seed: int) -> Callable[[], Planted]:
        """Some files changed in place."""
        chosen = [self.names[i] for i in some(len(self.names), SHARE, seed)]
        return lambda: Planted(collection=copied(self.folder, lambda root: [change(root / name) for name in chosen])[0], names=tuple(chosen))

    def again(self, change: Callable[[Any], Any], seed: int, *, parts: bool = False) -> Callable[[], Planted]:
        """Some recordings a second time; with `parts` the copies lie in the test part, all others in the training part."""
        chosen = [self.names[i] for i in some(len(self.names), SHARE, seed)]

        def plant(root: Path) -> dict[str, str]:
            made = {name.replace(".wav", "0.wav"): name for name in chosen}
            for target, name in made.items():
                write(root / target, change(samples_of(root / name)))
            if not parts:
                return made
            for name in sorted(p.name for p in (root / "recordings").iterdir()):
                part = "test" if f"recordings/{name}" in made else "train"
                (root / part).mkdir(exist_ok=True)
                (root / "recordings" / name).rename(root / part / name)
            return {t.replace("recordings", "test"): n.replace("recordings", "train") for t, n in made.items()}

        def planted() -> Planted:
            collection, made = copied(self.folder, plant)
            return Planted(collection=collection, names=tuple(made), partners=made)

        return planted


def redone(change: Callable[[Any], Any], rate: int = RATE) -> Callable[[Path], None]:
    """A file read, changed and stored."""
    return lambda path: write(path, change(samples_of(path)), rate)


def of_sounds(folder: Path) -> dict[str, Any]:
    """All defects."""
    p = Plants(folder)
    return {
        "exact copies": (COPIES, p.again(lambda s: s, 1)),
        "copies, softer": (COPIES, p.again(lambda s: 0.4 * s, 2)),
        "copies, 30 ms later": (COPIES, p.again(lambda s: np.concatenate([np.zeros(240), s]), 3)),
        "copies, 40 dB of noise": (COPIES, p.again(lambda s: noise(s, 40), 4)),
        "copies, 20 dB of noise": (COPIES, p.again(lambda s: noise(s, 20), 5)),
        "copies, 10 dB of noise": (COPIES, p.again(lambda s: noise(s, 10), 6)),
        "copies, softer, 20 ms cut, 20 dB of noise": (COPIES, p.again(lambda s: noise(0.6 * s[160:], 20), 7)),
        "copies in the other part": (("sounds-across-parts",), p.again(lambda s: s, 8, parts=True)),
        "copies in the other part, softer, cut, 20 dB": (("sounds-across-parts",), p.again(lambda s: noise(0.6 * s[160:], 20), 9, parts=True)),
        "silence": (("silent-sounds",), p.changed(redone(np.zeros_like), 10)),
        "nearly silence (-70 dB of noise)": (("silent-sounds",), p.changed(redone(lambda s: np.random.default_rng(1).normal(size=len(s)) * 10), 11)),
        "clipped": (("clipped-sounds",), p.changed(redone(clipped), 12)),
        "offset of a tenth of full scale": (("offset-sounds",), p.changed(redone(lambda s: s + 3276), 13)),
        "another rate": (("mixed-sound-forms",), p.changed(redone(lambda s: resampled(s, 11025), 11025), 14)),
        "half a minute long": (("odd-sound-lengths",), p.changed(redone(lambda s: np.resize(s, 30 * RATE)), 15)),
        "a fiftieth of the length": (("odd-sound-lengths",), p.changed(redone(lambda s: s[: max(20, len(s) // 50)]), 16)),
        "truncated file": (("unreadable-items",), p.changed(lambda f: f.write_bytes(f.read_bytes()[: f.stat().st_size // 3]) and None, 17)),
        "header alone": (("unreadable-items", "odd-sound-lengths"), p.changed(lambda f: f.write_bytes(f.read_bytes()[:44]) and None, 18)),
        "no bytes": (("unreadable-items",), p.changed(lambda f: f.write_bytes(b"") and None, 19)),
        "a page of html": (("unreadable-items",), p.changed(lambda f: f.write_bytes(b"<html>404</html>") and None, 20)),
    }


def main() -> None:
    """Print the tables."""
    data = Path(sys.argv[1])
    base = open_source(str(data / "fsdd"), target="name_0")
    print(HEAD)
    told("fsdd", base, of_sounds(data / "fsdd"))
    print(RANKED)
    print(ranking("fsdd", base))


if __name__ == "__main__":
    main()
