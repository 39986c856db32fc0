"""Whether the rows of a table and the files beside it go one to one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 0.0  # seconds


@dataclass(frozen=True, kw_only=True)
class FileRows:
    """Files that several rows name, and files that none does."""

    column: str
    rows: int
    files: int  # named by a row
    twice: tuple[tuple[str, tuple[str, ...]], ...]  # file, its rows
    unnamed: tuple[str, ...]  # in folders of which other files are named
    elsewhere: int  # in folders of which none is


def measure(collection: Collection) -> FileRows:
    """A folder of which no file is named is another set's."""
    from nohero.setup.refusal import Unmeasurable
    from nohero.sources.collection import SOUND

    told = collection.matched
    if told is None or collection.kind != SOUND:
        raise Unmeasurable("no table names the files of sounds; of pictures checks of their own ask that")
    folders = {_folder(name) for name in collection.files}
    unnamed = tuple(name for name in told.unnamed if _folder(name) in folders)
    return FileRows(column=told.column, rows=told.rows, files=told.files - len(told.unnamed), twice=told.twice, unnamed=unnamed, elsewhere=len(told.unnamed) - len(unnamed))


def _folder(name: str) -> str:
    return name.rpartition("/")[0]
