"""Sounds that come more than once, sample by sample or louder, softer and shifted, and whether copies lie in several parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.copied_pair import CopiedPair, first_of, judged_first
from nohero.evidence.audit.sound_items import Shape, measures_of, shapes_of
from nohero.evidence.audit.sound_samples import SENTENCE, sound_picture
from nohero.evidence.audit.text_items import classes_of, parts_of
from nohero.run.figure import Images

if TYPE_CHECKING:
    from nohero.run.figure import Figure, Image
    from nohero.sources.collection import Collection

PRICE = 2.0  # seconds
LIKE = 0.97  # cosine of the spectra's shapes, from which two waveforms are compared
NEAREST, LEAST_LIKE = 8, 0.8  # and those of the likest so many, from this cosine: noise of 10 dB takes it to .86, and leaves the copy the likest or nearly so
SAME = 0.97  # correlation of the waveforms at their best shift; takes of one word by one speaker reach .93 in FSDD, copies .99
NOISY, WHITE = 0.85, 0.93  # or so much, where what is left is white: the flatness of its spectrum in BANDS; of noisy copies .98, of what two takes leave .6 at most
BANDS = 24
LEAST_OVERLAP = 0.5  # of the shorter one
MOST_PAIRS = 30_000  # waveforms compared, the likest of all first, then each sound's likest
MOST_SOUNDS = 30_000  # that are compared with all others
AT_ONCE = 1024
DRAWN = 8  # pairs


@dataclass(frozen=True, kw_only=True)
class SoundCopies:
    """Silent sounds are left out: all of them are alike."""

    total: int
    exact: tuple[CopiedPair, ...]
    near: tuple[CopiedPair, ...]  # the first of each group of equal ones, against earlier ones
    crossing: tuple[CopiedPair, ...]  # exact copies and near ones in another part
    compared: int
    divided: bool
    images: tuple[Image, ...] = ()  # copies beside what they repeat

    def figures(self) -> tuple[Figure, ...]:
        """Copies side by side."""
        return (Images(title="Sounds and what they repeat, side by side", images=self.images, columns=4, sentence=SENTENCE),) if self.images else ()


def measure(collection: Collection) -> SoundCopies:
    """Equal samples by digest, whatever the container; near ones by spectrum, then by the waveforms' correlation over all shifts."""
    import numpy as np

    shapes, level = shapes_of(collection), measures_of(collection)["rms"]
    classes, parts = classes_of(collection), parts_of(collection)
    training = collection.parts[0] if parts else ""

    def pair(i: int, j: int, similarity: float = 1.0) -> CopiedPair:
        i, j = judged_first(i, j, parts, training)
        labels = (classes.names[classes.codes[i]], classes.names[classes.codes[j]]) if classes and min(classes.codes[i], classes.codes[j]) >= 0 else ("", "")
        return CopiedPair(item=collection.items[i], earlier=collection.items[j], similarity=similarity, parts=(parts[i], parts[j]) if parts else ("", ""), labels=labels)

    groups: dict[bytes, list[int]] = {}
    for i, shape in enumerate(shapes):
        if shape is not None and level[i] > 1e-4:
            groups.setdefault(shape.digest, []).append(i)
    exact = [pair(i, rows[0]) for rows in groups.values() for i in rows[1:]]
    across = [pair(i, first) for rows in groups.values() if parts for first in [first_of(rows, parts, training)] for i in rows if parts[i] != parts[first]]
    rows = np.array([first for first, *_ in groups.values()], dtype=np.int64)[:MOST_SOUNDS]
    best: dict[int, tuple[int, float]] = {}
    for i, j, likeness in _near(shapes, rows):
        if likeness > best.get(j, (0, 0.0))[1]:
            best[j] = (i, likeness)
    near = [pair(j, i, c) for j, (i, c) in sorted(best.items())]
    return SoundCopies(
        total=len(collection), exact=tuple(exact), near=tuple(near), crossing=(*across, *(p for p in near if p.crosses)), compared=len(rows), divided=bool(parts),
        images=_side_by_side(collection, [*exact[: DRAWN // 2], *near[: DRAWN // 2]]),
    )  # fmt: skip


def _side_by_side(collection: Collection, pairs: list[CopiedPair]) -> tuple[Image, ...]:
    place = {name: i for i, name in enumerate(collection.items)} if pairs else {}
    drawn = [sound_picture(collection, place[name], f"{p.similarity:.2f}") for p in pairs for name in (p.item, p.earlier)]
    return tuple(image for image in drawn if image is not None)


def _near(shapes: list[Shape | None], rows: Any) -> list[tuple[int, int, float]]:
    """(i, j, correlation), j after i."""
    found = []
    for i, j in _candidates(shapes, rows):
        a, b = shapes[i], shapes[j]
        if a is None or b is None:
            continue
        likeness, shift = aligned(a.wave, b.wave)
        if likeness >= SAME or (likeness >= NOISY and _flatness(_left(a.wave, b.wave, shift)) >= WHITE):
            found.append((i, j, likeness))
    return found


def _candidates(shapes: list[Shape | None], rows: Any) -> list[tuple[int, int]]:
    """Pairs of like spectra, the likest first, then each sound with the likest to it, the second likest and so on."""
    import numpy as np

    if len(rows) < 2:
        return []
    bands = np.stack([shape.bands for i in rows if (shape := shapes[int(i)]) is not None])
    like, nearest = [], []
    for start in range(0, len(rows), AT_ONCE):
        cosines = bands[start : start + AT_ONCE] @ bands.T
        cosines[np.arange(len(cosines)), np.arange(start, start + len(cosines))] = -1.0
        nearest.append(_likest(cosines))
        i, j = np.nonzero(np.triu(cosines, start + 1) > LIKE)
        values = cosines[i, j]
        top = np.argpartition(-values, MOST_PAIRS)[:MOST_PAIRS] if len(values) > MOST_PAIRS else slice(None)
        like.append(np.stack([i[top] + start, j[top], values[top]]))
    first, second, cosine = np.concatenate(like, axis=1)
    order = np.argsort(-cosine, kind="stable")[:MOST_PAIRS]
    pairs = [*zip(first[order].astype(int).tolist(), second[order].astype(int).tolist(), strict=True)]
    pairs += [(min(i, j), max(i, j)) for column in np.concatenate(nearest).T.tolist() for i, j in enumerate(column) if j >= 0]
    return [(int(rows[i]), int(rows[j])) for i, j in list(dict.fromkeys(pairs))[:MOST_PAIRS]]


def _likest(cosines: Any) -> Any:
    """Places [N, NEAREST] with the greatest cosines, the greatest first; -1 where they are not like enough."""
    import numpy as np

    most = min(NEAREST, cosines.shape[1] - 1)
    places = np.argpartition(-cosines, most - 1, axis=1)[:, :most]
    found = np.take_along_axis(cosines, places, axis=1)
    order = np.argsort(-found, axis=1, kind="stable")
    return np.where(np.take_along_axis(found, order, axis=1) > LEAST_LIKE, np.take_along_axis(places, order, axis=1), -1)


def aligned(first: Any, second: Any) -> tuple[float, int]:
    """(the greatest correlation over all shifts with half of the shorter one in common, that shift of the second); blind to level and sign."""
    import numpy as np

    size = 1 << (len(first) + len(second) - 1).bit_length()
    cross = np.fft.irfft(np.fft.rfft(first, size) * np.conj(np.fft.rfft(second, size)), size)
    shifts = np.where(np.arange(size) < size // 2, np.arange(size), np.arange(size) - size)
    start, end = np.maximum(shifts, 0), np.minimum(len(first), len(second) + shifts)
    ok = end - start >= LEAST_OVERLAP * min(len(first), len(second))
    energy_a, energy_b = (np.concatenate([[0.0], np.cumsum(np.square(w, dtype=np.float64))]) for w in (first, second))
    start, end, shifts = start[ok], end[ok], shifts[ok]
    common = np.sqrt((energy_a[end] - energy_a[start]) * (energy_b[end - shifts] - energy_b[start - shifts]))
    whole = np.sqrt(energy_a[-1] * energy_b[-1])
    common = np.maximum(common, 0.5 * whole)  # a quiet stretch in common says little
    likeness = np.abs(cross[ok]) / np.maximum(common, 1e-12)
    best = int(likeness.argmax())
    return float(likeness[best]), int(shifts[best])


def _left(first: Any, second: Any, shift: int) -> Any:
    """What of the first the second, moved by so much, does not say."""
    start, end = max(shift, 0), min(len(first), len(second) + shift)
    a, b = first[start:end], second[start - shift : end - shift]
    return a - float(a @ b) / max(float(b @ b), 1e-20) * b


def _flatness(wave: Any) -> float:
    """Geometric over arithmetic mean of the energy in bands of equal width: 1 for white noise; 0 for what is too short to tell."""
    import numpy as np

    power = np.abs(np.fft.rfft(wave))[1:] ** 2
    if len(power) < 4 * BANDS or not power.any():
        return 0.0
    energy = np.array([band.mean() for band in np.array_split(power, BANDS)])
    return float(np.exp(np.log(energy + 1e-20).mean()) / energy.mean())
