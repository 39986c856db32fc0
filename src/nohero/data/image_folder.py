"""A folder of class folders of pictures, with or without train, val and test folders above them.

Legend: N pictures, H height, W width, C channels.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.data.image_decode import Header, decode, scan
from nohero.data.picture_files import Listing, list_pictures
from nohero.data.raw import Raw, Unusable
from nohero.run.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PART_NAMES = {
    "train": "train", "training": "train",
    "val": "val", "valid": "val", "validation": "val", "dev": "val",
    "test": "test", "testing": "test",
}  # fmt: skip
LONGEST_SIDE = 64  # pixels, unless --image-size says otherwise
NEARLY_SQUARE = 1.25  # ratio of the sides below which pictures are made square
MAX_SIDE = 1024  # pixels, for --image-size
MAX_ARRAY = 16e9  # bytes of all pictures together
SHOWN = 8  # folders or files named in an error
LAYOUT = "a folder with two or more class folders of pictures, such as SOURCE/cat/1.jpg and SOURCE/dog/1.jpg"


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where a picture belongs."""

    name: str  # relative path
    label: str
    part: str = ""


def read_image_folder(root: Path, source: str, *, image_size: int | None = None) -> Raw:
    """All pictures below `root` that can be read, each labelled by its folder."""
    if image_size is not None and not 1 <= image_size <= MAX_SIDE:
        raise UsageError(f"--image-size {image_size}", expected=f"pixels, 1 to {MAX_SIDE}", mend="--image-size 64, for example")
    listing = list_pictures(root)
    places, stray, notes = _places(listing, source)
    headers = scan([root / place.name for place in places])
    sound = [i for i, header in enumerate(headers) if not header.fault]
    _refuse_few_classes([places[i].label for i in sound], listing, source)
    height, width, said = _size([headers[i] for i in sound], image_size)
    channels = 1 if all(headers[i].grey for i in sound) else 3
    _refuse_too_large(len(sound), height, width, channels, source)
    images_NHWC, faults = decode([headers[i] for i in sound], height, width, channels)
    kept = [i for i, fault in zip(sound, faults, strict=True) if not fault]
    reasons = {i: headers[i].fault for i in range(len(headers)) if headers[i].fault}
    reasons.update({i: fault for i, fault in zip(sound, faults, strict=True) if fault})
    _refuse_few_classes([places[i].label for i in kept], listing, source)
    if len(kept) < len(sound):
        images_NHWC = images_NHWC[np.array([not fault for fault in faults])]
    lost = tuple(Unusable(where=places[i].name, reason=reasons[i]) for i in sorted(reasons))
    parts = np.array([places[i].part for i in kept]) if places[0].part else None
    return Raw(
        name=root.resolve().name,
        source=source,
        modality="image",
        images=images_NHWC,
        target=np.array([places[i].label for i in kept], dtype=object),
        target_name="class",
        items=np.array([places[i].name for i in kept]),
        given_split=parts,
        unusable=(*listing.unusable, *stray, *lost),
        notes=(*listing.notes, *notes, *said, *mode_notes([headers[i] for i in kept], channels)),
        sha256=_hash(places, headers),
    )


def _places(listing: Listing, source: str) -> tuple[list[_Place], tuple[Unusable, ...], list[str]]:
    """Label and part of each picture; pictures outside class folders are unusable."""
    tops = sorted({folder for folder in listing.folders if "/" not in folder})
    divided = bool(tops) and all(top.lower() in PART_NAMES for top in tops) and _hold_classes(listing, tops)
    depth = 1 if divided else 0
    places: list[_Place] = []
    stray: list[Unusable] = []
    for name in listing.names:
        steps = name.split("/")
        if len(steps) < depth + 2:
            stray.append(Unusable(where=name, reason="not in a class folder"))
        else:
            part = PART_NAMES[steps[0].lower()] if divided else ""
            places.append(_Place(name=name, label=steps[depth], part=part))
    if not places:
        raise DataError(
            f"{source} has no pictures in class folders" + (f" ({len(stray)} lie beside them)" if stray else ""),
            expected=LAYOUT,
            mend=_mend_empty(listing),
        )
    notes = []
    if divided:
        counts = Counter(place.part for place in places)
        told = ", ".join(f"{count:,} {part}" for part, count in counts.items())
        notes.append(f"divided as given: {told}; name {source.rstrip('/')}/{tops[-1]} itself to use one part alone")
        lonely = {p.label for p in places} - {p.label for p in places if p.part == "train"}
        if lonely and counts["train"]:
            notes.append(f"classes without a picture in train: {', '.join(sorted(lonely)[:SHOWN])}")
        if not counts["train"]:  # one part alone, say test: it is the data
            return [replace(place, part="") for place in places], tuple(stray), []
    used = {place.label for place in places}
    first = {f.split("/")[depth] for f in listing.folders if f.count("/") >= depth}
    if first - used:
        notes.append(f"folders without pictures: {', '.join(sorted(first - used)[:SHOWN])}")
    return places, tuple(stray), notes


