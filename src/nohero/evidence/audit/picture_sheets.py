"""Contact sheets of a collection's pictures, small enough for a page that can be mailed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from nohero.run.figure import Bar, Bars, Images, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.sources.collection import Collection

SHOWN = 24  # pictures of one sheet
CLASSES, A_CLASS = 12, 5  # classes of a sheet, and pictures of each
EXTREMES = 6
SHORT = 26  # characters of a caption
STEPS = 8  # bars of a distribution


def drawn(collection: Collection, title: str, rows: Sequence[int], *, tone: str = "plain", captions: Sequence[str] = (), columns: int = 8) -> Images:
    """These pictures by their small copies, in their own shape."""
    images = tuple(_image(collection, i, captions[n] if captions else _caption(collection, i), tone) for n, i in enumerate(rows[:SHOWN]))
    more = f" (the first {SHOWN} of {len(rows):,})" if len(rows) > SHOWN else ""
    return Images(title=title + more, images=images, columns=columns)


def pairs_drawn(collection: Collection, title: str, pairs: Sequence[tuple[int, int]], captions: Sequence[str] = ()) -> Images:
    """Two and two side by side."""
    rows = [i for pair in pairs[: SHOWN // 2] for i in pair]
    said = [c for n, pair in enumerate(pairs[: SHOWN // 2]) for c in (_caption(collection, pair[0]), captions[n] if captions else _caption(collection, pair[1]))]
    return drawn(collection, title + (f" (the first {SHOWN // 2} of {len(pairs):,} pairs)" if len(pairs) > SHOWN // 2 else ""), rows, captions=said)


def sheets(facts: Any) -> tuple[Images | Bars | Table, ...]:
    """What one would look at first of PictureFacts."""
    import numpy as np

    collection, count = facts.collection, len(facts.items)
    if not count:
        return ()
    generator = np.random.default_rng(collection.seed)
    some = sorted(generator.choice(count, min(SHOWN, count), replace=False).tolist())
    figures: list[Images | Bars | Table] = [drawn(collection, "Pictures at random", some)]
    if collection.label:
        figures += [sheet for sheet in (_by_class(collection, generator),) if sheet.images]
    order = np.argsort(facts.brightness, kind="stable").tolist()
    edges = [*order[:EXTREMES], *order[-EXTREMES:]] if count > 2 * EXTREMES else order
    figures.append(drawn(collection, "The darkest and the brightest", edges, captions=[f"brightness {facts.brightness[i]:.0f}" for i in edges], columns=EXTREMES))
    figures.append(_spread("Brightness", "pictures", facts.brightness))
    if facts.width and len(set(zip(facts.width, facts.height, strict=True))) > 1:
        sizes = np.argsort([w * h for w, h in zip(facts.width, facts.height, strict=True)], kind="stable").tolist()
        ends = [*sizes[:EXTREMES], *sizes[-EXTREMES:]] if count > 2 * EXTREMES else sizes
        figures.append(drawn(collection, "The smallest and the largest", ends, captions=[f"{facts.width[i]}x{facts.height[i]}" for i in ends], columns=EXTREMES))
    if facts.width and facts.mode and facts.format:  # annotated sets tell sizes alone
        figures.append(_forms(facts))
    return tuple(figures)


def _by_class(collection: Collection, generator: Any) -> Images:
    import numpy as np

    labels = np.array([str(v) for v in collection.labels.to_list()])
    images = []
    for name, _ in Counter(labels.tolist()).most_common(CLASSES):
        rows = np.flatnonzero(labels == name)
        images += [_image(collection, int(i), str(name)[:SHORT], "plain") for i in generator.choice(rows, min(A_CLASS, len(rows)), replace=False)]
    return Images(title=f"Pictures by `{collection.label}`", images=tuple(images), columns=2 * A_CLASS)


def _spread(title: str, what: str, values: Sequence[float]) -> Bars:
    import numpy as np

    counts, edges = np.histogram(values, bins=STEPS)
    bars = tuple(Bar(label=f"{a:.0f} to {b:.0f}", value=float(c)) for c, a, b in zip(counts, edges[:-1], edges[1:], strict=True))
    return Bars(title=title, value_label=what, bars=bars)


def _forms(facts: Any) -> Table:
    forms = Counter(zip((f"{w}x{h}" for w, h in zip(facts.width, facts.height, strict=True)), facts.mode, facts.format, strict=True))
    rows = tuple((size, mode, kind, count) for (size, mode, kind), count in forms.most_common(10))
    return Table(title=f"Sizes, modes and formats ({len(forms):,} in all)", columns=("size", "mode", "format", "pictures"), rows=rows)


def _caption(collection: Collection, row: int) -> str:
    name = collection.items[row]
    return name if len(name) <= SHORT else "…" + name[1 - SHORT :]


def _image(collection: Collection, row: int, caption: str, tone: str) -> Any:
    import numpy as np
    from PIL import Image as Pillow

    from nohero.run.pictures import SIDE, picture
    from nohero.sources.thumbnails import thumbnails

    pixels = thumbnails(collection).pixels[row]
    if pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if collection.pictures is None and "width" in collection.frame.columns:
        width, height = collection.frame["width"][row] or 1, collection.frame["height"][row] or 1
        if isinstance(width, int) and isinstance(height, int) and width != height:
            scale = SIDE / max(width, height)
            pixels = np.asarray(Pillow.fromarray(pixels).resize((max(1, round(width * scale)), max(1, round(height * scale)))))
    return picture(pixels, caption=caption, tone=tone)
