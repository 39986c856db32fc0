"""Defects planted at known places into real pictures: which of them the audit finds, and what it finds beside them.

    python bench/planted_pictures.py ../shared/data [--all]

CIFAR-10 as files, 10,000 pictures of Fashion-MNIST and the digits of scikit-learn as arrays; `--all` ranks flipped labels among all 60,000.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from PIL import Image, ImageDraw, ImageEnhance
from planting import HEAD, RANKED, Planted, copied, ranking, some, told

from nohero.sources.collection import Collection
from nohero.sources.opening import open_source

if TYPE_CHECKING:
    from collections.abc import Callable

CLASS = "horse"
RATE = 0.01
NEAR = ("near-copied-pictures", "leaked-pictures", "contradictory-pictures")


def moved(image: Any, dx: int, dy: int) -> Any:
    """Moved, the edge going on."""
    pixels = np.pad(np.asarray(image), ((2, 2), (2, 2), *((0, 0),) * (np.asarray(image).ndim - 2)), mode="edge")
    return Image.fromarray(pixels[2 - dy : pixels.shape[0] - 2 - dy, 2 - dx : pixels.shape[1] - 2 - dx])


def as_jpeg(image: Any, quality: int) -> Any:
    """Stored and read again."""
    held = io.BytesIO()
    image.save(held, "JPEG", quality=quality)
    return Image.open(held).convert(image.mode)


CHANGES: dict[str, Callable[[Any], Any]] = {
    "near copies, shifted by a pixel": lambda i: moved(i, 1, -1),
    "near copies, shifted by two pixels": lambda i: moved(i, -2, 0),
    "near copies, darker by a quarter": lambda i: ImageEnhance.Brightness(i).enhance(0.75),
    "near copies, brighter and flatter": lambda i: i.point(lambda v: 60 + 0.7 * v),
    "near copies, JPEG of 50 %": lambda i: as_jpeg(i, 50),
    "near copies, mirrored": lambda i: i.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "near copies, 3/4 of the size and back": lambda i: i.resize((24, 24), Image.Resampling.BICUBIC).resize(i.size, Image.Resampling.BICUBIC),
}


class Files:
    """Defects of picture files, planted into a copy of the folder."""

    def __init__(self, folder: Path) -> None:
        """`folder`/part/class/file."""
        self.folder = folder
        self.names = sorted(p.relative_to(folder).as_posix() for p in folder.glob("train/*/*.jpg"))
        self.test = sorted(p.relative_to(folder).as_posix() for p in folder.glob("test/*/*.jpg"))

    def changed(self, change: Callable[[Path], Any], seed: int, share: float = RATE) -> Callable[[], Planted]:
        """Some files changed in place."""
        chosen = [self.names[i] for i in some(len(self.names), share, seed)]

        def plant() -> Planted:
            collection, answers = copied(self.folder, lambda root: [change(root / name) or name for name in chosen])
            return Planted(collection=collection, names=tuple(answers))

        return plant

    def again(self, change: Callable[[Any], Any] | None, seed: int, *, across: bool = False, suffix: str = ".jpg") -> Callable[[], Planted]:
        """Some files stored a second time, changed or as they are, in the same part or in the other."""
        chosen = [self.names[i] for i in some(len(self.names), RATE, seed)]

        def write(root: Path) -> dict[str, str]:
            made = {}
            for name in chosen:
                target = name.replace("train/", "test/" if across else "train/").replace("/0", "/9").replace(".jpg", suffix)
                if change is None:
                    (root / target).write_bytes((root / name).read_bytes())
                else:
                    change(Image.open(root / name)).save(root / target, **({"quality": 95} if suffix == ".jpg" else {}))
                made[target] = name
            return made

        def plant() -> Planted:
            collection, made = copied(self.folder, write)
            return Planted(collection=collection, names=tuple(made), partners=made)

        return plant

    def of_class(self, change: Callable[[Path], None]) -> Callable[[], Planted]:
        """All files of one class changed: the verdict is asked for."""

        def write(root: Path) -> None:
            for path in sorted(root.glob(f"*/{CLASS}/*")):
                change(path)

        return lambda: Planted(collection=copied(self.folder, write)[0])

    def lone(self) -> Planted:
        """A class folder with one picture."""

        def write(root: Path) -> None:
            (root / "train" / "hrose").mkdir()
            first = sorted((root / "train" / CLASS).iterdir())[5]
            first.rename(root / "train" / "hrose" / first.name)

        return Planted(collection=copied(self.folder, write)[0], names=("hrose",), fields=True)


def redrawn(change: Callable[[Any], Any], **how: Any) -> Callable[[Path], None]:
    """A file read, changed and stored under its name."""

    def write(path: Path) -> None:
        with Image.open(path) as image:
            image.load()
            made = change(image)
        made.save(path, **{"quality": 95, **how})

    return write


def bordered(image: Any) -> Any:
    """A white frame of two pixels."""
    ImageDraw.Draw(image).rectangle((0, 0, image.width - 1, image.height - 1), outline=(255, 255, 255), width=2)
    return image


def of_files(folder: Path) -> dict[str, Any]:
    """All defects of files."""
    files, turned = Files(folder), Image.Exif()
    turned[0x0112] = 6
    found: dict[str, Any] = {name: (NEAR, files.again(change, 10 + k)) for k, (name, change) in enumerate(CHANGES.items())}
    found |= {
        "near copies, larger (32 to 40)": (NEAR, files.again(lambda i: i.resize((40, 40), Image.Resampling.BICUBIC), 20)),
        "near copies in the other part, darker": (("leaked-pictures",), files.again(CHANGES["near copies, darker by a quarter"], 21, across=True)),
        "exact copies": (("copied-pictures",), files.again(None, 22)),
        "exact copies in the other part": (("leaked-pictures",), files.again(None, 23, across=True)),
        "exact copies stored as PNG": (("copied-pictures",), files.again(lambda i: i, 24, suffix=".png")),
        "black": (("blank-pictures",), files.changed(redrawn(lambda i: Image.new("RGB", i.size)), 25)),
        "of one colour": (("blank-pictures",), files.changed(redrawn(lambda i: Image.new("RGB", i.size, (90, 120, 200))), 26)),
        "truncated": (("unreadable-items",), files.changed(lambda p: p.write_bytes(p.read_bytes()[: p.stat().st_size // 2]) and None, 27)),
        "no bytes": (("unreadable-items",), files.changed(lambda p: p.write_bytes(b"") or None, 28)),
        "a page of html": (("unreadable-items",), files.changed(lambda p: p.write_bytes(b"<html>404 not found</html>") and None, 29)),
        "PNG called .jpg": (("wrong-suffix",), files.changed(redrawn(lambda i: i, format="PNG"), 30)),
        "turned with a note": (("turned-pictures",), files.changed(redrawn(lambda i: i.rotate(90), exif=turned), 31)),
        "larger (64 x 48)": (("odd-shapes",), files.changed(redrawn(lambda i: i.resize((64, 48))), 32)),
        "grey": (("odd-modes",), files.changed(redrawn(lambda i: i.convert("L")), 33)),
        "CMYK": (("odd-modes",), files.changed(redrawn(lambda i: i.convert("CMYK")), 34)),
        "nearly black": (("odd-exposures", "blank-pictures"), files.changed(redrawn(lambda i: ImageEnhance.Brightness(i).enhance(0.03)), 35)),
        "a class of one picture": (("sparse-picture-classes",), files.lone),
        "shortcut: brighter class": (("label-shortcut",), files.of_class(redrawn(lambda i: i.point(lambda v: min(255, v + 110))))),
        "shortcut: class of small files": (("label-shortcut",), files.of_class(redrawn(lambda i: i, quality=35))),
        "shortcut: class named otherwise": (("label-shortcut",), files.of_class(lambda p: p.rename(p.with_name("img_" + p.name)) and None)),
        "shortcut: frame around a class": (("label-shortcut",), files.of_class(redrawn(bordered))),
    }
    return found


def arrays(pixels: Any, labels: Any, name: str, train: int) -> Collection:
    """Pictures in memory, the first `train` of them for training."""
    parts = ["train"] * train + ["test"] * (len(pixels) - train)
    items = tuple(f"picture {i}" for i in range(len(pixels)))
    frame = pl.DataFrame({"number": list(range(len(pixels))), "label": [str(v) for v in labels], "part": parts})
    return Collection(name=name, source=name, kind="picture", frame=frame, items=items, label="label", split="part", pictures=pixels)


def of_arrays(pixels: Any, labels: Any, name: str, train: int, *, near: bool = True) -> dict[str, Any]:
    """Defects of arrays: pictures of the training part are overwritten, one behind the middle by one before it."""
    half = train // 2

    def again(change: Callable[[Any], Any], seed: int, *, across: bool = False) -> Callable[[], Planted]:
        def plant() -> Planted:
            made, named = pixels.copy(), labels.copy()
            rows = some(half, RATE * 2, seed)
            places = [(train if across else half) + k for k in range(len(rows))]
            for i, j in zip(rows, places, strict=True):
                made[j], named[j] = np.asarray(change(Image.fromarray(pixels[i]))), labels[i]
            partners = {f"picture {j}": f"picture {i}" for i, j in zip(rows, places, strict=True)}
            return Planted(collection=arrays(made, named, name, train), names=tuple(partners), partners=partners)

        return plant

    def blank(value: int, seed: int) -> Callable[[], Planted]:
        def plant() -> Planted:
            made, rows = pixels.copy(), some(train, RATE, seed)
            made[rows] = value
            return Planted(collection=arrays(made, labels, name, train), names=tuple(f"picture {i}" for i in rows))

        return plant

    found: dict[str, Any] = {
        "exact copies": (("copied-pictures",), again(lambda i: i, 40)), "exact copies in the other part": (("leaked-pictures",), again(lambda i: i, 41, across=True)),
        "black": (("blank-pictures",), blank(0, 42)), "of one value": (("blank-pictures",), blank(int(pixels.max()) // 2, 43)),
    }  # fmt: skip
    return found | ({n: (NEAR, again(change, 44 + k)) for k, (n, change) in enumerate(CHANGES.items()) if "3/4" not in n} if near else {})


def main() -> None:
    """Print the tables."""
    from sklearn.datasets import load_digits

    data = Path(sys.argv[1])
    print(HEAD)
    cifar = open_source(str(data / "cifar10-small"))
    told("cifar10-small", cifar, of_files(data / "cifar10-small"))
    fashion = open_source(str(data / "fashion-mnist"))
    labels = fashion.labels.to_numpy().astype(str)
    first = np.r_[:8000, 60000:62000]
    pixels, named = np.ascontiguousarray(fashion.pictures[first]), labels[first]
    told("fashion-mnist, 10,000", arrays(pixels, named, "fashion", 8000), of_arrays(pixels, named, "fashion", 8000))
    digits = load_digits()
    eights = (digits.images * 15).astype(np.uint8)
    told("digits", arrays(eights, digits.target, "digits", 1400), of_arrays(eights, digits.target, "digits", 1400, near=False))
    print(RANKED)
    print(ranking("cifar10-small", cifar), ranking("digits", arrays(eights, digits.target, "digits", 1400)), ranking("fashion-mnist, 10,000", arrays(pixels, named, "fashion", 8000)), sep="\n", flush=True)
    if "--all" in sys.argv:
        print(ranking("fashion-mnist, 60,000", arrays(fashion.pictures[:60000], labels[:60000], "fashion", 50000)))


if __name__ == "__main__":
    main()
