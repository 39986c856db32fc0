"""Sounds to look at: waveform above spectrogram, some of each class, and the odd ones."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.sound_features import log_mel
from nohero.evidence.audit.sound_items import measures_of, mono
from nohero.evidence.audit.text_items import classes_of
from nohero.run.figure import Images

if TYPE_CHECKING:
    from nohero.run.figure import Image
    from nohero.sources.collection import Collection

SHOWN, CLASSES = 24, 12  # sounds, and classes that are told apart
WIDTH, WAVE, BANDS = 120, 36, 48  # pixels of a picture: its width, the waveform's height, the spectrogram's
LONGEST = 20.0  # seconds that are drawn
SENTENCE = "the waveform above its spectrogram: time to the right, frequency upwards, louder is brighter"


def sheets(collection: Collection) -> tuple[Images, ...]:
    """Two sheets: drawn at random class by class, and the extremes of each measure; the same sounds for one seed."""
    import numpy as np

    values, classes = measures_of(collection), classes_of(collection)
    generator = np.random.default_rng(collection.seed)
    order = generator.permutation(len(collection))
    if classes is not None:
        shown = list(range(min(CLASSES, len(classes.names))))
        each = max(1, SHOWN // len(shown))
        order = np.concatenate([order[classes.codes[order] == k][:each] for k in shown])
    extremes = {
        "loudest": values["rms"].argmax(), "softest": values["rms"].argmin(), "longest": values["duration"].argmax(), "shortest": values["duration"].argmin(),
        "most silence": values["silence"].argmax(), "most off centre": np.abs(values["offset"]).argmax(), "most clipped": values["clipping"].argmax(),
    }  # fmt: skip
    told = [(int(i), classes.names[classes.codes[i]] if classes is not None and classes.codes[i] >= 0 else "") for i in order[:SHOWN]]
    images = tuple(p for i, label in told if (p := sound_picture(collection, i, label)) is not None)
    odd = tuple(p for why, i in extremes.items() if (p := sound_picture(collection, int(i), why)) is not None)
    titles = (("Sounds, drawn at random", images), ("The extremes of each measure", odd))
    return tuple(Images(title=title, images=shown, columns=8, sentence=SENTENCE) for title, shown in titles if shown)


def sound_picture(collection: Collection, row: int, caption: str) -> Image | None:
    """One sound with its name and length, or None where the file is gone since it was opened."""
    from nohero.run.pictures import picture
    from nohero.sources.sound_file import Damaged, read_sound

    if collection.root is None:
        return None
    try:
        sound = read_sound(collection.root / collection.files[row])
    except Damaged:
        return None
    wave = mono(sound)[: int(LONGEST * sound.rate)]
    seconds = float(collection.frame["duration"][row])
    name = collection.items[row].rsplit("/", 1)[-1]
    found: Image = picture(drawn(wave, sound.rate), caption=f"{caption} · {name} · {seconds:.2f} s".removeprefix(" · "), side=WIDTH)
    return found


def drawn(wave: Any, rate: int) -> Any:
    """uint8 [H, W, 3]: the waveform's span in each column above the log-mel spectrogram."""
    import numpy as np

    page = np.full((WAVE + BANDS, WIDTH, 3), 255, dtype=np.uint8)
    edges = np.linspace(0, len(wave), WIDTH + 1).astype(int)
    top = max(float(np.abs(wave).max()), 1e-9)
    for x, (a, b) in enumerate(itertools.pairwise(edges)):
        piece = wave[a : max(b, a + 1)]
        if len(piece):
            low, high = (round((1 - float(v) / top) / 2 * (WAVE - 1)) for v in (piece.max(), piece.min()))
            page[low : high + 1, x] = (40, 70, 130)
    mel = log_mel(wave, rate, BANDS)
    columns = mel[np.linspace(0, len(mel) - 1, WIDTH).round().astype(int)]
    shade = np.clip(1 + columns / 14, 0, 1).T[::-1]  # 14 in natural logarithms is 60 dB
    page[WAVE:] = (np.stack([shade, shade**2, 0.3 + 0.3 * shade * (1 - shade)], axis=2).clip(0, 1) * 255).astype(np.uint8)
    return page
