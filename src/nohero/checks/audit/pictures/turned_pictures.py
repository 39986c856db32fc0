"""What it asks: does every reader see the pictures upright?

Why it matters: cameras store the sensor's rows and a note how to turn them. Viewers obey the note, while many readers
(OpenCV with a flag, Pillow, torchvision) hand over the rows as they lie: boxes and masks then belong to other places.

How it is measured: the EXIF orientation of each file; anything but 1 asks for a turn or a mirror.

When it is right to fail: it warns for one such file, as the pictures are only right for readers that obey.

What it cannot see: pictures that lie on their side without a note.

Mend: turn the pixels once (ImageOps.exif_transpose) and store them without the note, or do so in the loader.

Source: the recipe, the data ("look at it").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.repictured import redrawn, repictured
from nohero.checks.check import Case, Check
from nohero.evidence.audit.picture_facts import PictureFacts
from nohero.run import sources
from nohero.run.finding import Finding, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from pathlib import Path

    from nohero.sources.collection import Collection

HOW = {2: "mirrored", 3: "turned by 180°", 4: "upside down", 5: "mirrored and turned", 6: "turned by 90°", 7: "mirrored and turned", 8: "turned by 270°"}


def judge(facts: PictureFacts) -> Finding:
    """Orientations from 2 to 8."""
    if not facts.orientation:
        return skipped("the pictures are no files")
    rows = [i for i, orientation in enumerate(facts.orientation) if orientation in HOW]
    if not rows:
        return passed("no file asks to be turned")
    names = tuple(facts.items[i] for i in rows)
    captions = [f"{facts.orientation[i]}: stored {HOW[facts.orientation[i]]}" for i in rows]
    return warned(
        f"{len(rows):,} of {len(facts.items):,} files are stored turned or mirrored, with an EXIF note that many readers ignore",
        expected="pixels that are stored upright",
        observed=Observed(value=float(len(rows)), unit="files with an orientation", n=len(facts.items)),
        component="data",
        where=names[:5],
        items=names,
        effect="a loader that ignores the note trains on turned pictures, and boxes or masks drawn in a viewer lie elsewhere",
        remedies=("ImageOps.exif_transpose(image) in the loader", "or turn the pixels once and store them without the note; then look at boxes and masks"),
        figure=facts.sheet("As they look when the note is obeyed", rows, captions=captions),
    )


def from_a_telephone(collection: Collection) -> Collection:
    """Three files were stored on their side, with the note."""

    def change(root: Path) -> None:
        from PIL import Image

        note = Image.Exif()
        note[0x0112] = 6
        redrawn(root, lambda image: image.rotate(90), exif=note)

    return repictured(collection, change)


def upright_by_note(collection: Collection) -> Collection:
    """Files with a note that says upright."""

    def change(root: Path) -> None:
        from PIL import Image

        note = Image.Exif()
        note[0x0112] = 1
        redrawn(root, lambda image: image, exif=note)

    return repictured(collection, change)


CHECK = Check(
    code="DAT652", name="turned-pictures", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="shapes", plant=from_a_telephone),), lookalikes=(Case(toy="shapes", plant=upright_by_note),),
)  # fmt: skip
