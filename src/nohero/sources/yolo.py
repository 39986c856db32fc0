"""YOLO labels: a text a picture, a line a box of class, centre and size in shares of the picture, or a polygon; read as if by a stranger."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from nohero.data.picture_files import list_pictures
from nohero.data.raw import Unusable
from nohero.run.errors import DataError
from nohero.sources.class_names import ClassNames, read_class_names
from nohero.sources.marking import Marking, box_frame, marked
from nohero.sources.mask_folder import natural, part_among
from nohero.sources.picture_roles import MASKS, PICTURES
from nohero.sources.segments import LEAST_POINTS, Segment, box_of
from nohero.sources.walking import walk

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

TEXT = ".txt"
NAMES = ("data.yaml", "data.yml", "dataset.yaml", "classes.txt", "obj.names", "_darknet.labels")
MOST_BYTES = 20_000_000  # of one label file
MOST_FAULTS = 50  # told of one label file, one by one
SNIFFED = 50  # label files looked into before a folder is taken for YOLO
SLACK = 1e-3  # by which rounding may lead beyond the picture
EXPECTED = "pictures, and label files of their names with lines of class, centre x, centre y, width and height in shares of the picture"


def read_yolo(folder: Path, source: str, names_file: Path | None = None) -> Collection | None:
    """The pictures of the folder with the boxes of the texts of their names, or None where it holds no such labels."""
    if next(folder.rglob(f"*{TEXT}"), None) is None:
        return None
    listing, found_files = list_pictures(folder, known=frozenset({TEXT, ".yaml", ".yml", ".names", ".labels"})), walk(folder)
    texts = [name for name in found_files.names if name.lower().endswith(TEXT) and PurePosixPath(name).name.lower() not in NAMES]
    files = sorted([name for name in listing.names if not _words(name) & MASKS] or listing.names, key=natural)
    of_key = {_key(name): name for name in texts}
    paired = {name: of_key[_key(name)] for name in files if _key(name) in of_key}
    if not paired or not (names_file is not None or _sniffed(folder, list(paired.values()))):
        return None
    classes, notes = _classes(folder, names_file)
    links = [u for u in found_files.unusable if u.where.lower().endswith(TEXT)]
    unusable, rows, segments, empty, whole = [*listing.unusable, *links], [], [], 0, hashlib.sha256()
    for number, name in enumerate(files):
        content = _content(folder / paired[name], paired[name], unusable) if name in paired else b""
        whole.update(content)
        found = _lines(content, paired.get(name, ""), classes, unusable)
        empty += name in paired and not content.strip()
        rows += [(number, *row) for row, _ in found]
        segments.append([region for _, region in found if region is not None])
    # where pictures of nothing have an empty file, one without a file was forgotten
    forgotten = [name for name in files if name not in paired] if empty else []
    parts = [part_among(name) for name in files]
    marking = Marking(
        form="YOLO", classes=tuple(name for _, name in sorted(classes.names.items())), strays=_strays(folder, texts, set(paired.values())),
        unlisted=tuple(Unusable(where=name, reason="a picture without a label file, where others have an empty one") for name in forgotten),
    )  # fmt: skip
    return marked(
        source, folder, files, marking, boxes=box_frame(rows), unusable=unusable, notes=(*listing.notes, *notes), parts=parts if all(parts) and len(set(parts)) > 1 else (),
        digest=whole.digest(), segments=segments, shares=True,
    )  # fmt: skip


def read_yolo_yaml(path: Path, source: str) -> Collection:
    """The set that a data.yaml stands beside; the paths in it are not followed."""
    found = read_yolo(path.parent, source, path)
    if found is None:
        raise DataError(f"beside {source} lie no pictures with label files", expected=EXPECTED, mend="name the folder that holds images/ and labels/; paths inside the yaml are not followed")
    return found


def _key(name: str) -> tuple[tuple[str, ...], str]:
    """Folders that do not merely tell pictures from labels, and the name without its suffix."""
    pure = PurePosixPath(name)
    return tuple(p.casefold() for p in pure.parts[:-1] if p.casefold() not in PICTURES | MASKS), pure.stem


def _sniffed(folder: Path, names: list[str]) -> bool:
    """Whether the first of them that hold something begin with five numbers or more, a whole one first; or none holds anything and the classes are named."""
    held = False
    for name in names[:SNIFFED]:
        try:
            with (folder / name).open("rb") as file:
                line = file.read(4096).decode("utf-8-sig", errors="replace").strip().partition("\n")[0]
        except OSError:
            continue
        if line:
            numbers = _numbers(line)
            if numbers is not None and len(numbers) >= 5 and numbers[0].is_integer():
                return True
            held = True
    return not held and any((folder / name).is_file() for name in NAMES)


def _classes(folder: Path, given: Path | None) -> tuple[ClassNames, tuple[str, ...]]:
    """The names of the classes and what is to be said of them."""
    places = (folder, folder / "labels", folder.parent) if given is None else ()
    path = given or next((place / name for place in places for name in NAMES if (place / name).is_file()), None)
    if path is None:
        return ClassNames(names={}), (f"no file names the classes ({', '.join(NAMES[:4])}): they are told by number",)
    classes = read_class_names(path)
    if classes.fault:
        return classes, (f"{path.name} names no classes ({classes.fault}): they are told by number",)
    apart = classes.count is not None and classes.count != len(classes.names)
    return classes, (f"{path.name} claims {classes.count} classes and names {len(classes.names)}",) if apart else ()


def _content(path: Path, name: str, unusable: list[Unusable]) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            unusable.append(Unusable(where=name, reason=f"{path.stat().st_size / 1e6:.0f} MB; at most {MOST_BYTES / 1e6:.0f} are read"))
            return b""
        return path.read_bytes()
    except OSError as error:
        unusable.append(Unusable(where=name, reason=f"cannot be read: {error.strerror}"))
        return b""


def _lines(content: bytes, name: str, classes: ClassNames, unusable: list[Unusable]) -> list[tuple[tuple[Any, ...], Segment | None]]:
    """(label, left, top, width, height, where, known) and region of each sound line, in shares of the picture; the others are told."""
    found, faults = [], 0
    for number, line in enumerate(content.decode("utf-8-sig", errors="replace").split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{name} line {number}"
        read = _line(line, where, classes)
        if not isinstance(read, str):
            found.append(read)
            continue
        faults += 1
        if faults <= MOST_FAULTS:
            unusable.append(Unusable(where=where, reason=read))
    if faults > MOST_FAULTS:
        unusable.append(Unusable(where=name, reason=f"{faults - MOST_FAULTS:,} more lines that are no boxes"))
    return found


def _line(line: str, where: str, classes: ClassNames) -> tuple[tuple[Any, ...], Segment | None] | str:
    """One box or polygon, or what is wrong with the line."""
    values = _numbers(line)
    if values is None:
        return f"`{' '.join(line.split())[:60]}` is not made of finite numbers"
    code = values[0]
    if not code.is_integer() or not 0 <= code < 1e5:
        return f"its class is {code:g}, not a whole number from 0"
    label = classes.names.get(int(code), f"class {int(code)}")
    known = not classes.names or int(code) in classes.names
    places = values[1:]
    polygon = len(places) >= 2 * LEAST_POINTS and len(places) % 2 == 0 and not classes.keypoints
    if not polygon and len(places) != 4 and not (classes.keypoints and len(places) > 4):
        return f"it has {len(values)} numbers, neither the 5 of a box nor those of a polygon"
    places = places if polygon else places[:4]
    if beyond := [v for v in places if not -SLACK <= v <= 1 + SLACK]:
        return f"{beyond[0]:g} is no share of the picture (0 to 1)"
    if polygon:
        region = Segment(code=int(code) + 1, polygons=(places,), shares=True)
        return (label, *(box_of(region) or ()), where, known), region
    x, y, width, height = places
    return (label, x - width / 2, y - height / 2, width, height, where, known), None


def _numbers(line: str) -> tuple[float, ...] | None:
    """All of a line's words as finite numbers, or None."""
    words = line.split()
    try:
        values = tuple(map(float, words))
    except ValueError:
        return None
    return values if values and all(map(math.isfinite, values)) else None


def _strays(folder: Path, texts: list[str], used: set[str]) -> tuple[Unusable, ...]:
    """Label files without a picture; a text elsewhere that is no label is none of them."""
    left = [name for name in texts if name not in used]
    return tuple(Unusable(where=name, reason="a label file without its picture") for name in left if _words(name) & MASKS or _sniffed(folder, [name]))


def _words(name: str) -> set[str]:
    return {part.casefold() for part in PurePosixPath(name).parts[:-1]}
