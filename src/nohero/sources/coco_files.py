"""Which json of a folder are COCO files, and which of several are the parts of one set."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nohero.run.errors import DataError
from nohero.sources.table import PARTS, part_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MOST_BYTES = 1_000_000_000
SNIFFED = 4096  # bytes in which a COCO file shows itself
NAMES = ("annotations", "instances", "_annotations.coco", "coco", "labels")  # of files that are tried in a folder
OF_PICTURES = ("images", "jpegimages")  # folders whose annotations may lie above them
BOXES = ("instances",)  # what the files of boxes are called beside those of captions and key points


def find_coco(folder: Path) -> list[Path]:
    """The COCO json of a folder, or of its folder `annotations`, or of its folders of parts: one, or one a part."""
    found = _within((folder, folder / "annotations"))
    if not found:
        found = _within([p for p in sorted(folder.iterdir()) if p.is_dir() and not p.is_symlink() and is_part(p.name)])
        return found if len(found) < 2 or len({p.parent for p in found}) == len(found) else _chosen(folder, found)
    return found if len(found) == 1 else _chosen(folder, found)


def above(folder: Path) -> list[Path]:
    """The COCO json of pictures whose folder is named: they stand one folder further up, and only those of the same part count where there are such."""
    part = part_of(folder.name) if is_part(folder.name) else ""
    if not part and folder.name.casefold() not in OF_PICTURES:
        return []
    found = _within((folder.parent, folder.parent / "annotations"))
    found = found if len(found) < 2 else _chosen(folder.parent, found)
    return [p for p in found if part_of(p.stem) in ("", part)] if part else found


def is_part(name: str) -> bool:
    """Whether a folder's name says a part and nothing else: train, val2017."""
    return name.casefold().rstrip("0123456789") in PARTS


def parts_among(paths: Sequence[Path]) -> list[str]:
    """Each file's part by its name or its folder's; the names themselves where some tell none; none where all are of one part."""
    parts = [part_of(p.stem) for p in paths]
    if not all(parts):
        folders = [part_of(p.parent.name) for p in paths]
        parts = folders if all(folders) and len(set(folders)) > 1 else [p.stem for p in paths]
    return parts if len(set(parts)) > 1 else []


def _within(folders: Sequence[Path]) -> list[Path]:
    return [p for base in folders if base.is_dir() for p in sorted(base.glob("*.json")) if looks_like_coco(p)]


def _chosen(folder: Path, found: list[Path]) -> list[Path]:
    """The one file whose name is that of annotations, or the parts of one set."""
    named = [p for p in found if p.stem.casefold().startswith(NAMES)]
    if len(named) == 1:
        return named
    groups: dict[tuple[str, ...], list[Path]] = {}
    for path in found:
        groups.setdefault(tuple(w for w in re.split(r"[^a-z]+", path.stem.casefold()) if w and w not in PARTS), []).append(path)
    group = groups.get(BOXES) or (next(iter(groups.values())) if len(groups) == 1 else [])
    parts = [part_of(p.stem) for p in group]
    if group and all(parts) and len(set(parts)) == len(parts):
        return group
    names = ", ".join(p.relative_to(folder).as_posix() for p in found[:6])
    raise DataError(f"{folder} holds {len(found)} COCO files: {names}", expected="one of them, or one a part, named so", mend=f"nohero audit {found[0]}, or name several that make one set")


def looks_like_coco(path: Path) -> bool:
    """By its beginning and its end, as the file may be large."""
    try:
        size = path.stat().st_size
        if not path.is_file() or size > MOST_BYTES:
            return False
        if size < 1_000_000:
            text = path.read_bytes()
        else:
            with path.open("rb") as file:
                text = file.read(SNIFFED)
                file.seek(-SNIFFED, 2)
                text += file.read()
    except OSError:
        return False
    if not text.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        return False
    signs = sum(sign in text for sign in (b'"images"', b'"annotations"', b'"categories"', b'"bbox"', b'"file_name"', b'"image_id"'))
    return signs >= (3 if size < 1_000_000 else 2)
