"""A table that names files, against the files: what it names more than once, and what it leaves out."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 0.02  # seconds


@dataclass(frozen=True, kw_only=True)
class FileRows:
    """Rows and files."""

    what: str  # picture or sound
    files: int  # that the table names
    labelled: bool  # whether a label is named
    repeated: tuple[tuple[str, tuple[str, ...]], ...]  # files named more than once, with the labels of their rows
    unlisted: tuple[str, ...]  # files that lie beside those that are named
    elsewhere: int  # files of folders of which the table names none: another set's


def measure(collection: Collection) -> FileRows:
    """Of a table whose rows name files."""
    from nohero.setup.refusal import Unmeasurable

    if collection.matched is None:
        raise Unmeasurable("no table names the files")
    counts, unnamed = Counter(collection.files), collection.matched.unnamed
    labels = ["" if v is None else str(v) for v in collection.labels.to_list()] if collection.label else [""] * len(collection.files)
    borne: dict[str, list[str]] = defaultdict(list)
    for name, label in zip(collection.files, labels, strict=True):
        if counts[name] > 1:
            borne[name].append(label)
    folders = {_above(name) for name in counts}
    beside = tuple(name for name in unnamed if _above(name) in folders)
    return FileRows(
        what=collection.kind, files=len(counts), labelled=bool(collection.label), repeated=tuple((name, tuple(seen)) for name, seen in borne.items()), unlisted=beside, elsewhere=len(unnamed) - len(beside)
    )  # fmt: skip


def _above(name: str) -> str:
    return name.rpartition("/")[0]