def _hold_classes(listing: Listing, tops: Sequence[str]) -> bool:
    """Whether train, val and test hold folders in turn; else they are classes like any other."""
    return any(folder.split("/")[0] in tops and "/" in folder for folder in listing.folders) and any(
        name.count("/") > 1 for name in listing.names
    )


def _mend_empty(listing: Listing) -> str:
    if listing.names:
        return "sort the pictures into one folder for each class"
    files = sorted(p.name for p in listing.root.iterdir() if p.is_file() and not p.name.startswith("."))
    if files:
        return f"name one of its files: {', '.join(files[:SHOWN])}"
    return "check the path; pictures end in .jpg, .png, .bmp, .gif, .webp or .tif"


def _refuse_few_classes(labels: Sequence[str], listing: Listing, source: str) -> None:
    classes = sorted(set(labels))
    if len(classes) > 1:
        return
    if not classes:
        what, mend = f"none of the pictures in {source} can be read", "look at one of them; they may be cut off or of another kind"
    else:
        what = f"{source} has one class folder with pictures: `{classes[0]}` ({len(labels):,} pictures)"
        inner = sorted({f.split("/")[1] for f in listing.folders if f.startswith(f"{classes[0]}/")})
        found = f"name {source.rstrip('/')}/{classes[0]}, if its folders are the classes ({', '.join(inner[:SHOWN])})"
        mend = found if len(inner) > 1 else "add a folder for each other class"
    raise DataError(what, expected=LAYOUT, mend=mend)


def _size(headers: Sequence[Header], image_size: int | None) -> tuple[int, int, list[str]]:
    """One height and width for all: their own where they agree and are small, else the median, scaled down."""
    sizes = Counter((header.height, header.width) for header in headers)
    if len(sizes) == 1:
        height, width = next(iter(sizes))
        was = f"all are {width}x{height}"
    else:
        height = int(np.median([header.height for header in headers]))
        width = int(np.median([header.width for header in headers]))
        was = f"{len(sizes)} sizes, median {width}x{height}"
    wanted = (height, width)
    if image_size is not None:
        wanted = (image_size, image_size)
    else:
        shrink = min(1.0, LONGEST_SIDE / max(height, width))
        wanted = (max(1, round(height * shrink)), max(1, round(width * shrink)))
        if len(sizes) > 1 and max(wanted) <= NEARLY_SQUARE * min(wanted):
            wanted = (max(wanted), max(wanted))
    if len(sizes) == 1 and wanted == (height, width):
        return *wanted, []
    how = "" if image_size is not None else "; another size: --image-size PIXELS"
    return *wanted, [f"resized to {wanted[1]}x{wanted[0]} ({was}){how}"]


def mode_notes(headers: Sequence[Header], channels: int) -> list[str]:
    """What became of modes, orientations and frames."""
    notes = []
    modes = Counter(header.mode for header in headers)
    into = "L" if channels == 1 else "RGB"
    if set(modes) - {into}:
        told = ", ".join(f"{count:,} {mode}" for mode, count in modes.most_common())
        notes.append(f"modes {told}: all read as {'grey' if channels == 1 else 'RGB'}, transparency on white")
    turned = sum(header.turned for header in headers)
    if turned:
        notes.append(f"{turned} pictures turned upright by their EXIF orientation")
    moving = sum(header.frames > 1 for header in headers)
    if moving:
        notes.append(f"{moving} files hold several frames: the first is used")
    return notes


def _refuse_too_large(count: int, height: int, width: int, channels: int, source: str) -> None:
    size = float(count) * height * width * channels
    if size > MAX_ARRAY:
        raise DataError(
            f"the {count:,} pictures of {source} take {size / 1e9:.0f} GB at {width}x{height}",
            expected=f"at most {MAX_ARRAY / 1e9:.0f} GB in memory",
            mend="--image-size 32, for example, or fewer pictures",
        )


def _hash(places: Sequence[_Place], headers: Sequence[Header]) -> str:
    digest: Any = hashlib.sha256()
    for place, header in zip(places, headers, strict=True):
        digest.update(place.name.encode() + b"\0" + header.digest)
    return str(digest.hexdigest())
