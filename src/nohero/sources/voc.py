"""Pascal VOC annotations: one xml a picture, read without entities and without trust."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from nohero.data.picture_files import list_pictures
from nohero.data.raw import Unusable
from nohero.sources.marking import Marking, box_frame, marked
from nohero.sources.mask_folder import is_mask, natural, pair, part_among
from nohero.sources.picture_roles import standing
from nohero.sources.table import PARTS

if TYPE_CHECKING:
    from nohero.data.picture_files import Listing
    from nohero.sources.collection import Collection

LISTS = "ImageSets/Main"  # where Pascal VOC names the pictures of each part
MOST_BYTES = 20_000_000  # of one xml
MOST_FILES = 200_000
DEEPEST = 50  # elements within each other
SNIFFED = 20  # files looked into before a folder is taken for VOC


class RefusedXmlError(ValueError):
    """The xml declares what an annotation has no need of."""


def find_voc(folder: Path) -> list[Path]:
    """The xml files of a folder, where the first of them are annotations."""
    found = [p for p in sorted(folder.rglob("*.xml"))[:MOST_FILES] if not p.name.startswith(".") and p.is_file()]
    return found if found and any(_sniffed(p) for p in found[:SNIFFED]) else []


def _sniffed(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return b"<annotation" in file.read(4096)
    except OSError:
        return False


def read_voc(folder: Path, xmls: list[Path], source: str) -> Collection:
    """Every picture below the folder, with the boxes of the xml of its name."""
    listing, names, masks, aside = _pictures(folder)
    by_stem: dict[str, list[str]] = {}
    for name in names:
        by_stem.setdefault(PurePosixPath(name).stem, []).append(name)
    unusable, strays, whole = list(listing.unusable), [], hashlib.sha256()
    told: dict[str, tuple[tuple[int, int], list[tuple[Any, ...]]]] = {}
    inside = folder.resolve()
    for path in xmls:
        where = path.relative_to(folder).as_posix()
        if not path.resolve().is_relative_to(inside):
            unusable.append(Unusable(where=where, reason="a link that leaves the folder, not followed"))
            continue
        try:
            content = _content(path)
            tree = parse(content)
        except (OSError, ValueError, expat.ExpatError, LookupError) as error:
            unusable.append(Unusable(where=where, reason=f"no annotation that can be read: {str(error)[:100]}"))
            continue
        whole.update(hashlib.sha256(content).digest())
        if tree.tag != "annotation":
            continue
        picture = _picture_of(path, tree, folder, by_stem)
        if not picture:
            strays.append(Unusable(where=where, reason="an annotation without its picture"))
        elif picture in told:
            unusable.append(Unusable(where=where, reason=f"a second annotation of {picture}"))
        else:
            told[picture] = (_size(tree), _boxes(tree, where, unusable))
    files = sorted(names, key=natural)
    rows = [(i, *row) for i, name in enumerate(files) if name in told for row in told[name][1]]
    of_mask, pairing = _masks_of(files, masks)
    unread = (f"{len(masks):,} masks not read, as not every picture has one: audit a folder of those that have",) if masks and not of_mask else ()
    marking = Marking(
        form="VOC", stated=tuple(told[f][0] if f in told else (0, 0) for f in files), strays=tuple(strays), pairing=pairing,
        unlisted=tuple(Unusable(where=f, reason="a picture without an xml") for f in files if f not in told),
    )  # fmt: skip
    notes = (*listing.notes, *aside, *unread)
    return marked(source, folder, files, marking, boxes=box_frame(rows), masks=of_mask, unusable=unusable, notes=notes, parts=_parts(folder, files), digest=whole.digest())


def _pictures(folder: Path) -> tuple[Listing, list[str], list[str], tuple[str, ...]]:
    """(everything, the names of the pictures, those of their masks, what was left out)."""
    listing = list_pictures(folder, known=frozenset({".xml"}))
    names, aside = standing(listing.names)
    pictures = [n for n in names if not is_mask(n)]
    return (listing, pictures, [n for n in names if is_mask(n)], aside) if pictures else (listing, names, [], aside)


def _masks_of(files: list[str], masks: list[str]) -> tuple[list[str], str]:
    """(each picture's mask, how they were found), where every one has its own."""
    pairs = pair((*files, *masks)) if masks else None
    if pairs is None or set(pairs.files) != set(files) or not all(pairs.masks):
        return [], ""
    of_file = dict(zip(pairs.files, pairs.masks, strict=True))
    return [of_file[f] for f in files], pairs.how


def _parts(folder: Path, files: list[str]) -> list[str]:
    """Each picture's part: by its folder, or by the lists in ImageSets/Main; none where some picture has none or two."""
    parts = [part_among(name) for name in files]
    if not all(parts):
        listed: dict[str, set[str]] = {}
        for path in sorted((folder / LISTS).glob("*.txt")) if (folder / LISTS).is_dir() else []:
            if path.stem in PARTS and path.is_file() and path.stat().st_size <= MOST_BYTES:
                for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                    listed.setdefault(line.strip(), set()).add(PARTS[path.stem])
        parts = ["".join(found) if len(found := listed.get(PurePosixPath(name).stem, set())) == 1 else "" for name in files]
    return parts if all(parts) and len(set(parts)) > 1 else []


def parse(content: bytes) -> Element:
    """The tree; a document type, an entity or a depth that no annotation has is refused."""
    builder = TreeBuilder()
    parser = expat.ParserCreate()
    depth = 0

    def refuse(*_: object) -> int:
        raise RefusedXmlError("it declares a document type or entities, which are refused")

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise RefusedXmlError(f"its elements stand more than {DEEPEST} deep in each other")
        builder.start(name, {})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name)

    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, builder.data
    parser.Parse(content, True)
    found: Element = builder.close()
    return found


