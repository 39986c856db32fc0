"""COCO annotations: pictures, boxes, regions and classes of one json file, read as if by a stranger."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from nohero.data.image_decode import SUFFIXES
from nohero.data.raw import Unusable
from nohero.run.errors import DataError
from nohero.sources.marking import Marking, box_frame, marked
from nohero.sources.mask_folder import MASKS, masks_for, natural
from nohero.sources.segments import Segment, SegmentError, box_of, is_apart, segment_of

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

MOST_BYTES = 1_000_000_000
SNIFFED = 4096  # bytes in which a COCO file shows itself
MOST_LOOKED = 200  # names tried when looking for the folder of the pictures
NAMES = ("annotations", "instances", "_annotations.coco", "coco", "labels")  # of files that are tried in a folder
EXPECTED = "a COCO json: lists called images, annotations and categories"


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """What the json says, checked for types."""

    names: tuple[str, ...]
    stated: tuple[tuple[int, int], ...]
    classes: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]  # of boxes, by place in `names`
    segments: dict[int, list[Segment]]  # by place in `names`
    regions: int  # annotations with a polygon and a box
    apart: tuple[str, ...]  # of these, the polygon lies beside its box
    strays: tuple[Unusable, ...]
    unusable: tuple[Unusable, ...]
    notes: tuple[str, ...]


def find_coco(folder: Path) -> Path | None:
    """The one file in a folder, or in its folder `annotations`, that is a COCO json."""
    found = [p for base in (folder, folder / "annotations") if base.is_dir() for p in sorted(base.glob("*.json")) if looks_like_coco(p)]
    named = [p for p in found if p.stem.casefold().startswith(NAMES)]
    if len(found) > 1 and len(named) != 1:
        names = ", ".join(p.relative_to(folder).as_posix() for p in found[:6])
        raise DataError(f"{folder} holds {len(found)} COCO files: {names}", expected="one of them", mend=f"nohero audit {found[0]}, and so on, one by one")
    return found[0] if len(found) == 1 else named[0] if named else None


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


def read_coco(path: Path, source: str) -> Collection:
    """The pictures that the file names, with their boxes."""
    content = _content(path, source)
    parsed = _parsed(_loaded(content, source), source)
    root, below = _place(path, parsed.names)
    files: list[str] = []
    where: dict[int, int] = {}
    unusable, strays = list(parsed.unusable), list(parsed.strays)
    boxes_of = Counter(row[0] for row in parsed.rows)
    for i, name in enumerate(parsed.names):
        fault = _fault(root, below, name)
        if not fault:
            where[i] = len(files)
            files.append(f"{below}/{name}" if below else name)
        elif fault == "not there":
            strays.append(Unusable(where=name, reason=f"the annotations name it ({boxes_of[i]} boxes), the folder does not hold it"))
        else:
            unusable.append(Unusable(where=name, reason=fault))
    if not files:
        raise DataError(f"none of the {len(parsed.names):,} pictures that {source} names is there", expected="the pictures beside the json, in a folder beside it or above it", mend="put the json where it was made for")
    order = sorted(range(len(files)), key=lambda i: natural(files[i]))
    place = {old: new for new, old in enumerate(order)}
    rows = [(place[where[row[0]]], *row[1:]) for row in parsed.rows if row[0] in where]
    stated = {where[i]: size for i, size in enumerate(parsed.stated) if i in where}
    files = [files[i] for i in order]
    pairs = masks_for(root, files)
    mask_of = dict(zip(pairs.files, pairs.masks, strict=True)) if pairs is not None else {}
    marking = Marking(
        form="COCO", classes=parsed.classes, stated=tuple(stated[i] for i in order), strays=tuple(strays), unlisted=_unlisted(root, files),
        pairing=pairs.how if pairs is not None else "", regions=parsed.regions, apart=parsed.apart,
    )  # fmt: skip
    masks = [mask_of.get(f, "") for f in files] if any(mask_of.values()) else []
    of_file = {where[i]: found for i, found in parsed.segments.items() if i in where}
    regions = [of_file.get(old, []) for old in order]
    return marked(source, root, files, marking, boxes=box_frame(rows), masks=masks, unusable=unusable, notes=parsed.notes, digest=content, segments=regions)


def _content(path: Path, source: str) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DataError(f"{source} has {path.stat().st_size / 1e6:,.0f} MB", expected=f"at most {MOST_BYTES / 1e6:,.0f} MB", mend="divide it into parts")
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{source} cannot be read: {error.strerror}", expected=EXPECTED, mend="check its permissions") from error


def _loaded(content: bytes, source: str) -> dict[str, Any]:
    try:
        value = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{source} is not JSON: {str(error)[:120]}", expected=EXPECTED, mend="write the file anew") from error
    if not isinstance(value, dict) or not isinstance(value.get("images"), list) or not isinstance(value.get("annotations"), list):
        what = f"an object with {', '.join(sorted(map(str, value))[:6]) or 'nothing'}" if isinstance(value, dict) else f"a {type(value).__name__}"
        raise DataError(f"{source} holds {what}", expected=EXPECTED, mend="name the json of the boxes")
    return value


def _parsed(value: dict[str, Any], source: str) -> Parsed:
    unusable: list[Unusable] = []
    classes, said = _classes(value.get("categories"))
    names, stated, place = _pictures(value["images"], unusable)
    rows: list[tuple[Any, ...]] = []
    strays: list[Unusable] = []
    segments: dict[int, list[Segment]] = {}
    codes = {name: number for number, name in enumerate(dict.fromkeys(classes.values()), start=1)}
    without = regions = 0
    apart: list[str] = []
    for number, mark in enumerate(value["annotations"]):
        where = f"annotation {mark['id'] if isinstance(mark, dict) and isinstance(mark.get('id'), int | str) else f'no. {number + 1}'}"[:80]
        if not isinstance(mark, dict):
            unusable.append(Unusable(where=where, reason=f"a {type(mark).__name__}, not an object"))
        elif not isinstance(mark.get("image_id"), int | str) or mark["image_id"] not in place:
            strays.append(Unusable(where=where, reason=f"belongs to image_id {_shown(mark.get('image_id'))}, which no picture has"))
        else:
            at = place[mark["image_id"]]
            code = mark.get("category_id")
            known = isinstance(code, int | str) and code in classes
            label = classes[code] if known else f"category {_shown(code)}"
            region = _region(mark, codes.get(label, len(codes) + 1), f"{where} ({names[at]})", unusable)
            segments.setdefault(at, []).extend([region] if region is not None else [])
            numbers = _numbers(mark["bbox"]) if mark.get("bbox") is not None else box_of(region) if region is not None else None
            without += numbers is None
            if isinstance(numbers, str):
                unusable.append(Unusable(where=f"{where} ({names[at]})", reason=f"its box {numbers}"))
            elif numbers is not None:
                rows.append((at, label, *numbers, where, known))
                if region is not None and region.polygons:
                    regions += 1
                    apart += [f"{names[at]} {where}"] if is_apart(region, numbers) else []
    if not names:
        raise DataError(f"{source} names no picture", expected=EXPECTED, mend="check how the file was written")
    notes = (*said, *((f"{without:,} annotations without a box passed over",) if without else ()))
    return Parsed(names=tuple(names), stated=tuple(stated), classes=tuple(dict.fromkeys(classes.values())), rows=tuple(rows), segments=segments, regions=regions, apart=tuple(apart), strays=tuple(strays), unusable=tuple(unusable), notes=notes)


def _region(mark: dict[str, Any], code: int, where: str, unusable: list[Unusable]) -> Segment | None:
    """The annotation's region, or None where it has none or tells none that can be drawn."""
    try:
        return segment_of(mark.get("segmentation"), code, crowd=mark.get("iscrowd") in (1, True))
    except SegmentError as why:
        unusable.append(Unusable(where=where, reason=f"its region {why}"))
        return None


