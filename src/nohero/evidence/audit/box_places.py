"""Where boxes lie in their pictures: inside, outside, of no area, and how many would fit if their numbers were read another way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.run.figure import Images
    from nohero.sources.collection import Collection

PRICE = 0.02  # seconds
SHOWN = 12  # pictures drawn
COLOURS = ((240, 196, 25), (46, 134, 222), (226, 88, 62), (67, 160, 71), (142, 68, 173), (0, 172, 193))
OVER = 1.0  # pixels beyond the edge: corners that are counted from 1 reach so far


@dataclass(frozen=True, kw_only=True)
class BoxPlaces:
    """Names of the boxes concerned; a box of no area is not also told as outside."""

    n: int
    pictures: int
    form: str
    outside: tuple[str, ...]  # reach over the edge
    away: tuple[str, ...]  # have no pixel in common with the picture
    farthest: float  # pixels over the edge
    empty: tuple[str, ...]  # width or height 0
    negative: tuple[str, ...]
    shares: tuple[str, ...]  # all four numbers between 0 and 1
    fit: int  # boxes with an area, inside
    fit_otherwise: int  # the same when sizes are read as corners (COCO) or corners as sizes (VOC)
    only_otherwise: tuple[str, ...]  # fit then and do not as given
    pictures_shown: tuple[tuple[Any, Any, str], ...] = ()  # small picture, boxes in its pixels and their classes [B, 5], name

    def figures(self) -> tuple[Images, ...]:
        """Pictures with their boxes, each class in a colour of its own."""
        from nohero.run.figure import Images
        from nohero.run.pictures import picture

        images = tuple(picture(_drawn(pixels, boxes), caption=name, side=128) for pixels, boxes, name in self.pictures_shown)
        return (Images(title="Pictures and their boxes, each class in a colour of its own", images=images, columns=4),) if images else ()


def measure(collection: Collection) -> BoxPlaces:
    """Plain geometry, every box."""
    import numpy as np

    left, top, width, height, wide, high, _ = edges(collection)
    names = box_names(collection)
    right, bottom = left + width, top + height
    shares = (np.stack([left, top, width, height]) >= 0).all(0) & (np.stack([left, top, width, height]) <= 1).all(0) & (width > 0) & (height > 0) & (wide > 4) & (high > 4)
    negative = (width < 0) | (height < 0)
    empty = ~negative & ((width == 0) | (height == 0))
    over = np.max([-left, -top, right - wide, bottom - high], axis=0, initial=0.0)
    sound = ~negative & ~empty
    outside = sound & (over > OVER)
    away = sound & ((left >= wide) | (top >= high) | (right <= 0) | (bottom <= 0))
    fit = sound & ~outside
    form = collection.marking.form if collection.marking is not None else "COCO"
    third, fourth = (right, bottom) if form == "VOC" else (width, height)  # the numbers as they stand in the file
    if form == "VOC":  # they may be sizes
        other = (third > 0) & (fourth > 0) & (left + third <= wide + OVER) & (top + fourth <= high + OVER) & (left >= -OVER) & (top >= -OVER)
    else:  # they may be corners
        first, second = (left + width / 2, top + height / 2) if form == "YOLO" else (left, top)
        other = (third > first) & (fourth > second) & (third <= wide + OVER) & (fourth <= high + OVER) & (first >= -OVER) & (second >= -OVER)
    return BoxPlaces(
        n=len(left), pictures=len(collection), form=form, outside=_named(names, outside), away=_named(names, away),
        farthest=float(over[outside].max()) if outside.any() else 0.0, empty=_named(names, empty), negative=_named(names, negative),
        shares=_named(names, shares), fit=int(fit.sum()), fit_otherwise=int(other.sum()), only_otherwise=_named(names, other & ~fit),
        pictures_shown=_shown(collection),
    )  # fmt: skip


def edges(collection: Collection) -> tuple[Any, ...]:
    """(left, top, width, height of each box; width and height of its picture; its item), or why there are none."""
    from nohero.setup.refusal import Unmeasurable

    boxes = collection.boxes
    if boxes is None:
        raise Unmeasurable("the collection has no boxes")
    if boxes.height == 0:
        raise Unmeasurable("the annotations hold no box that can be read")
    item = boxes["item"].to_numpy()
    sides = [boxes[name].to_numpy().astype(float) for name in ("left", "top", "width", "height")]
    return (*sides, collection.frame["width"].to_numpy()[item].astype(float), collection.frame["height"].to_numpy()[item].astype(float), item)


def _shown(collection: Collection) -> tuple[tuple[Any, Any, str], ...]:
    """A dozen pictures, spread evenly, in their true proportion."""
    import numpy as np

    if collection.marking is None or not len(collection.marking.looked):
        return ()
    left, top, width, height, wide, high, item = edges(collection)
    labels = collection.boxes["label"].to_list()
    codes = {label: i for i, label in enumerate(sorted(set(labels)))}
    found = []
    for place in np.linspace(0, len(collection.marking.looked) - 1, min(SHOWN, len(collection.marking.looked))).astype(int):
        number, pixels = int(collection.marking.looked[place]), collection.marking.thumbs[place]
        rows, columns = _proportion(collection.frame["width"][number], collection.frame["height"][number], len(pixels))
        mine = np.flatnonzero(item == number)
        corners = np.stack([left / wide, top / high, (left + width) / wide, (top + height) / high], axis=1)[mine]
        boxes = np.clip(corners, -1, 2) * [columns, rows, columns, rows]
        small = pixels[np.arange(rows) * len(pixels) // rows][:, np.arange(columns) * len(pixels) // columns]
        found.append((small, np.column_stack([boxes, [codes[labels[i]] for i in mine]]), collection.items[number]))
    return tuple(found)


def _proportion(width: int, height: int, side: int) -> tuple[int, int]:
    """(rows, columns) of which the greater is `side`."""
    longest = max(width, height)
    return max(1, side * height // longest), max(1, side * width // longest)


def _drawn(pixels: Any, boxes: Any) -> Any:
    """The outlines, one pixel wide; what lies outside is not seen."""
    found = pixels.copy()
    rows, columns = found.shape[:2]
    for left, top, right, bottom, code in boxes.round().astype(int).tolist():
        colour = COLOURS[code % len(COLOURS)]
        for x in (left, right):
            if 0 <= x < columns:
                found[max(0, top) : max(0, bottom + 1), x] = colour
        for y in (top, bottom):
            if 0 <= y < rows:
                found[y, max(0, left) : max(0, right + 1)] = colour
    return found


def box_names(collection: Collection) -> list[str]:
    """Each box by its picture and its annotation."""
    marks = collection.boxes["mark"].to_list() if "mark" in collection.boxes.columns else [f"box {i}" for i in range(collection.boxes.height)]
    return [f"{collection.items[i]} {mark}" for i, mark in zip(collection.boxes["item"].to_list(), marks, strict=True)]


def _named(names: list[str], chosen: Any) -> tuple[str, ...]:
    return tuple(names[i] for i in chosen.nonzero()[0])
