"""What it asks: is each file of the format that its name says?

Why it matters: readers that trust the suffix refuse such a file, or read it by another decoder than its neighbours; it is also a
sign of files renamed by hand.

How it is measured: the format is told by the file's first bytes, and compared with the suffix.

When it is right to fail: it warns for one such file.

What it cannot see: a file stored in the right format after having been through another one.

Mend: rename the file, or store it anew.

Source: the recipe, the data ("corrupted images").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.repictured import redrawn, repictured, spread
from nohero.checks.check import Case, Check
from nohero.evidence.audit.picture_facts import PictureFacts
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from pathlib import Path

    from nohero.sources.collection import Collection

FORMATS = {
    ".jpg": ("JPEG", "MPO"), ".jpeg": ("JPEG", "MPO"), ".png": ("PNG",), ".bmp": ("BMP", "DIB"), ".gif": ("GIF",), ".webp": ("WEBP",), ".tif": ("TIFF",), ".tiff": ("TIFF",),
}  # fmt: skip
SHOWN = 20  # rows of the table


def judge(facts: PictureFacts) -> Finding:
    """One file is enough to name it."""
    if not facts.format:
        return skipped("the pictures are no files")
    rows = [i for i, (suffix, kind) in enumerate(zip(facts.suffix, facts.format, strict=True)) if kind not in FORMATS.get(suffix, (kind,))]
    if not rows:
        return passed(f"the suffix of each of {len(facts.items):,} files says its format")
    names = tuple(facts.items[i] for i in rows)
    first = rows[0]
    return warned(
        f"{len(rows):,} of {len(facts.items):,} files are of another format than their suffix says: {names[0]} is {facts.format[first]}",
        expected="files whose suffix names their format",
        observed=Observed(value=float(len(rows)), unit="files", n=len(facts.items)),
        component="data",
        where=names[:5],
        items=names,
        effect="a reader that goes by the suffix stops at them, or leaves them out",
        remedies=("rename these files, or store them anew in the format of the others", "find the step that renamed files instead of converting them"),
        figure=Table(title="Files with a wrong suffix", columns=("file", "format"), rows=tuple((facts.items[i], facts.format[i]) for i in rows[:SHOWN])),
    )


def jpegs_called_png(collection: Collection) -> Collection:
    """Two files were stored as JPEG under their old names."""
    return repictured(collection, lambda root: redrawn(root, lambda image: image, count=2, format="JPEG"))


def long_and_capital_suffixes(collection: Collection) -> Collection:
    """JPEG files end in .jpeg and .JPG."""

    def change(root: Path) -> None:
        from PIL import Image

        for path, suffix in zip(spread(root, "train"), (".jpeg", ".JPG", ".JPEG"), strict=False):
            with Image.open(path) as image:
                image.save(path.with_suffix(suffix), format="JPEG")
            path.unlink()

    return repictured(collection, change)


CHECK = Check(
    code="DAT651", name="wrong-suffix", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="shapes", plant=jpegs_called_png),), lookalikes=(Case(toy="shapes", plant=long_and_capital_suffixes),),
)  # fmt: skip