def _classes(value: Any) -> tuple[dict[Any, str], tuple[str, ...]]:
    found: dict[Any, str] = {}
    for entry in value if isinstance(value, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("id"), int | str):
            found[entry["id"]] = str(entry.get("name", entry["id"]))[:80]
    twice = [name for name, count in Counter(found.values()).items() if count > 1]
    return found, tuple(f"the class `{name}` is declared under several numbers" for name in twice[:5])


def _pictures(value: list[Any], unusable: list[Unusable]) -> tuple[list[str], list[tuple[int, int]], dict[Any, int]]:
    """(names, stated sizes, image id to place); a picture named twice is one picture."""
    names: list[str] = []
    stated: list[tuple[int, int]] = []
    place: dict[Any, int] = {}
    of_name: dict[str, int] = {}
    for number, entry in enumerate(value, start=1):
        where = f"image no. {number}"
        if not isinstance(entry, dict) or not isinstance(entry.get("id"), int | str) or not isinstance(entry.get("file_name"), str) or not entry["file_name"]:
            unusable.append(Unusable(where=where, reason="has no id or no file_name"))
            continue
        name = entry["file_name"].replace("\\", "/")
        if entry["id"] in place:
            unusable.append(Unusable(where=f"{where} ({name[:80]})", reason=f"its id {_shown(entry['id'])} stands twice"))
            continue
        if name in of_name:
            place[entry["id"]] = of_name[name]
            unusable.append(Unusable(where=f"{where} ({name[:80]})", reason="its file is named twice"))
            continue
        place[entry["id"]] = of_name[name] = len(names)
        names.append(name)
        stated.append((_whole(entry.get("width")), _whole(entry.get("height"))))
    return names, stated, place


def _numbers(box: Any) -> tuple[float, ...] | str:
    """The four numbers, or what is wrong with them."""
    if not isinstance(box, list | tuple) or len(box) != 4:
        return f"is {_shown(box)}, not four numbers"
    try:
        found = tuple(float(v) for v in box if isinstance(v, int | float | str) and not isinstance(v, bool))
    except (ValueError, OverflowError):
        return f"is {_shown(box)}, not four numbers"
    if len(found) != 4 or not all(math.isfinite(v) for v in found):
        return f"is {_shown(box)}, not four finite numbers"
    return found


def _whole(value: Any) -> int:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and 0 < value < 1e9 else 0


def _shown(value: Any) -> str:
    return repr(value)[:60]


def _place(path: Path, names: tuple[str, ...]) -> tuple[Path, str]:
    """(root, folder below it) in which most of the names are found; masks often bear the names of their pictures."""
    some = [n for n in names[:: max(1, len(names) // MOST_LOOKED)] if _inside(n)][:MOST_LOOKED]
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


def _inside(name: str) -> bool:
    pure = PurePosixPath(name)
    return not pure.is_absolute() and ".." not in pure.parts and "\0" not in name and not (len(name) > 1 and name[1] == ":")


def _fault(root: Path, below: str, name: str) -> str:
    if not _inside(name):
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


def _unlisted(root: Path, files: list[str]) -> tuple[Unusable, ...]:
    """Pictures beside the named ones that the annotations do not name."""
    folders = {str(PurePosixPath(f).parent) for f in files}
    known = set(files)
    found = [p for folder in sorted(folders) for p in sorted((root / folder).iterdir()) if p.suffix.lower() in SUFFIXES]
    names = [p.relative_to(root).as_posix() for p in found]
    return tuple(Unusable(where=n, reason="a picture that the annotations do not name") for n in names if n not in known)
