"""Pictures that are there more than once: the same file, the same pixels, or nearly the same; with their parts and labels."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.audit.near_pictures import UPRIGHT, near_pairs
from nohero.evidence.audit.picture_frames import drawn, without_frames
from nohero.evidence.audit.picture_regions import differ_in_a_region
from nohero.evidence.audit.picture_sheets import pairs_drawn
from nohero.sources.collection import Collection
from nohero.sources.thumbnails import thumbnails

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.run.figure import Images

PRICE = 3.0  # seconds: 30 for 60,000
MOST = 100_000  # pictures among which near copies are sought
LEAST = 20  # pixels a side: of 4,000 shrunken pictures a smaller size makes ever more look alike (fashion: 13 pairs at 28, 18 at 20, 68 at 16, 1,837 at 8)
FILE, PIXELS, REGION = "the same file", "the same pixels", "the same but for a region"


@dataclass(frozen=True, kw_only=True)
class Copy:
    """Two items; `first` stands before `second`."""

    first: int
    second: int
    how: str
    exact: bool
    across: bool  # in two parts
    labels: bool  # with two labels
    moved: bool = False  # mirrored or turned
    region: bool = False  # they differ in a region, and may show two things
    sign: bool = False  # drawings that agree mirrored or turned alone, and may be two signs, as b and d are

    @property
    def open(self) -> bool:
        """Whether a look must tell."""
        return self.region or self.sign


@dataclass(frozen=True, kw_only=True, eq=False)
class PictureCopies:
    """Exact copies are paired with the first of their group; near copies pair by pair."""

    items: Sequence[str]
    parts: tuple[str, ...]
    labels: tuple[str, ...]
    copies: tuple[Copy, ...]
    sought: int  # pictures among which near copies were sought
    side: int = LEAST  # pixels of the shorter side, as they were compared
    collection: Any = None

    def named(self, copy: Copy) -> str:
        """Both items."""
        return f"{self.items[copy.first]} = {self.items[copy.second]}"

    def sheet(self, title: str, copies: Sequence[Copy]) -> Images:
        """The pairs side by side."""
        return pairs_drawn(self.collection, title, [(c.first, c.second) for c in copies])


def measure(collection: Collection) -> PictureCopies:
    """Files by their digest, pixels by theirs, then near ones; pictures of one colour are left out."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable
    from nohero.sources.collection import PICTURE

    if collection.kind != PICTURE:
        raise Unmeasurable("the items are no pictures")
    thumbs = thumbnails(collection)
    count = len(thumbs)
    labels = tuple(str(v) for v in collection.labels.to_list()) if collection.label else ()
    parts = tuple(str(v) for v in collection.frame[collection.split].to_list()) if collection.split else ()
    alone = _once(collection.files, count)
    telling = [i for i in alone if thumbs.high[i] > thumbs.low[i]]
    groups = _exact(thumbs, telling, collection)
    found = [(first, second, how, True) for first, (members, how) in groups.items() for second in members]
    repeated = {second for _, second, _, _ in found}
    unique = np.array([i for i in telling if i not in repeated], dtype=np.int64)
    sought = len(unique) if len(unique) <= MOST and min(thumbs.pixels.shape[1:3]) >= LEAST else 0
    near = near_pairs(thumbs.pixels[unique]) if sought >= 2 else []
    found += [(int(unique[p.first]), int(unique[p.second]), _how(thumbs, int(unique[p.first]), int(unique[p.second]), p.how), False) for p in near]
    signs = {(i, j) for i, j, how, exact in found if not exact and how not in (*UPRIGHT, REGION) and drawn(thumbs.pixels[i]) and drawn(thumbs.pixels[j])}
    copies = tuple(
        Copy(
            first=i, second=j, how=how, exact=exact, across=bool(parts) and parts[i] != parts[j], labels=bool(labels) and labels[i] != labels[j],
            moved=not exact and how not in (*UPRIGHT, REGION), region=how == REGION, sign=(i, j) in signs,
        )
        for i, j, how, exact in found
    )  # fmt: skip
    return PictureCopies(items=collection.items, parts=parts, labels=labels, copies=copies, sought=sought, side=min(thumbs.pixels.shape[1:3]), collection=collection)


def _how(thumbs: Any, first: int, second: int, how: str) -> str:
    """What was found, or that both differ in a region; of mirrored and turned ones nothing more is asked."""
    if how not in UPRIGHT:
        return how
    whole = thumbs.pixels[first], thumbs.pixels[second]
    inside = without_frames(*(p.astype("float32") for p in whole))
    pairs = (whole,) if inside is None else (whole, inside)
    return REGION if any(differ_in_a_region(one.mean(axis=2), other.mean(axis=2)) for one, other in pairs) else how


def _once(files: tuple[str, ...], count: int) -> list[int]:
    """Each file by the first row that names it: a table may name one picture many times."""
    return list({name: i for i, name in reversed(list(enumerate(files)))}.values())[::-1] if files else list(range(count))


def _exact(thumbs: Any, rows: list[int], collection: Collection) -> dict[int, tuple[list[int], str]]:
    """First of a group -> the others, and whether their files are the same."""
    import hashlib

    import numpy as np

    sizes = list(zip(collection.frame["width"], collection.frame["height"], strict=True)) if thumbs.digests and {"width", "height"} <= set(collection.frame.columns) else None
    by_pixels: dict[Any, list[int]] = defaultdict(list)
    whole = thumbs.pixels if thumbs.digests or collection.pictures is None else collection.pictures
    for i in rows:
        key = hashlib.blake2b(np.ascontiguousarray(whole[i]).data, digest_size=16).digest()
        by_pixels[key, sizes[i] if sizes else None].append(i)
    groups = {}
    for members in by_pixels.values():
        if len(members) > 1:
            same = bool(thumbs.digests) and len({thumbs.digests[i] for i in members}) == 1
            groups[members[0]] = (members[1:], FILE if same else PIXELS)
    return groups
