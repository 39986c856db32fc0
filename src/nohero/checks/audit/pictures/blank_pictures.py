"""What it asks: does every picture show something?

Why it matters: a black frame teaches that black means its label, and a whole class of failed downloads or exports looks like data.

How it is measured: every picture is decoded; one in which no channel changes from the first pixel to the last is blank.

When it is right to fail: it warns for one blank picture. Where a fifth or more are blank, they may be meant so (empty masks): unsure.

What it cannot see: a picture of noise, or of a message such as "image not available".

Mend: get the picture anew, or leave it out by name.

Source: the recipe, the data ("corrupted images").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.repictured import rearrayed, redrawn, repictured
from nohero.checks.check import Case, Check
from nohero.evidence.audit.picture_facts import PictureFacts
from nohero.run import sources
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

MANY = 0.2  # share of all: more are no accident


def judge(facts: PictureFacts) -> Finding:
    """Blank means the darkest value is the brightest."""
    rows = [i for i, (low, high) in enumerate(zip(facts.low, facts.high, strict=True)) if low == high]
    if not rows:
        return passed(f"each of {len(facts.items):,} pictures shows more than one colour")
    names = tuple(facts.items[i] for i in rows)
    clear = sum(facts.clear[i] >= 1 for i in rows)
    black = sum(facts.high[i] == 0 and facts.clear[i] < 1 for i in rows)
    kinds = ", ".join(f"{n:,} {word}" for n, word in ((black, "black"), (clear, "wholly transparent")) if n)
    many = len(rows) >= MANY * len(facts.items)
    return (unsure if many else warned)(
        f"{len(rows):,} of {len(facts.items):,} pictures are of one colour" + (f" ({kinds})" if kinds else "") + ("; so many may be meant, as empty masks are" if many else ""),
        expected="pictures that show something",
        observed=Observed(value=float(len(rows)), unit="blank pictures", n=len(facts.items)),
        component="data",
        where=names[:5],
        items=names,
        effect="nothing can be learnt from them but that one colour means a label",
        remedies=("get these pictures anew, or leave them out by name", "look at the program that wrote them: failed exports are blank"),
        figure=facts.sheet("Pictures of one colour", rows, tone="bad"),
    )


def black_frames(collection: Collection) -> Collection:
    """Three files are black."""
    return repictured(collection, lambda root: redrawn(root, lambda image: image.point(lambda _: 0)))


def a_white_array(collection: Collection) -> Collection:
    """One picture of an array is white."""

    def change(pictures: Any) -> Any:
        pictures[17] = 255
        return pictures

    return rearrayed(collection, change)


def a_night(collection: Collection) -> Collection:
    """Some pictures are dark, and show something."""
    return repictured(collection, lambda root: redrawn(root, lambda image: image.point(lambda v: v // 8)))


CHECK = Check(
    code="DAT650", name="blank-pictures", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="shapes", plant=black_frames), Case(toy="small-arrays", plant=a_white_array)), lookalikes=(Case(toy="shapes", plant=a_night),),
)  # fmt: skip
