"""What it asks: have the pictures the size that the annotations state?

Why it matters: boxes were drawn on a picture of the stated size; on a picture of another size they lie elsewhere.

How it is measured: the stated width and height against the file's, upright.

When it is right to fail: it warns; where the sides are exchanged and the file has an orientation tag it is unsure, as it depends on the loader.

What it cannot see: sizes that are stated rightly for boxes that were not scaled along.

Mend: scale boxes by the ratio of the sizes, or get the pictures at their stated size.

Source: the recipe, the data ("corrupted images or labels").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.refiled import reannotated
from nohero.checks.check import Case, Check
from nohero.evidence.audit.mark_pairs import MarkPairs
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.sources.collection import Collection

SHOWN = 20  # rows of the table


def judge(pairs: MarkPairs) -> Finding:
    """Stated and found."""
    if not pairs.stated:
        return skipped("no size is stated")
    if not pairs.missized:
        return passed(f"all {pairs.stated:,} stated sizes are those of the files")
    count = len(pairs.missized)
    turned = f"; {pairs.turned:,} of them are turned by their orientation tag" if pairs.turned else ""
    name, said, found = pairs.missized[0]
    return (unsure if pairs.turned == count else warned)(
        f"{count:,} of {pairs.stated:,} pictures have another size than stated: {name} is {found}, stated {said}{turned}",
        expected="the stated sizes",
        observed=Observed(value=count / pairs.stated, unit="of the pictures", n=pairs.stated),
        component="data",
        where=tuple(name for name, *_ in pairs.missized[:5]),
        items=tuple(name for name, *_ in pairs.missized),
        effect="boxes drawn on one size lie elsewhere on another",
        remedies=(
            "draw the boxes on some of these pictures: if they lie wrong, scale them by found / stated size",
            *(("read pictures upright (exif_transpose) if the boxes were drawn so, and as stored if not",) if pairs.turned else ()),
        ),
        figure=Table(title="Sizes", columns=("picture", "stated", "found"), rows=pairs.missized[:SHOWN]),
    )


def pictures_made_smaller(collection: Collection) -> Collection:
    """Every fifth entry states twice the size."""
    return _restated(collection, 5, lambda w, h: (2 * w, 2 * h))


def sides_exchanged(collection: Collection) -> Collection:
    """Every entry has width and height exchanged."""
    return _restated(collection, 1, lambda w, h: (h, w))


def no_sizes_stated(collection: Collection) -> Collection:
    """Width and height are left out."""
    return _restated(collection, 1, lambda *_: (None, None))


def _restated(collection: Collection, every: int, change: Callable[[int, int], tuple[int | None, int | None]]) -> Collection:
    def rewrite(told: dict[str, Any]) -> None:
        for image in told["images"][::every]:
            image["width"], image["height"] = change(image["width"], image["height"])

    return reannotated(collection, rewrite)


CHECK = Check(
    code="DAT810", name="misstated-picture-sizes", source=sources.DATA, judge=judge, sabotages=(Case(toy="cells", plant=pictures_made_smaller), Case(toy="cells", plant=sides_exchanged)),
    lookalikes=(Case(toy="cells", plant=no_sizes_stated),),
)  # fmt: skip
