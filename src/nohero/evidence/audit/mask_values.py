"""Which values masks hold, which of them stand only on edges, and which masks hold one value alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.run.figure import Images
    from nohero.sources.collection import Collection

PRICE = 0.02  # seconds
ON_EDGES = 0.95  # of a value's pixels, that have a lower and a higher neighbour, for a value that stands only on edges
FEW = 6
FEWEST = 3  # pixels of such a value
RAMPED = 0.85  # of a mask's thin lines: three different numbers in any order are a step in one case of three
SHOWN = 12  # masks drawn
SPREAD = 0.9  # of all pixels that a few values must cover for the others to be stray
COLOURS = ((30, 30, 34), (240, 196, 25), (46, 134, 222), (226, 88, 62), (67, 160, 71), (142, 68, 173), (0, 172, 193), (255, 255, 255))


@dataclass(frozen=True, kw_only=True)
class MaskValues:
    """Over all masks together, and item by item where they differ."""

    n: int  # masks
    values: tuple[tuple[int, float], ...]  # the commonest values and their shares of the pixels
    num_values: int  # different values in all masks; of very many only the commonest of each mask are counted
    main: tuple[int, ...]  # fewest values that cover SPREAD of the pixels
    between: tuple[int, ...]  # values that stand only on edges
    between_share: float  # of the pixels
    blended: tuple[str, ...]  # masks with such values
    ramps: int
    thin: int
    ramped: tuple[str, ...]  # masks whose thin lines nearly all lie between, where there are at least three of them
    lossy: tuple[str, ...]  # masks stored as JPEG
    colours: int  # masks of colours
    flat: tuple[tuple[str, int, float], ...]  # masks of one value alone, that value, and its highest share in a mask of several
    typical_values: int  # values of the middle mask
    crowded: tuple[tuple[str, int], ...]  # masks with many more values than the middle one
    sets: tuple[tuple[tuple[int, ...], int], ...]  # sets of values of masks with at most six, and how many masks hold just these
    pictures: tuple[tuple[Any, Any, str], ...]  # small picture, small mask, name

    def figures(self) -> tuple[Images, ...]:
        """Masks beside their pictures, each value in a colour of its own."""
        import numpy as np

        from nohero.run.figure import Images
        from nohero.run.pictures import picture

        common = sorted(value for value, _ in self.values[: len(COLOURS)])
        images = []
        for thumb, mask, name in self.pictures:
            colour = np.full((*mask.shape, 3), 128, dtype=np.uint8)
            for value, rgb in zip(common, COLOURS, strict=False):
                colour[mask == value] = rgb
            images.append(picture(np.concatenate([thumb, colour], axis=1), caption=name, side=144))
        return (Images(title="Pictures and their masks, each value in a colour of its own", images=tuple(images), columns=4),) if images else ()


def measure(collection: Collection) -> MaskValues:
    """From what was counted when each mask was opened."""
    from nohero.setup.refusal import Unmeasurable

    marking = collection.marking
    reads = [] if marking is None else [(i, m) for i, m in enumerate(marking.masks) if m is not None]
    if not reads:
        raise Unmeasurable("the collection has no masks")
    counts: Counter[int] = Counter()
    inside: Counter[int] = Counter()
    cropped: Counter[int] = Counter()
    for _, m in reads:
        counts.update(m.counts)
        inside.update(m.between)
        cropped.update(m.cropped)
    total = sum(counts.values())
    odd = {v for v, c in inside.items() if c >= FEWEST and c > ON_EDGES * cropped[v]}
    sizes = sorted(m.num_values for _, m in reads)
    typical = sizes[len(sizes) // 2]
    names = collection.masks
    sets = Counter(tuple(sorted(m.counts)) for _, m in reads if m.num_values <= FEW)
    highest = {v: max((m.counts.get(v, 0) / (m.width * m.height) for _, m in reads if m.num_values > 1), default=0.0) for m in (m for _, m in reads if m.num_values == 1) for v in m.counts}
    main: list[int] = []
    for value, _ in counts.most_common():
        if sum(counts[v] for v in main) >= SPREAD * total:
            break
        main.append(value)
    return MaskValues(
        n=len(reads), values=tuple((v, c / total) for v, c in counts.most_common(40)), num_values=len(counts), main=tuple(sorted(main)),
        between=tuple(sorted(odd)), between_share=sum(counts[v] for v in odd) / total, blended=tuple(names[i] for i, m in reads if odd & set(m.between)),
        ramps=sum(m.ramps for _, m in reads), thin=sum(m.thin for _, m in reads), ramped=tuple(names[i] for i, m in reads if m.thin >= FEWEST and m.ramps > RAMPED * m.thin), lossy=tuple(names[i] for i, _ in reads if names[i].lower().endswith((".jpg", ".jpeg"))),
        colours=sum(m.colours for _, m in reads), flat=tuple((names[i], v, highest[v]) for i, m in reads if m.num_values == 1 for v in m.counts), typical_values=typical,
        crowded=() if marking.drawn else tuple((names[i], m.num_values) for i, m in reads if m.num_values > max(4 * typical, typical + 8)), sets=tuple(sets.most_common(20)), pictures=_pictures(collection),
    )  # fmt: skip


def _pictures(collection: Collection) -> tuple[tuple[Any, Any, str], ...]:
    import numpy as np

    marking = collection.marking
    some = [(place, int(i)) for place, i in enumerate(marking.looked) if marking.masks[int(i)] is not None]
    chosen = [some[i] for i in np.linspace(0, len(some) - 1, min(SHOWN, len(some))).astype(int)] if some else []
    return tuple((marking.thumbs[place], marking.masks[i].small, collection.items[i]) for place, i in chosen)