def _content(path: Path) -> bytes:
    if path.stat().st_size > MOST_BYTES:
        raise RefusedXmlError(f"{path.stat().st_size / 1e6:.0f} MB; at most {MOST_BYTES / 1e6:.0f} are read")
    return path.read_bytes()


def _picture_of(path: Path, tree: Element, folder: Path, by_stem: dict[str, list[str]]) -> str:
    """By the xml's own name, or by the file name that stands in it; the nearest folder where several fit."""
    named = PurePosixPath((tree.findtext("filename") or "").replace("\\", "/")).name
    found = by_stem.get(path.stem) or by_stem.get(PurePosixPath(named).stem) or by_stem.get(named) or []
    if len(found) < 2:
        return found[0] if found else ""
    exact = [n for n in found if PurePosixPath(n).name == named] or found
    here = path.parent.relative_to(folder).parts

    def common(name: str) -> int:
        return sum(a == b for a, b in zip(here, PurePosixPath(name).parts, strict=False))

    return max(exact, key=common)


def _size(tree: Element) -> tuple[int, int]:
    values = [_number(tree.findtext(f"size/{side}")) for side in ("width", "height")]
    return (int(values[0]), int(values[1])) if all(math.isfinite(v) and 0 < v < 1e9 for v in values) else (0, 0)


def _boxes(tree: Element, where: str, unusable: list[Unusable]) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for number, thing in enumerate(tree.findall("object"), start=1):
        corners = [_number(thing.findtext(f"bndbox/{side}")) for side in ("xmin", "ymin", "xmax", "ymax")]
        name = f"{where} object {number}"
        if not all(math.isfinite(v) for v in corners):
            unusable.append(Unusable(where=name, reason="its box is not four finite numbers"))
            continue
        left, top, right, bottom = corners
        label = (thing.findtext("name") or "").strip()[:80]
        rows.append((label, left, top, right - left, bottom - top, name, bool(label)))
    return rows


def _number(text: str | None) -> float:
    try:
        return float((text or "").strip())
    except ValueError:
        return math.nan
