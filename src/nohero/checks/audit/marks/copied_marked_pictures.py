"""What it asks: does a picture stand in the collection more than once?

Why it matters: copies on two sides of a split are remembered, and copies with different marks contradict each other.

How it is measured: equal bytes; and small copies that correlate at 0.995, which may be the same picture in another file.

When it is right to fail: copies with different marks fail; other copies warn; pictures that only look the same are unsure.

What it cannot see: copies that were cut, turned or flipped.

Mend: keep one copy; where their marks differ, the right one.

Source: the recipe, the data ("corrupted images or labels").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.refiled import refiled, repainted
from nohero.checks.check import Case, Check
from nohero.evidence.audit.neighbours import Neighbours
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, failed, passed, unsure, warned

if TYPE_CHECKING:
    from pathlib import Path

    from nohero.sources.collection import Collection


def judge(found: Neighbours) -> Finding:
    """Same bytes, same look, same marks."""
    pairs = (*found.copies, *found.alike)
    if not pairs:
        return passed(f"no two of {found.n:,} pictures are the same")
    items = tuple(dict.fromkeys(second for _, second in pairs))
    differing = {p for p in found.differing if p in set(found.copies)}
    words = f"{len(items):,} of {found.n:,} pictures repeat another ({len(found.copies):,} pairs of the same bytes, {len(found.alike):,} that look the same)"
    return (failed if differing else warned if found.copies else unsure)(
        words + (f"; {len(differing):,} pairs of the same bytes are marked differently" if differing else ""),
        expected="every picture once",
        observed=Observed(value=len(items) / found.n, unit="of the pictures", n=found.n),
        component="data",
        where=tuple(f"{a} = {b}" for a, b in sorted(pairs, key=lambda p: p not in differing)[:5]),
        items=items,
        effect="copies on two sides of a split are remembered, and different marks of one picture contradict each other",
        remedies=("keep one of each pair; where their marks differ, the one that is right", "keep copies on one side: nohero audit SOURCE --write-split DIR does so"),
        figure=Table(title="Pictures that repeat another", columns=("picture", "repeated as", "marks"), rows=tuple((a, b, "differ" if (a, b) in set(found.differing) else "the same") for a, b in pairs[:20])),
    )


def copies_under_other_names(collection: Collection) -> Collection:
    """Five pictures stand a second time, mask and all."""
    return refiled(collection, lambda folder: _copied(folder, 0))


def copies_with_other_marks(collection: Collection) -> Collection:
    """Five pictures stand a second time, with the mask of the next."""
    return refiled(collection, lambda folder: _copied(folder, 1))


def _copied(folder: Path, off: int) -> None:
    import shutil

    (folder / "annotations.json").unlink()
    names = sorted(path.name for path in (folder / "images").iterdir())
    for number in range(0, 50, 10):
        shutil.copy(folder / "images" / names[number], folder / "images" / f"again{number}.png")
        shutil.copy(folder / "masks" / names[number + off], folder / "masks" / f"again{number}.png")


def same_ground_other_cells(collection: Collection) -> Collection:
    """One slide, photographed again and again: the same ground, other cells."""
    return repainted(collection, stacked=False)


CHECK = Check(
    code="DAT841", name="copied-marked-pictures", source=sources.DATA, judge=judge, sabotages=(Case(toy="cells", plant=copies_under_other_names), Case(toy="cells", plant=copies_with_other_marks)),
    lookalikes=(Case(toy="cells", plant=same_ground_other_cells),),
)  # fmt: skip
