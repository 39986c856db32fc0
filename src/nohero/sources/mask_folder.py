"""Folders of pictures and masks: told apart by the names of their folders or files, and put together by name before anything else."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from nohero.data.picture_files import list_pictures
from nohero.data.raw import Unusable
from nohero.sources.class_names import read_class_names
from nohero.sources.marking import Marking, marked
from nohero.sources.picture_roles import MASKS, PICTURES, standing
from nohero.sources.table import part_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from nohero.data.picture_files import Listing
    from nohero.sources.collection import Collection

AFFIX = r"(mask|masks|gt|label|labels|lbl|seg|segmentation|annotation|annotations|groundtruth|ground_truth|target|matte)"
BEHIND = re.compile(rf"(?<=.)[_\-. ]+{AFFIX}$", re.IGNORECASE)
BEFORE = re.compile(rf"^{AFFIX}[_\-. ]+(?=.)", re.IGNORECASE)
OF_PICTURES = re.compile(r"^(image|images|img|im|picture|photo|frame)[_\-. ]+(?=.)|(?<=.)[_\-. ]+(image|img|im|picture|photo)$", re.IGNORECASE)
CLASSES, IGNORED = ("classes.txt", "class_names.txt"), "__ignore__"  # lists of names; labelme's may begin with what has no number
ENOUGH = 0.5  # of the fewer kind must pair before a way of pairing is taken
MANY = 10  # pairs that make a convention of names where most pictures have no mask; fewer files named `_mask` are pictures like the others


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Each picture's mask, '' where it has none, and what was left over."""

    files: tuple[str, ...]
    masks: tuple[str, ...]
    strays: tuple[str, ...]  # masks without a picture
    how: str


def read_mask_folder(path: Path, source: str, listing: Listing | None = None) -> Collection | None:
    """Pictures with their masks, or None where the folder holds no such pairs."""
    listing = list_pictures(path) if listing is None else listing
    names, aside = standing(listing.names)
    pairs = pair(names)
    if pairs is None:
        return None
    order = sorted(range(len(pairs.files)), key=lambda i: natural(pairs.files[i]))
    files, masks = [pairs.files[i] for i in order], [pairs.masks[i] for i in order]
    parts = [part_among(name) for name in files]
    divided = all(parts) and len(set(parts)) > 1
    marking = Marking(form="masks", classes=_classes(path), strays=tuple(Unusable(where=name, reason="a mask without its picture") for name in pairs.strays), pairing=pairs.how)
    return marked(source, path, files, marking, masks=masks, unusable=listing.unusable, notes=(*listing.notes, *aside), parts=parts if divided else ())


def _classes(path: Path) -> tuple[str, ...]:
    """The names of the masks' numbers from 0 on, where a file beside them lists them."""
    listed = next((path / name for name in CLASSES if (path / name).is_file()), None)
    names = tuple(read_class_names(listed).names.values()) if listed is not None else ()
    return names[1:] if names[:1] == (IGNORED,) else names


def masks_for(path: Path, files: Sequence[str]) -> Pairs | None:
    """Masks that lie beside pictures which something else has named."""
    names, _ = standing(list_pictures(path).names)
    wanted = set(files)
    found = pair((*files, *(n for n in names if n not in wanted and is_mask(n))))
    return None if found is None or set(found.files) != wanted else found


def pair(names: Sequence[str]) -> Pairs | None:
    """By the same name, then without `_mask` and its like, then by the number in the name, and last by order."""
    masks = [n for n in names if is_mask(n)]
    pictures = [n for n in names if not is_mask(n)]
    in_folders = bool(masks) and bool(pictures)
    if not in_folders:
        masks = [n for n in names if BEHIND.search(_stem(n)) or BEFORE.search(_stem(n))]
        pictures = [n for n in names if n not in set(masks)]
    if not masks or not pictures:
        return None
    ways: list[tuple[str, Callable[[str], Any]]] = [("by name", _same), ("by name without `_mask` and its like", _bare), ("by the number in the name", _number)]
    best: tuple[int, str, dict[str, str]] = (0, "", {})
    for how, key in ways if in_folders else ways[1:2]:
        found = _matched(pictures, masks, key)
        if len(found) > best[0]:
            best = (len(found), how, found)
        if len(found) >= ENOUGH * min(len(pictures), len(masks)):
            break
    count, how, found = best
    if count < ENOUGH * min(len(pictures), len(masks)):
        named = any(_words(n) & PICTURES for n in pictures)
        if not (in_folders and named and len(pictures) == len(masks)):
            return None
        how = "in sorted order, as their names do not fit: look whether they belong together"
        found = dict(zip(sorted(pictures, key=natural), sorted(masks, key=natural), strict=True))
    if not in_folders and not _agreed(pictures, masks, len(found)):
        return None
    used = set(found.values())
    return Pairs(files=tuple(pictures), masks=tuple(found.get(p, "") for p in pictures), strays=tuple(m for m in masks if m not in used), how=how)


def _agreed(pictures: Sequence[str], masks: Sequence[str], count: int) -> bool:
    """Whether names alone make masks of some files: most pictures have one, or many have, nearly none stands alone, and all lie in one folder."""
    one = len({PurePosixPath(p).parent for p in pictures}) == 1
    return count >= ENOUGH * len(pictures) or (one and count >= MANY and count >= 0.9 * len(masks))


def natural(name: str) -> tuple[Any, ...]:
    """A key under which 2 stands before 10."""
    return tuple((1, int(word), word) if word.isdecimal() and len(word) < 19 else (0, 0, word) for word in re.split(r"([0-9]+)", name) if word)


def _matched(pictures: Sequence[str], masks: Sequence[str], key: Callable[[str], Any]) -> dict[str, str]:
    """Picture to mask; a key that stands twice on one side pairs nothing."""
    of_mask, of_picture = Counter(key(m) for m in masks), Counter(key(p) for p in pictures)
    by_key = {key(m): m for m in masks if of_mask[key(m)] == 1}
    return {p: by_key[key(p)] for p in pictures if of_picture[key(p)] == 1 and key(p) in by_key and key(p) is not None}


def _same(name: str) -> Any:
    return _folders(name), _stem(name).casefold()


def _bare(name: str) -> Any:
    return _folders(name), BEFORE.sub("", BEHIND.sub("", OF_PICTURES.sub("", _stem(name)))).casefold()


def _number(name: str) -> Any:
    numbers = re.findall(r"[0-9]+", _stem(name))
    return (_folders(name), tuple(int(n) for n in numbers if len(n) < 19)) if numbers else None


def _folders(name: str) -> tuple[str, ...]:
    """The folders that are not there to tell pictures from masks."""
    return tuple(p.casefold() for p in PurePosixPath(name).parts[:-1] if p.casefold() not in PICTURES | MASKS)


def _words(name: str) -> set[str]:
    return {p.casefold() for p in PurePosixPath(name).parts[:-1]}


def is_mask(name: str) -> bool:
    """Whether it lies in a folder of masks."""
    return bool(_words(name) & MASKS)


def _stem(name: str) -> str:
    return PurePosixPath(name).stem


def part_among(name: str) -> str:
    """train, val or test, where a folder says so."""
    found = {part_of(folder) for folder in PurePosixPath(name).parts[:-1]} - {""}
    return found.pop() if len(found) == 1 else ""
