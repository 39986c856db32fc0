"""What it asks: has every picture a mark?

Why it matters: a picture that was forgotten teaches that there is nothing where there is something.

How it is measured: pictures without a mask, pictures that the annotations do not name, and pictures that they name without a box.

When it is right to fail: a picture without a mask or without an entry warns; a named picture without a box may be meant as an example of nothing, and is unsure.

What it cannot see: pictures of which only a part is marked.

Mend: mark them, or leave them out by name.

Source: the recipe, the data ("corrupted images or labels").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.refiled import reannotated, refiled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.mark_pairs import MarkPairs
from nohero.run import sources
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from pathlib import Path

    from nohero.sources.collection import Collection


def judge(pairs: MarkPairs) -> Finding:
    """Forgotten, or empty on purpose."""
    lacking = (*(pairs.without_mask if pairs.has_masks else ()), *pairs.unlisted)
    found = (*lacking, *pairs.without_boxes)
    if not found:
        return passed(f"all {pairs.n:,} pictures are marked")
    kinds = [
        f"{len(names):,} {what}"
        for names, what in ((pairs.without_mask if pairs.has_masks else (), "have no mask"), (pairs.unlisted, "are not named by the annotations"), (pairs.without_boxes, "are named and have no box"))
        if names
    ]
    return (warned if lacking else unsure)(
        f"of {pairs.n:,} pictures {', '.join(kinds)}",
        expected="marks on every picture, or an entry that says that nothing is on it",
        observed=Observed(value=len(found) / pairs.n, unit="of the pictures", n=pairs.n),
        component="data",
        where=found[:5],
        items=found,
        effect="a forgotten picture teaches that nothing is there",
        remedies=("mark these pictures, or leave them out by name", "pictures of nothing are good examples if they are meant so: look at a few of them"),
    )


def lost_masks(collection: Collection) -> Collection:
    """Four masks are gone."""

    def change(folder: Path) -> None:
        for path in sorted((folder / "masks").iterdir())[::15]:
            path.unlink()

    return refiled(collection, change)


def forgotten_entries(collection: Collection) -> Collection:
    """Six pictures stand in the folder and not in the annotations."""

    def change(told: dict[str, Any]) -> None:
        told["images"] = [image for image in told["images"] if image["id"] % 10]
        told["annotations"] = [mark for mark in told["annotations"] if mark["image_id"] % 10]

    return reannotated(collection, change)


def examples_of_nothing(collection: Collection) -> Collection:
    """Three pictures are named and have no boxes."""
    return reannotated(collection, lambda told: told.update(annotations=[mark for mark in told["annotations"] if mark["image_id"] % 20]))


CHECK = Check(
    code="DAT808", name="unmarked-pictures", source=sources.DATA, judge=judge, sabotages=(Case(toy="cells", plant=lost_masks), Case(toy="cells", plant=forgotten_entries)),
    lookalikes=(Case(toy="cells", plant=examples_of_nothing),),
)  # fmt: skip
