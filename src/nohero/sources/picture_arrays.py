"""Pictures in arrays: .npy and .npz of numpy, and IDX files as MNIST comes in; nothing in them is ever run.

Legend: N pictures, H height, W width, C channels.
"""

from __future__ import annotations

import gzip
import hashlib
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from nohero.data.raw import Unusable
from nohero.run.errors import DataError
from nohero.sources.collection import PICTURE, Collection
from nohero.sources.table import PARTS

if TYPE_CHECKING:
    from collections.abc import Sequence

ARRAYS = (".npy", ".npz", ".idx", ".ubyte")
IDX_SIGNS = ("idx1-ubyte", "idx3-ubyte", "idx4-ubyte", "-idx")
IDX_TYPES = {8: np.dtype(np.uint8), 9: np.dtype(np.int8), 11: np.dtype(">i2"), 12: np.dtype(">i4"), 13: np.dtype(">f4"), 14: np.dtype(">f8")}
MAX_ARRAY = 8e9  # bytes that are read
PICTURE_WORDS, LABEL_WORDS = ("x", "images", "image", "imgs", "data", "pictures", "features", "inputs"), ("y", "labels", "label", "targets", "target", "classes")
CHANNELS = (1, 2, 3, 4)
LEAST_SIDE, LONGEST = 8, 8  # pixels of a picture's shorter side, and times of it that the longer one has: scikit-learn's digits have 8 by 8, a sensor's windows 100 by 6 or 128 by 9
PART, LABEL = "part", "label"
ORDER = ("train", "val", "test")
FORMS = "pictures [N, H, W] or [N, H, W, C] named x or images, labels [N] named y or labels, with train, val, test in the names where there are parts"


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """Pictures of one part, and their labels where there are any."""

    part: str
    pictures: Any
    labels: Any = None


def load_arrays(paths: Sequence[Path]) -> tuple[dict[str, Any], Sequence[Path]]:
    """(all arrays by name, the files they come from): the labels of an IDX file of pictures lie beside it."""
    arrays: dict[str, Any] = {}
    if len(paths) == 1 and (labels := paths[0].with_name(paths[0].name.replace("images-idx3", "labels-idx1"))) != paths[0] and labels.is_file():
        paths = [*paths, labels]
    for path in paths:
        arrays.update(_read(path, len(paths) > 1))
    return arrays, paths


def has_pictures(arrays: dict[str, Any]) -> bool:
    """Whether any of them holds pictures."""
    return any(_are_pictures(a) for a in arrays.values())


def _are_pictures(array: Any) -> bool:
    """Bytes with three or four axes, or numbers with the sides of pictures."""
    return array.ndim in (3, 4) and array.dtype.kind in "uifb" and len(array) > 0 and (array.dtype == np.uint8 or is_picture_shape(array.shape[1:]))


def is_picture_shape(shape: tuple[int, ...]) -> bool:
    """One to four channels and sides as pictures have them: windows of a time series are long and narrow."""
    sides = shape if len(shape) == 2 else shape[:2] if shape[-1] in CHANNELS else shape[1:] if shape[0] in CHANNELS else (0, 0)
    return min(sides) >= LEAST_SIDE and max(sides) <= LONGEST * min(sides)


def read_pictures(arrays: dict[str, Any], paths: Sequence[Path], source: str) -> Collection:
    """The pictures among the arrays, with their labels."""
    return _collection(_pairs(arrays, source), paths, source)


def is_array(path: Path) -> bool:
    """By its name."""
    return path.suffix.lower() in ARRAYS or any(sign in path.name.lower() for sign in IDX_SIGNS)


def _read(path: Path, several: bool) -> dict[str, Any]:  # noqa: FBT001
    suffix = path.suffix.lower()
    try:
        if suffix == ".npy":
            return {path.stem: np.load(path, mmap_mode="r", allow_pickle=False)}
        if suffix == ".npz":
            return _npz(path, f"{path.stem} " if several else "")
        return {path.name.split(".")[0]: _idx(path)}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error, SyntaxError, NotImplementedError, MemoryError) as error:
        raise DataError(
            f"{path.name} cannot be read as arrays: {str(error).splitlines()[0] if str(error) else type(error).__name__}",
            expected="numbers in .npy, .npz or IDX form; objects (pickles) are refused, as reading them would run what they hold",
            mend="write it anew with np.savez(file, x=pictures, y=labels)",
        ) from error


def _npz(path: Path, before: str) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        total = sum(info.file_size for info in archive.infolist())
    if total > MAX_ARRAY:
        raise ValueError(f"{total / 1e9:.0f} GB; at most {MAX_ARRAY / 1e9:.0f} are read")
    with np.load(path, allow_pickle=False) as held:
        return {f"{before}{name}": held[name] for name in held.files}


