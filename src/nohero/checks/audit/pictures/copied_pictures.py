"""What it asks: is any picture there more than once?

Why it matters: a picture that is stored twice counts twice in training, and lands on both sides of a split made at random.

How it is measured: the files byte by byte, then the pixels of every picture; pictures of one colour are left out.

When it is right to fail: it warns for one copy inside a part. Copies in two parts, and copies with two labels, are other checks'.

What it cannot see: copies that were changed; near copies are another check's.

Mend: keep one of each, before anything is split.

Source: the recipe, the data ("duplicates").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.repictured import rearrayed, redrawn, repictured, spread
from nohero.checks.check import Case, Check
from nohero.evidence.audit.picture_copies import PictureCopies
from nohero.run import sources
from nohero.run.finding import Finding, Observed, passed, warned

if TYPE_CHECKING:
    from pathlib import Path

    from nohero.sources.collection import Collection


def judge(found: PictureCopies) -> Finding:
    """One copy is enough to name it."""
    copies = [c for c in found.copies if c.exact and not c.across]
    if not copies:
        return passed(f"no two of {len(found.items):,} pictures are the same" + (" inside one part" if found.parts else ""))
    stored = sum(c.how == "the same file" for c in copies)
    groups = len({c.first for c in copies})
    return warned(
        f"{len(copies):,} of {len(found.items):,} pictures {'are copies' if len(copies) > 1 else 'is a copy'} of {f'{groups:,} others' if groups > 1 else 'another'}" + (f" ({stored:,} byte by byte)" if stored else ""),
        expected="each picture once",
        observed=Observed(value=float(len(copies)), unit="copies", n=len(found.items)),
        component="data",
        where=tuple(found.named(c) for c in copies),
        items=tuple(found.items[c.second] for c in copies),
        effect="copies count twice in training, and a split at random puts them on both sides",
        remedies=("keep one of each, before anything is split",),
        figure=found.sheet("Copies", copies),
    )


def stored_twice(collection: Collection) -> Collection:
    """Four files lie there again under other names."""

    def change(root: Path) -> None:
        for path in spread(root, "train")[:4]:
            path.with_name(f"copy of {path.name}").write_bytes(path.read_bytes())

    return repictured(collection, change)


def stored_as_another_format(collection: Collection) -> Collection:
    """Two files lie there again as BMP: other bytes, the same pixels."""

    def change(root: Path) -> None:
        from PIL import Image

        for path in spread(root, "train")[:2]:
            with Image.open(path) as image:
                image.save(path.with_suffix(".bmp"))

    return repictured(collection, change)


def repeated_rows(collection: Collection) -> Collection:
    """Three pictures of an array take the place of others."""

    def change(pictures: Any) -> Any:
        labels = collection.labels.to_list()
        same = [i for i, label in enumerate(labels) if label == labels[0]]
        pictures[same[1:4]] = pictures[same[5:8]]
        return pictures

    return rearrayed(collection, change)


def black_ones(collection: Collection) -> Collection:
    """Three black files are no copies of each other: nothing is in them."""
    return repictured(collection, lambda root: redrawn(root, lambda image: image.point(lambda _: 0)))


CHECK = Check(
    code="DAT660", name="copied-pictures", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="shapes", plant=stored_twice), Case(toy="shapes", plant=stored_as_another_format), Case(toy="small-arrays", plant=repeated_rows)),
    lookalikes=(Case(toy="shapes", plant=black_ones),),
    said_by=("DAT110",),
)  # fmt: skip
