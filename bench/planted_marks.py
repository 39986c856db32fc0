"""Defects planted at known places into real boxes and masks: which of them the audit finds, and what it finds beside them.

    python bench/planted_marks.py ../shared/data

Boxes of blood cells (COCO) and masks of cell membranes. Of masks there are 30: three of them are changed, or one.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from planting import HEAD, Planted, copied, some, told

from nohero.sources.opening import open_source

if TYPE_CHECKING:
    from collections.abc import Callable

RATE = 0.01


class Boxes:
    """Defects of a COCO file."""

    def __init__(self, folder: Path) -> None:
        """`folder`/annotations.json and `folder`/images."""
        self.folder = folder
        self.file = json.loads((folder / "annotations.json").read_text(encoding="utf-8"))
        self.pictures = {p["id"]: p for p in self.file["images"]}

    def name(self, box: dict[str, Any]) -> str:
        """As the audit calls it."""
        return f"images/{Path(self.pictures[box['image_id']]['file_name']).name} annotation {box['id']}"

    def written(self, change: Callable[[dict[str, Any], Path], Any]) -> Planted:
        """`change(json, folder)` gives the names back, or names and partners."""

        def rewrite(root: Path) -> Any:
            told = json.loads((root / "annotations.json").read_text(encoding="utf-8"))
            answer = change(told, root)
            (root / "annotations.json").write_text(json.dumps(told), encoding="utf-8")
            return answer

        collection, answer = copied(self.folder, rewrite)
        partners = answer if isinstance(answer, dict) else {}
        return Planted(collection=collection, names=tuple(answer or ()), partners=partners)

    def changed(self, change: Callable[[dict[str, Any], dict[str, Any]], None], seed: int, share: float = RATE) -> Callable[[], Planted]:
        """Some boxes: `change(box, picture)`."""

        def rewrite(told: dict[str, Any], _: Path) -> list[str]:
            rows = [told["annotations"][i] for i in some(len(told["annotations"]), share, seed)]
            for box in rows:
                change(box, self.pictures[box["image_id"]])
            return [self.name(box) for box in rows]

        return lambda: self.written(rewrite)

    def again(self, change: Callable[[dict[str, Any]], None], seed: int) -> Callable[[], Planted]:
        """Some boxes a second time."""

        def rewrite(told: dict[str, Any], _: Path) -> dict[str, str]:
            made = {}
            for k, i in enumerate(some(len(told["annotations"]), RATE, seed)):
                box = {**told["annotations"][i], "id": 900_000 + k, "bbox": list(told["annotations"][i]["bbox"])}
                change(box)
                told["annotations"].append(box)
                made[self.name(box)] = self.name(told["annotations"][i])
            return made

        return lambda: self.written(rewrite)

    def dealt(self, share: float, seed: int) -> Callable[[], Planted]:
        """Some pictures exchange their boxes, round and round."""

        def rewrite(told: dict[str, Any], _: Path) -> list[str]:
            ids = [told["images"][i]["id"] for i in some(len(told["images"]), share, seed)]
            ids = [ids[k] for k in np.random.default_rng(seed).permutation(len(ids))]
            after = dict(zip(ids, ids[1:] + ids[:1], strict=True))
            for box in told["annotations"]:
                box["image_id"] = after.get(box["image_id"], box["image_id"])
            return [f"images/{Path(self.pictures[i]['file_name']).name}" for i in ids]

        return lambda: self.written(rewrite)

    def moved(self, change: Callable[[list[float], dict[str, Any]], list[float]], seed: int) -> Callable[[], Planted]:
        """All boxes of some pictures, alike."""

        def rewrite(told: dict[str, Any], _: Path) -> list[str]:
            ids = {told["images"][i]["id"] for i in some(len(told["images"]), 0.05, seed)}
            for box in told["annotations"]:
                if box["image_id"] in ids:
                    box["bbox"] = change(box["bbox"], self.pictures[box["image_id"]])
            return [f"images/{Path(self.pictures[i]['file_name']).name}" for i in ids]

        return lambda: self.written(rewrite)

    def all_boxes(self, change: Callable[[list[float], dict[str, Any]], list[float]]) -> Callable[[], Planted]:
        """Every box moved alike: the verdict is asked for."""

        def rewrite(told: dict[str, Any], _: Path) -> None:
            for box in told["annotations"]:
                box["bbox"] = change(box["bbox"], self.pictures[box["image_id"]])

        return lambda: self.written(rewrite)

    def pictures_changed(self, change: Callable[[Path], None], seed: int) -> Callable[[], Planted]:
        """Some picture files."""

        def rewrite(told: dict[str, Any], root: Path) -> list[str]:
            names = [f"images/{Path(told['images'][i]['file_name']).name}" for i in some(len(told["images"]), RATE, seed)]
            for name in names:
                change(root / name)
            return {name: name.removeprefix("images/") for name in names}  # a missing file goes by the name that the json has

        return lambda: self.written(rewrite)

    def unmarked(self) -> Planted:
        """All boxes of some pictures are gone."""

        def rewrite(told: dict[str, Any], _: Path) -> list[str]:
            gone = {told["images"][i]["id"] for i in some(len(told["images"]), RATE, 30)}
            told["annotations"] = [b for b in told["annotations"] if b["image_id"] not in gone]
            return [f"images/{Path(self.pictures[i]['file_name']).name}" for i in gone]

        return self.written(rewrite)


def set_box(*change: Callable[..., float]) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    """A change of left, top, width and height, each from (left, top, width, height, wide, high)."""

    def write(box: dict[str, Any], picture: dict[str, Any]) -> None:
        values = (*box["bbox"], picture["width"], picture["height"])
        box["bbox"] = [float(c(*values)) for c in change]

    return write


def other_class(box: dict[str, Any], _: Any = None) -> None:
    """The next class."""
    box["category_id"] = box["category_id"] % 3 + 1


def of_boxes(folder: Path) -> dict[str, Any]:
    """All defects of boxes."""
    b = Boxes(folder)
    left, top, width, height = (lambda x, *_: x), (lambda _, y, *__: y), (lambda _, __, w, *___: w), (lambda *v: v[3])
    return {
        "outside": (("boxes-outside-picture",), b.changed(set_box(lambda *v: v[4] - v[2] / 3, top, width, height), 1)),
        "beyond the picture": (("boxes-outside-picture",), b.changed(set_box(lambda *v: v[4] + 20, top, width, height), 2)),
        "zero area": (("boxes-without-area",), b.changed(set_box(left, top, lambda *_: 0, height), 3)),
        "swapped corners": (("boxes-without-area",), b.changed(set_box(lambda *v: v[0] + v[2], lambda *v: v[1] + v[3], lambda *v: -v[2], lambda *v: -v[3]), 4)),
        "written as shares": (("normalised-boxes",), b.changed(set_box(lambda *v: v[0] / v[4], lambda *v: v[1] / v[5], lambda *v: v[2] / v[4], lambda *v: v[3] / v[5]), 5)),
        "corners for sizes, all": (("misread-box-numbers",), b.all_boxes(lambda v, _: [v[0], v[1], v[0] + v[2], v[1] + v[3]])),
        "a speck (2 x 2)": (("odd-box-sizes",), b.changed(set_box(left, top, lambda *_: 2, lambda *_: 2), 6)),
        "the whole picture": (("odd-box-sizes",), b.changed(set_box(lambda *_: 0, lambda *_: 0, lambda *v: v[4], lambda *v: v[5]), 7, 0.002)),
        "twice": (("repeated-boxes",), b.again(lambda _: None, 8)),
        "twice, two pixels off": (("repeated-boxes",), b.again(lambda box: box.update(bbox=[box["bbox"][0] + 2, *box["bbox"][1:]]), 9)),
        "twice, as two classes": (("conflicting-boxes",), b.again(other_class, 10)),
        "undeclared class": (("undeclared-box-classes",), b.changed(lambda box, _: box.update(category_id=77), 11)),
        "boxes of other pictures, 3 % of the pictures": (("misplaced-boxes",), b.dealt(0.03, 12)),
        "boxes of other pictures, 10 %": (("misplaced-boxes",), b.dealt(0.1, 13)),
        "boxes flipped, in 5 % of the pictures": (("misplaced-boxes",), b.moved(lambda v, p: [p["width"] - v[0] - v[2], *v[1:]], 18)),
        "boxes shifted by a sixteenth, in 5 %": (("misplaced-boxes",), b.moved(lambda v, p: [v[0] + p["width"] / 16, v[1] + p["height"] / 16, v[2], v[3]], 19)),
        "boxes shifted by an eighth, in 5 %": (("misplaced-boxes",), b.moved(lambda v, p: [v[0] + p["width"] / 8, v[1], v[2], v[3]], 20)),
        "boxes of other pictures, all": (("misplaced-boxes",), lambda: Planted(collection=b.dealt(1.0, 14)().collection)),
        "all flipped": (("misplaced-boxes",), b.all_boxes(lambda v, p: [p["width"] - v[0] - v[2], *v[1:]])),
        "all shifted by a sixteenth": (("misplaced-boxes",), b.all_boxes(lambda v, p: [v[0] + p["width"] / 16, v[1] + p["height"] / 16, v[2], v[3]])),
        "all halved": (("misplaced-boxes",), b.all_boxes(lambda v, _: [x / 2 for x in v])),
        "no boxes": (("unmarked-pictures",), b.unmarked),
        "truncated picture": (("unreadable-items",), b.pictures_changed(lambda p: p.write_bytes(p.read_bytes()[:3000]) and None, 15)),
        "missing picture": (("stray-marks", "unreadable-items"), b.pictures_changed(lambda p: p.unlink(), 16)),
        "picture of another size than noted": (("misstated-picture-sizes",), b.pictures_changed(lambda p: Image.open(p).resize((320, 240)).save(p), 17)),
    }


def of_masks(folder: Path) -> dict[str, Any]:
    """All defects of masks."""
    names = sorted((p.name for p in (folder / "masks").iterdir()), key=lambda n: int(n.split(".")[0]))

    def changed(change: Callable[[Any], Any], count: int, seed: int, *, verdict: bool = False, called: str = "images") -> Callable[[], Planted]:
        chosen = [names[i] for i in sorted(np.random.default_rng(seed).choice(len(names), count, replace=False))]

        def write(root: Path) -> None:
            for name in chosen:
                Image.fromarray(change(np.asarray(Image.open(root / "masks" / name)))).save(root / "masks" / name)

        return lambda: Planted(collection=copied(folder, write)[0], names=() if verdict else tuple(f"{called}/{n}" for n in chosen))

    def dealt(count: int, seed: int) -> Callable[[], Planted]:
        chosen = [names[i] for i in np.random.default_rng(seed).choice(len(names), count, replace=False)]

        def write(root: Path) -> None:
            held = [(root / "masks" / n).read_bytes() for n in chosen]
            for name, content in zip(chosen, held[1:] + held[:1], strict=True):
                (root / "masks" / name).write_bytes(content)

        return lambda: Planted(collection=copied(folder, write)[0], names=tuple(f"images/{n}" for n in chosen))

    def gone(root: Path) -> None:
        (root / "masks" / names[7]).unlink()

    def without_picture(root: Path) -> None:
        (root / "images" / names[9]).unlink()

    all_ = len(names)
    return {
        "flipped, three masks": (("misplaced-masks",), changed(lambda m: m[:, ::-1].copy(), 3, 1)),
        "turned upside down, one mask": (("misplaced-masks",), changed(lambda m: m[::-1].copy(), 1, 2)),
        "flipped, all": (("misplaced-masks",), changed(lambda m: m[:, ::-1].copy(), all_, 3, verdict=True)),
        "shifted by a thirty-second, all": (("misplaced-masks",), changed(lambda m: np.roll(m, 16, (0, 1)), all_, 4, verdict=True)),
        "shifted by a sixteenth, three masks": (("misplaced-masks",), changed(lambda m: np.roll(m, 32, (0, 1)), 3, 5)),
        "exchanged, three masks": (("misplaced-masks",), dealt(3, 6)),
        "wrong size, three masks": (("missized-masks",), changed(lambda m: m[::2, ::2].copy(), 3, 7)),
        "empty, three masks": (("flat-masks",), changed(np.zeros_like, 3, 8, called="masks")),
        "full, one mask": (("flat-masks",), changed(lambda m: np.full_like(m, 255), 1, 9, called="masks")),
        "smoothed by resizing, three masks": (("blended-mask-values",), changed(lambda m: np.asarray(Image.fromarray(m).resize((300, 300), Image.Resampling.BILINEAR).resize(m.shape, Image.Resampling.BILINEAR)), 3, 10, called="masks")),
        "missing mask": (("unmarked-pictures",), lambda: Planted(collection=copied(folder, gone)[0], names=(f"images/{names[7]}",))),
        "mask without its picture": (("stray-marks",), lambda: Planted(collection=copied(folder, without_picture)[0], names=(f"masks/{names[9]}",))),
    }


def main() -> None:
    """Print the tables."""
    data = Path(sys.argv[1])
    print(HEAD)
    told("bccd", open_source(str(data / "bccd")), of_boxes(data / "bccd"))
    told("membrane", open_source(str(data / "membrane")), of_masks(data / "membrane"))


if __name__ == "__main__":
    main()
