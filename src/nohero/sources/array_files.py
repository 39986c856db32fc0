"""Arrays in files: those of pictures are pictures, all others a table, or series of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.run.errors import DataError
from nohero.sources.objects import open_objects
from nohero.sources.picture_arrays import FORMS, ORDER, digest_of, has_pictures, is_array, load_arrays, read_pictures, role_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from nohero.sources.collection import Collection

NAMES = ("feature_names", "columns", "features_names", "names")  # of an array that names the columns of the others
WIDEST = 1000  # columns of a table in an array


def read_array_folder(root: Path, source: str) -> Collection | None:
    """The arrays of a folder, or None where it holds none."""
    files = sorted(p for p in root.iterdir() if p.is_file() and not p.name.startswith(".") and is_array(p))
    return read_arrays(files, source) if files else None


def read_arrays(paths: Sequence[Path], source: str) -> Collection:
    """All arrays of these files, told apart by their names."""
    arrays, paths = load_arrays(paths)
    return read_pictures(arrays, paths, source) if has_pictures(arrays) else _table(arrays, paths, source)


def _table(arrays: dict[str, Any], paths: Sequence[Path], source: str) -> Collection:
    """Rows of numbers with their labels, each part of the names a part."""
    held = ", ".join(f"{n} {list(a.shape)}" for n, a in list(arrays.items())[:8]) or "nothing"
    parts = {part: found for part in ("", *ORDER) if (found := _part(arrays, part))}
    if len(parts) > 1:
        parts.pop("", None)
    for part, found in parts.items():
        if len({len(a) for a in found.values()}) > 1:
            counts = " and ".join(f"{len(a):,} entries in `{n}`" for n, a in found.items())
            raise DataError(f"{source} holds arrays of several lengths{f' for {part}' if part else ''}: {counts}", expected="an entry an item in each", mend="save them from the same rows: one of them has lost some, and from there on labels belong to other items")
    if not parts:
        raise DataError(f"{source} holds no arrays with an entry an item ({held})", expected=f"{FORMS}; or rows [N, D]", mend="save with np.savez(file, x=rows, y=labels), both of one length")
    given = {part or "train": _columns(found, _names(arrays)) for part, found in parts.items()}
    collection = open_objects(given if len(given) > 1 else next(iter(given.values())))
    return collection.with_(name=paths[0].stem if len(paths) == 1 else paths[0].parent.name, source=source, sha256=digest_of(paths))


def _part(arrays: dict[str, Any], part: str) -> dict[str, Any]:
    """The arrays of that part that have an entry an item."""
    mine = {n: a for n, a in arrays.items() if role_of(n)[0] == part and a.ndim and (a.dtype.kind in "uifbUS" or a.dtype.names) and n.lower() not in NAMES}
    rows = max((len(a) for a in mine.values() if a.ndim > 1), default=0) or max((len(a) for a in mine.values()), default=0)
    labels = {n: a for n, a in mine.items() if role_of(n)[1] == "labels"}
    return {n: a for n, a in mine.items() if n in labels or len(a) == rows} if rows else {}


def _names(arrays: dict[str, Any]) -> list[str]:
    return next(([str(v) for v in a.tolist()] for n, a in arrays.items() if n.lower() in NAMES and a.ndim == 1), [])


def _columns(found: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """One entry a field: columns of a table, labels, series."""
    columns: dict[str, Any] = {}
    roles = [role_of(name)[1] for name in found]
    for name, array in found.items():
        what = role_of(name)[1]
        own = {"labels": "label", "pictures": "x"}[what] if what and roles.count(what) == 1 else name
        if array.dtype.names:
            columns.update({str(field): array[field].tolist() for field in array.dtype.names})
        elif array.ndim == 1 or (array.ndim == 2 and array.shape[1] == 1):
            columns[own] = array.reshape(len(array)).tolist()
        elif array.ndim == 2 and array.shape[1] <= WIDEST:
            join = "." if len(found) - roles.count("labels") > 1 else ""
            titles = names if len(names) == array.shape[1] else [f"{own}{join}{j}" for j in range(array.shape[1])]
            columns.update({title: array[:, j].tolist() for j, title in enumerate(titles)})
        else:
            columns[own] = list(np.asarray(array))
    return columns
