"""Which files of a folder are pictures: links that leave it are not followed, and nothing is passed over silently."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from nohero.data.image_decode import SUFFIXES
from nohero.data.raw import Unusable

JUNK = ("thumbs.db", "desktop.ini", "__macosx")  # left by file managers
KINDS_SHOWN = 4


@dataclass(frozen=True, kw_only=True)
class Listing:
    """The pictures below a folder, sorted by relative name, and what else lay there."""

    root: Path
    names: tuple[str, ...]  # relative, with forward slashes
    folders: tuple[str, ...]  # relative, all levels, sorted
    unusable: tuple[Unusable, ...]
    notes: tuple[str, ...]


def list_pictures(root: Path, *, known: frozenset[str] = frozenset()) -> Listing:
    """Walk `root` without following links to folders; files whose suffix is `known` are read by somebody else, and not counted as passed over."""
    inside = root.resolve()
    names: list[str] = []
    folders: list[str] = []
    unusable: list[Unusable] = []
    hidden = 0
    others: Counter[str] = Counter()

    def refused(error: OSError) -> None:
        unusable.append(Unusable(where=relative_name(Path(error.filename), root), reason=f"cannot be opened: {error.strerror}"))

    for here, below, files in os.walk(root, onerror=refused):
        hidden += sum(_hidden(name) for name in (*below, *files))
        below[:] = sorted(name for name in below if not _hidden(name))
        for name in list(below):
            path = Path(here, name)
            if path.is_symlink():
                below.remove(name)
                unusable.append(Unusable(where=relative_name(path, root), reason="a link to a folder, not followed"))
            else:
                folders.append(relative_name(path, root))
        for name in files:
            path = Path(here, name)
            if _hidden(name):
                continue
            if path.suffix.lower() not in SUFFIXES:
                others[path.suffix.lower() or "no suffix"] += path.suffix.lower() not in known
            elif fault := link_fault(path, inside):
                unusable.append(Unusable(where=relative_name(path, root), reason=fault))
            else:
                names.append(relative_name(path, root))
    return Listing(
        root=root,
        names=tuple(sorted(names)),
        folders=tuple(sorted(folders)),
        unusable=tuple(sorted(unusable, key=lambda u: u.where)),
        notes=_notes(hidden, others),
    )


def _hidden(name: str) -> bool:
    return name.startswith(".") or name.lower() in JUNK


def link_fault(path: Path, inside: Path) -> str:
    """Why a file is not to be opened: it is no plain file, or a link that leads nowhere or out of `inside`."""
    if path.is_symlink() and not path.resolve().is_relative_to(inside):
        return "a link that leaves the folder, not followed"
    if not path.is_file():
        return "a broken link" if path.is_symlink() else "not a plain file"
    return ""


def relative_name(path: Path, root: Path) -> str:
    """The name below `root`, with forward slashes, in letters that can be written."""
    text = path.relative_to(root).as_posix()
    return os.fsencode(text).decode("utf-8", errors="replace") if any("\ud800" <= c <= "\udfff" for c in text) else text


def _notes(hidden: int, others: Counter[str]) -> tuple[str, ...]:
    notes = []
    if hidden:
        notes.append(f"{hidden} hidden {'entry' if hidden == 1 else 'entries'} passed over")
    if others.total():
        kinds = ", ".join(f"{count} {suffix}" for suffix, count in others.most_common(KINDS_SHOWN) if count)
        notes.append(f"{others.total()} {'file that is no picture' if others.total() == 1 else 'files that are no pictures'} passed over ({kinds})")
    return tuple(notes)