def _idx(path: Path) -> Any:
    """An IDX file: two zeros, type, number of axes, sizes, values."""
    with (gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb")) as file:
        start = file.read(4)
        if len(start) < 4 or start[:2] != b"\0\0" or start[2] not in IDX_TYPES or not 1 <= start[3] <= 4:
            raise ValueError("not an IDX file")
        shape = tuple(int.from_bytes(file.read(4), "big") for _ in range(start[3]))
        kind: Any = IDX_TYPES[start[2]]
        wanted = int(np.prod([float(s) for s in shape])) * kind.itemsize
        if wanted > MAX_ARRAY:
            raise ValueError(f"says that it holds {wanted / 1e9:.0f} GB; at most {MAX_ARRAY / 1e9:.0f} are read")
        content = file.read(wanted)
    if len(content) < wanted:
        raise ValueError(f"cut off: {len(content):,} of {wanted:,} bytes")
    return np.frombuffer(content, dtype=kind).reshape(shape)


def _words(name: str) -> list[str]:
    return [w for w in "".join(c if c.isalnum() else " " for c in name.lower()).split() if w]


def role_of(name: str) -> tuple[str, str]:
    """Part and what the array is, by its name: `x_train`, `train_images`, `t10k-labels-idx1-ubyte`, `xtest`."""
    words = _words(name)
    if len(words) == 1 and words[0][:1] in "xy" and words[0][1:] in PARTS:
        words = [words[0][0], words[0][1:]]
    part = next(("test" if w == "t10k" else PARTS[w] for w in words if w == "t10k" or w in PARTS), "")
    what = next((("pictures" if w in PICTURE_WORDS else "labels") for w in words if w in PICTURE_WORDS or w in LABEL_WORDS), "")
    return part, what


def _pairs(arrays: dict[str, Any], source: str) -> list[_Pair]:
    pictures = {name: a for name, a in arrays.items() if _are_pictures(a)}
    named = {n: a for n, a in pictures.items() if role_of(n)[1] == "pictures"} or pictures
    pairs, seen = [], set()
    for name, array in named.items():
        part = role_of(name)[0]
        if part in seen:
            continue
        seen.add(part)
        pairs.append(_Pair(part=part, pictures=channels_last(array), labels=_labels(arrays, name, part, len(array), source)))
    whole = [p for p in pairs if not p.part]
    chosen = sorted((p for p in pairs if p.part), key=lambda p: ORDER.index(p.part)) if len(pairs) > 1 else whole or pairs
    shape = chosen[0].pictures.shape[1:]
    if any(p.pictures.shape[1:] != shape for p in chosen):
        raise DataError(f"{source} holds pictures of several shapes", expected=FORMS, mend="audit the arrays one by one")
    return chosen


def _labels(arrays: dict[str, Any], pictures: str, part: str, count: int, source: str) -> Any:
    """The labels of that part: by name, or the only array of one number a picture."""
    fitting = {n: a.reshape(len(a)) for n, a in arrays.items() if n != pictures and a.dtype.kind in "uifbUS" and (a.ndim == 1 or (a.ndim == 2 and a.shape[1] == 1))}
    named = {n: a for n, a in fitting.items() if role_of(n) == (part, "labels")}
    for name, a in named.items():
        if len(a) != count:
            raise DataError(f"{source} holds {count:,} pictures in `{pictures}` and {len(a):,} labels in `{name}`", expected="a label a picture", mend="save both from the same rows")
    if named:
        return next(iter(named.values()))
    own = [a for n, a in fitting.items() if len(a) == count and role_of(n)[0] == part]
    return own[0] if len(own) == 1 else None


def channels_last(array: Any) -> Any:
    """[N, C, H, W] as [N, H, W, C]."""
    first = array.ndim == 4 and array.shape[1] in CHANNELS and array.shape[3] not in CHANNELS
    return np.moveaxis(array, 1, 3) if first else array


def _collection(pairs: list[_Pair], paths: Sequence[Path], source: str) -> Collection:
    counts = [len(p.pictures) for p in pairs]
    pictures = pairs[0].pictures if len(pairs) == 1 else np.concatenate([p.pictures for p in pairs])
    names = [f"{p.part} {i}" if p.part and len(pairs) > 1 else f"picture {i}" for p, n in zip(pairs, counts, strict=True) for i in range(n)]
    fine = finite(pictures)
    labelled = all(p.labels is not None for p in pairs)
    labels = [_plain(v) for p in pairs for v in p.labels.tolist()] if labelled else []
    columns: dict[str, Any] = {"number": [i for n in counts for i in range(n)]}
    if labelled:
        columns[LABEL] = labels
    if len(pairs) > 1:
        columns[PART] = [p.part for p, n in zip(pairs, counts, strict=True) for _ in range(n)]
    lost = tuple(Unusable(where=names[i], reason="values that are no numbers or infinite") for i in np.flatnonzero(~fine))
    frame, items = pl.DataFrame(columns), tuple(names)
    if lost:
        pictures, frame, items = pictures[fine], frame.filter(pl.Series(fine)), tuple(n for n, ok in zip(names, fine, strict=True) if ok)
    if not items:
        raise DataError(f"none of the pictures in {source} holds numbers alone", expected="finite values", mend="look at how the array was written")
    unlabelled = any(p.labels is not None for p in pairs) and not labelled
    return Collection(
        name=paths[0].stem if len(paths) == 1 else paths[0].parent.name, source=source, kind=PICTURE, frame=frame, items=items, pictures=pictures,
        label=LABEL if labelled else "", split=PART if len(pairs) > 1 else "", unusable=lost,
        notes=("some parts have no labels: none are used",) if unlabelled else (), sha256=digest_of(paths),
    )  # fmt: skip


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def finite(pictures: Any) -> Any:
    """Bool [N]: no value that is not a number."""
    if pictures.dtype.kind != "f":
        return np.ones(len(pictures), dtype=bool)
    axes = tuple(range(1, pictures.ndim))
    return np.concatenate([np.isfinite(np.asarray(pictures[i : i + 512])).all(axis=axes) for i in range(0, len(pictures), 512)])


def digest_of(paths: Sequence[Path]) -> str:
    """SHA-256 of the files, one after the other."""
    total = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()
