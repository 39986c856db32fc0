"""What it asks: has every mark its picture?

Why it matters: a loader stops at a picture that is not there, or passes it by, and the set is another one than the one that was counted.

How it is measured: every mask, entry and annotation is looked up among the pictures.

When it is right to fail: a named picture that is not there fails; masks and annotations of no picture warn, as loaders do not meet them.

What it cannot see: a picture under a right name that is another one.

Mend: get the pictures, or leave their marks out.

Source: the recipe, the data ("corrupted images or labels").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.refiled import reannotated, refiled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.mark_pairs import MarkPairs
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, failed, passed, warned

if TYPE_CHECKING:
    from pathlib import Path

    from nohero.sources.collection import Collection

SHOWN = 20  # rows of the table


def judge(pairs: MarkPairs) -> Finding:
    """Named and not there, or belonging to nothing."""
    if not pairs.strays:
        return passed(f"every mark belongs to one of the {pairs.n:,} pictures")
    gone = [where for where, why in pairs.strays if why.startswith("the annotations name it")]
    (where, why), *_ = pairs.strays
    return (failed if gone else warned)(
        f"{len(pairs.strays):,} marks have no picture" + (f", {len(gone):,} of them name a file that is not there" if gone else "") + f"; first: {where}: {why}",
        expected="marks of pictures that are there",
        observed=Observed(value=float(len(pairs.strays)), unit="marks", n=pairs.n),
        component="data",
        where=tuple(where for where, _ in pairs.strays[:5]),
        items=tuple(where for where, _ in pairs.strays),
        effect="a loader that stops, or a set that is not the one that was counted",
        remedies=("get these pictures, or leave their marks out", "look whether names differ in capitals, suffix or folder"),
        figure=Table(title="Marks without a picture", columns=("mark", "why"), rows=pairs.strays[:SHOWN]),
    )


def lost_pictures(collection: Collection) -> Collection:
    """Three pictures are gone."""

    def change(folder: Path) -> None:
        for path in sorted((folder / "images").iterdir())[::20]:
            path.unlink()

    return refiled(collection, change)


def annotations_of_no_picture(collection: Collection) -> Collection:
    """Five annotations of a picture that has no entry."""

    def change(told: dict[str, Any]) -> None:
        for mark in told["annotations"][::50]:
            mark["image_id"] = 999

    return reannotated(collection, change)


def masks_of_no_picture(collection: Collection) -> Collection:
    """Pictures and masks alone, and some pictures are gone."""

    def change(folder: Path) -> None:
        (folder / "annotations.json").unlink()
        for path in sorted((folder / "images").iterdir())[::20]:
            path.unlink()

    return refiled(collection, change)


def other_files_beside(collection: Collection) -> Collection:
    """A text and a table lie beside pictures and masks."""

    def change(folder: Path) -> None:
        (folder / "README.md").write_text("cells", encoding="utf-8")
        (folder / "masks" / "colours.txt").write_text("1 pale\n2 dark\n", encoding="utf-8")

    return refiled(collection, change)


CHECK = Check(
    code="DAT809", name="stray-marks", source=sources.DATA, judge=judge, sabotages=(Case(toy="cells", plant=lost_pictures), Case(toy="cells", plant=annotations_of_no_picture), Case(toy="cells", plant=masks_of_no_picture)),
    lookalikes=(Case(toy="cells", plant=other_files_beside),),
)  # fmt: skip
