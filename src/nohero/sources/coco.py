"""COCO annotations: pictures, boxes, regions and classes of one json file, read as if by a stranger."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.data.raw import Unusable
from nohero.run.errors import DataError
from nohero.sources.coco_files import MOST_BYTES, parts_among
from nohero.sources.coco_places import fault_of, places_of, unlisted
from nohero.sources.marking import Marking, box_frame, marked
from nohero.sources.mask_folder import masks_for, natural
from nohero.sources.segments import Segment, SegmentError, box_of, is_apart, segment_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from nohero.sources.collection import Collection

EXPECTED = "a COCO json: lists called images, annotations and categories"


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """What the json says, checked for types."""

    names: tuple[str, ...]
    stated: tuple[tuple[int, int], ...]
    rows: tuple[tuple[Any, ...], ...]  # of boxes, by place in `names`
    segments: dict[int, list[Segment]]  # by place in `names`
    regions: int  # annotations with a polygon and a box
    apart: tuple[str, ...]  # of these, the polygon lies beside its box
    strays: tuple[Unusable, ...]
    unusable: tuple[Unusable, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Listed:
    """A picture that is there."""

    file: str
    which: int  # json
    place: int  # in that json


def read_coco(paths: Sequence[Path], source: str) -> Collection:
    """The pictures that the files name, with their boxes; several files are the parts of one set."""
    several = len(paths) > 1
    called = [path.name if several else source for path in paths]
    contents = [_content(path, name) for path, name in zip(paths, called, strict=True)]
    values = [_loaded(content, name) for content, name in zip(contents, called, strict=True)]
    codes, renumbered = _codes([value.get("categories") for value in values], called)
    parsed = [_parsed(value, name, codes, f"{name} " if several else "") for value, name in zip(values, called, strict=True)]
    root, belows = places_of(paths, [p.names for p in parsed])
    parts = parts_among(paths) if several else []
    listed: list[_Listed] = []
    unusable, strays = [u for p in parsed for u in p.unusable], [u for p in parsed for u in p.strays]
    for k, (found, below) in enumerate(zip(parsed, belows, strict=True)):
        boxes_of = Counter(row[0] for row in found.rows)
        for i, name in enumerate(found.names):
            fault = fault_of(root, below, name)
            if not fault:
                listed.append(_Listed(file=f"{below}/{name}" if below else name, which=k, place=i))
            elif fault == "not there":
                strays.append(Unusable(where=name, reason=f"the annotations name it ({boxes_of[i]} boxes), the folder does not hold it"))
            else:
                unusable.append(Unusable(where=name, reason=fault))
    if not listed:
        count = sum(len(p.names) for p in parsed)
        raise DataError(f"none of the {count:,} pictures that {source} names is there", expected="the pictures beside the json, in a folder beside it or above it", mend="put the json where it was made for")
    listed.sort(key=lambda x: natural(x.file))
    files = [x.file for x in listed]
    at = {(x.which, x.place): new for new, x in enumerate(listed)}
    rows = [(at[k, row[0]], *row[1:]) for k, found in enumerate(parsed) for row in found.rows if (k, row[0]) in at]
    of_mask, pairing = _masks(root, files)
    marking = Marking(
        form="COCO", classes=tuple(codes), stated=tuple(parsed[x.which].stated[x.place] for x in listed), strays=tuple(strays), unlisted=unlisted(root, files),
        pairing=pairing, regions=sum(p.regions for p in parsed), apart=tuple(a for p in parsed for a in p.apart), lists=sum(bool(value.get("categories")) for value in values), renumbered=renumbered,
    )  # fmt: skip
    told = (*((f"{len(paths)} files read as one set: {', '.join(called)}",) if several else ()), *_told(renumbered[:1]), *dict.fromkeys(n for p in parsed for n in p.notes))
    regions = [parsed[x.which].segments.get(x.place, []) for x in listed]
    return marked(
        source, root, files, marking, boxes=box_frame(rows), masks=of_mask, unusable=unusable, notes=told, digest=b"".join(contents), segments=regions,
        parts=[parts[x.which] for x in listed] if parts else (),
    )  # fmt: skip


def _masks(root: Path, files: list[str]) -> tuple[list[str], str]:
    """(the mask of each picture, how they were found)."""
    pairs = masks_for(root, list(dict.fromkeys(files)))
    of_file = dict(zip(pairs.files, pairs.masks, strict=True)) if pairs is not None else {}
    return [of_file.get(f, "") for f in files] if any(of_file.values()) else [], pairs.how if pairs is not None else ""


def _codes(declared: Sequence[Any], called: Sequence[str]) -> tuple[dict[str, int], tuple[tuple[str, str, str, str, str], ...]]:
    """(each class's number in drawn masks, what files say differently of one number)."""
    found = [_classes(value)[0] for value in declared]
    codes = {name: number for number, name in enumerate(dict.fromkeys(name for classes in found for name in classes.values()), start=1)}
    renumbered = [(str(code), called[0], found[0][code], called[k], name) for k, classes in enumerate(found[1:], start=1) for code, name in classes.items() if found[0].get(code, name) != name]
    return codes, tuple(renumbered)


def _told(renumbered: Sequence[tuple[str, str, str, str, str]]) -> list[str]:
    return [f"class {code} is `{name}` in {one} and `{called}` in {other}: boxes are told by the names, not by the numbers" for code, one, name, other, called in renumbered]


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


def _parsed(value: dict[str, Any], source: str, codes: dict[str, int], before: str) -> Parsed:
    """`codes` are the classes' numbers in drawn masks; `before` stands before the name of a mark that has no picture."""
    unusable: list[Unusable] = []
    classes, said = _classes(value.get("categories"))
    names, stated, place = _pictures(value["images"], unusable)
    rows: list[tuple[Any, ...]] = []
    strays: list[Unusable] = []
    segments: dict[int, list[Segment]] = {}
    without = regions = 0
    apart: list[str] = []
    for number, mark in enumerate(value["annotations"]):
        where = f"annotation {mark['id'] if isinstance(mark, dict) and isinstance(mark.get('id'), int | str) else f'no. {number + 1}'}"[:80]
        if not isinstance(mark, dict):
            unusable.append(Unusable(where=before + where, reason=f"a {type(mark).__name__}, not an object"))
        elif not isinstance(mark.get("image_id"), int | str) or mark["image_id"] not in place:
            strays.append(Unusable(where=before + where, reason=f"belongs to image_id {_shown(mark.get('image_id'))}, which no picture has"))
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
    return Parsed(names=tuple(names), stated=tuple(stated), rows=tuple(rows), segments=segments, regions=regions, apart=tuple(apart), strays=tuple(strays), unusable=tuple(unusable), notes=notes)


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
