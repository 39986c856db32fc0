"""Where the pictures that a COCO file names lie: in which folder, which of them are missing, and which lie there unnamed."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from nohero.data.image_decode import SUFFIXES
from nohero.data.raw import Unusable
from nohero.sources.picture_roles import MASKS

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_LOOKED = 200  # names tried when looking for the folder of the pictures


def places_of(paths: Sequence[Path], names: Sequence[tuple[str, ...]]) -> tuple[Path, list[str]]:
    """(one root, each file's folder below it) in which most of the names are found."""
    found = [place_of(path, some) for path, some in zip(paths, names, strict=True)]
    root = found[0][0] if len({r for r, _ in found}) == 1 else Path(os.path.commonpath([r for r, _ in found]))
    belows = [(r / below).relative_to(root).as_posix() for r, below in found]
    return root, ["" if below == "." else below for below in belows]


def place_of(path: Path, names: tuple[str, ...]) -> tuple[Path, str]:
    """(root, folder below it) in which most of the names are found; masks often bear the names of their pictures."""
    some = [n for n in names[:: max(1, len(names) // MOST_LOOKED)] if inside(n)][:MOST_LOOKED]
    part = path.stem.casefold().removeprefix("instances_").removeprefix("annotations_")
    tried: list[tuple[int, int, Path, str]] = []
    for level, root in enumerate(dict.fromkeys((path.parent, path.parent.parent))):
        folders = ["", *(p.name for p in sorted(root.iterdir()) if p.is_dir() and not p.is_symlink() and p.name.casefold() not in MASKS)] if root.is_dir() else []
        folders += [f"images/{f.name}" for f in sorted((root / "images").iterdir()) if f.is_dir()] if (root / "images").is_dir() else []
        for below in folders:
            count = sum((root / below / n).is_file() for n in some)
            tried.append((count * 4 + 2 * (below.rsplit("/", 1)[-1].casefold() == part) + (below == "images"), -level, root, below))
    best = max(tried, key=lambda t: t[:2], default=(0, 0, path.parent, ""))
    return best[2], best[3]


def inside(name: str) -> bool:
    """Whether the name stays below the folder that it is looked for in."""
    pure = PurePosixPath(name)
    return not pure.is_absolute() and ".." not in pure.parts and "\0" not in name and not (len(name) > 1 and name[1] == ":")


def fault_of(root: Path, below: str, name: str) -> str:
    """Why the file is not to be opened; "" where it is."""
    if not inside(name):
        return "its path leaves the folder, not followed"
    path = root / below / name
    try:
        if path.is_symlink() and not path.resolve().is_relative_to(root.resolve()):
            return "a link that leaves the folder, not followed"
        if not path.exists():
            return "not there"
        if not path.resolve().is_relative_to(root.resolve()):
            return "its path leaves the folder, not followed"
        return "" if path.is_file() else "not a plain file"
    except (OSError, ValueError, RuntimeError):
        return "its path cannot be followed"


def unlisted(root: Path, files: list[str]) -> tuple[Unusable, ...]:
    """Pictures beside the named ones that the annotations do not name."""
    folders = {str(PurePosixPath(f).parent) for f in files}
    known = set(files)
    found = [p for folder in sorted(folders) for p in sorted((root / folder).iterdir()) if p.suffix.lower() in SUFFIXES]
    names = [p.relative_to(root).as_posix() for p in found]
    return tuple(Unusable(where=n, reason="a picture that the annotations do not name") for n in names if n not in known)
