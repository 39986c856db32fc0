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
SAME = 0.97  # correlation of the waveforms at their best shift; takes of one word by one speaker reach .93 in FSDD, copies .99
LEAST_OVERLAP = 0.5  # of the shorter one
MOST_PAIRS = 30_000  # waveforms compared, likest first
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
        if a is not None and b is not None and (likeness := correlation(a.wave, b.wave)) >= SAME:
            found.append((i, j, likeness))
    return found


def _candidates(shapes: list[Shape | None], rows: Any) -> list[tuple[int, int]]:
    import numpy as np

    if len(rows) < 2:
        return []
    bands = np.stack([shape.bands for i in rows if (shape := shapes[int(i)]) is not None])
    firsts, seconds, cosines = [], [], []
    for start in range(0, len(rows), AT_ONCE):
        block = bands[start : start + AT_ONCE] @ bands[start:].T
        i, j = np.nonzero(np.triu(block, 1) > LIKE)
        firsts.append(i + start)
        seconds.append(j + start)
        cosines.append(block[i, j])
    order = np.argsort(-np.concatenate(cosines), kind="stable")[:MOST_PAIRS]
    return list(zip(rows[np.concatenate(firsts)[order]].tolist(), rows[np.concatenate(seconds)[order]].tolist(), strict=True))


def correlation(first: Any, second: Any) -> float:
    """The greatest over all shifts with half of the shorter one in common; blind to level and sign."""
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
    return float(np.abs(cross[ok]).max(initial=0.0) and (np.abs(cross[ok]) / np.maximum(common, 1e-12)).max())
