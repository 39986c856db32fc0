"""Which files lie below a folder: links that leave it are not followed, and nothing is passed over silently."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from nohero.data.picture_files import JUNK, link_fault, relative_name
from nohero.data.raw import Unusable

PAPERS = ("readme", "license", "licence", "copying", "notice", "changelog", "authors", "citation", "manifest")  # stems of files about the data


@dataclass(frozen=True, kw_only=True)
class Walk:
    """The files below a folder by relative name, sorted, and what could not be followed or opened."""

    names: tuple[str, ...]  # with forward slashes
    unusable: tuple[Unusable, ...]
    hidden: int  # hidden entries and papers that were passed over


def walk(root: Path) -> Walk:
    """Every plain file below `root`, hidden ones and papers about the data left out."""
    inside = root.resolve()
    names: list[str] = []
    unusable: list[Unusable] = []
    hidden = 0

    def refused(error: OSError) -> None:
        unusable.append(Unusable(where=relative_name(Path(error.filename), root), reason=f"cannot be opened: {error.strerror}"))

    for here, below, files in os.walk(root, onerror=refused):
        hidden += sum(_aside(name) for name in (*below, *files))
        below[:] = sorted(name for name in below if not _aside(name))
        for name in list(below):
            if Path(here, name).is_symlink():
                below.remove(name)
                unusable.append(Unusable(where=relative_name(Path(here, name), root), reason="a link to a folder, not followed"))
        for name in files:
            path = Path(here, name)
            if _aside(name):
                continue
            if fault := link_fault(path, inside):
                unusable.append(Unusable(where=relative_name(path, root), reason=fault))
            else:
                names.append(relative_name(path, root))
    return Walk(names=tuple(sorted(names)), unusable=tuple(sorted(unusable, key=lambda u: u.where)), hidden=hidden)


def _aside(name: str) -> bool:
    return name.startswith(".") or name.lower() in JUNK or Path(name).stem.lower() in PAPERS
