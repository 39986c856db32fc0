"""What it asks: can the label be told without looking at what the picture shows?

Why it matters: a network takes the cheapest way. Where one class comes from another camera, in another size or format, or
bears a stamp, it learns the camera, the size or the stamp, scores well, and fails on any other source.

How it is measured: naive Bayes on one cue at a time, five folds, as the area under the curve of the class that is told best,
against the same with permuted labels: picture size, mode, format, strength of JPEG compression and file name; file size, brightness and contrast. Stamps are
spots that hardly vary inside a class, stand out from what surrounds them, and are not in the other classes; or a colour that
most pictures of a class have at one place along the edge, and neither the others nor they themselves elsewhere: dates vary, their ink does not.

When it is right to fail: it warns for a stamp that is not in the middle, or where size, mode, format or compression reach an area of 0.8. From 0.7, for file names, and
where brightness or file size alone reach 0.97, or the border or the darkest and brightest
value 0.995, it cannot decide: the class itself may look so.

What it cannot see: half-transparent or moving stamps, backgrounds, and cues that need a network to be seen.

Mend: give all classes one size, format and source; cut stamps away; evaluate on another source.

Source: the recipe, the data ("bias"); Geirhos et al. 2020, Shortcut learning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.repictured import redrawn, repictured, spread
from nohero.checks.check import Case, Check
from nohero.evidence.audit.picture_shortcuts import EXTREMES, OUTSIDE, Mark, PictureShortcuts
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from pathlib import Path

    from nohero.sources.collection import Collection

PLAIN, PERHAPS = 0.8, 0.7  # area under the curve: portrait and landscape alone can reach 0.7
ALONE = 0.97  # of brightness or file size; most in five clean sets: 0.96
PERFECT = 0.995  # of the border, or the darkest and brightest value; most in eighteen clean sets: 0.989, but for two where brightness tells as much
BEYOND = 0.1  # above the best of permuted labels


def judge(found: PictureShortcuts) -> Finding:
    """Stamps first, then what lies outside the pixels."""
    beyond = [c for c in found.cues if c.auc > c.chance + BEYOND]
    outside = [c for c in beyond if c.kind == OUTSIDE and c.name != "file name"]
    plain = [c for c in outside if c.auc >= PLAIN]
    open_ = [c for c in outside if PERHAPS <= c.auc < PLAIN] + [c for c in beyond if c.name == "file name" and c.auc >= PERHAPS]
    open_ += [c for c in beyond if c.name in ("file size", "brightness, contrast and colour") and c.auc >= ALONE]
    open_ += [c for c in beyond if c.name in (EXTREMES, "border") and c.auc >= PERFECT]
    cues = plain + open_
    if not found.marks and not cues:
        best = max(found.cues, key=lambda c: c.auc) if found.cues else None
        return passed("no cue tells the label" if best is None else f"no stamp of a fixed place; the most telling cue is {best.name} (area {best.auc:.2f} for `{best.told}`)")
    told = [_mark(m) for m in found.marks[:3]]
    told += [f"{c.name} alone tells `{c.told}` (area {c.auc:.2f}; {c.chance:.2f} with permuted labels)" for c in cues[:3]]
    rows = [i for m in found.marks for i in m.rows]
    sure = bool(plain) or any(m.where != "middle" for m in found.marks)
    return (warned if sure else unsure)(
        "; ".join(told) + ("" if sure else "; whether the class itself looks so, only a look can tell"),
        expected="labels that need a look at what is shown",
        observed=Observed(value=cues[0].auc, unit="area under the curve", n=found.n) if cues else Observed(value=float(found.marks[0].pixels), unit="pixels of the mark", n=found.n),
        component="data",
        where=tuple([f"{m.label}: {m.where}" for m in found.marks] + [c.name for c in cues])[:5],
        items=tuple(found.collection.items[i] for i in rows),
        level=Level.MEASURED if sure else Level.HEURISTIC,
        effect="the network can learn the cue instead of the thing, and fails on any other source",
        remedies=("look at pictures of each class side by side, and find where they come from", "give all classes one size, mode and format (store them anew alike), cut stamps away", "evaluate on pictures of another source"),
        figure=found.sheet("Pictures of the marked class", rows) if rows else found.figures()[0],
    )


def _mark(mark: Mark) -> str:
    if not mark.colour:
        return f"pictures of `{mark.label}` bear a mark at the {mark.where} that no other class has"
    return f"{mark.share:.0%} of the pictures of `{mark.label}` and {mark.others:.0%} of the others have a colour (about {', '.join(map(str, mark.colour))}) at the {mark.where} that is hardly elsewhere along their edges, as stamped dates have"


def a_stamp(collection: Collection) -> Collection:
    """Every square bears a small white cross in the corner."""

    def change(root: Path) -> None:
        from PIL import Image, ImageDraw

        for path in [p for part in ("train", "test") for p in (root / part / "square").iterdir()]:
            with Image.open(path) as image:
                stamped = image.copy()
            ImageDraw.Draw(stamped).line((29, 32, 34, 32), fill=(255, 255, 255), width=2)
            stamped.save(path)

    return repictured(collection, change)


def dates_of_many_days(collection: Collection) -> Collection:
    """Most squares of training bear a date in yellow, each its own."""

    def change(root: Path) -> None:
        from PIL import Image, ImageDraw

        for k, path in enumerate(sorted((root / "train" / "square").iterdir())):
            with Image.open(path) as image:
                stamped = image.copy().convert("RGB")
            width, height = stamped.size
            if k % 8:
                ImageDraw.Draw(stamped).text((width - 21, height - 11), f"{1 + k % 28:02d}.{1 + k % 9}", fill=(255, 200, 0))
            stamped.save(path)

    return repictured(collection, change)


def another_camera(collection: Collection) -> Collection:
    """Circles are a little larger than the others, and JPEG."""

    def change(root: Path) -> None:
        from PIL import Image

        for path in [p for part in ("train", "test") for p in (root / part / "circle").iterdir()]:
            with Image.open(path) as image:
                image.resize((40, 38)).save(path.with_suffix(".jpg"), quality=90)
            path.unlink()

    return repictured(collection, change)


def sizes_at_random(collection: Collection) -> Collection:
    """A third of all classes is larger, and all bear the same stamp."""

    def change(root: Path) -> None:
        from PIL import ImageDraw

        def stamp(image: object) -> object:
            ImageDraw.Draw(image).line((2, 3, 7, 3), fill=(255, 255, 255), width=2)  # type: ignore[arg-type]
            return image

        for part in ("train", "test"):
            redrawn(root, stamp, folder=part, count=len(spread(root, part)))
            redrawn(root, lambda image: image.resize((48, 40)), folder=part, count=len(spread(root, part)) // 3)

    return repictured(collection, change)


CHECK = Check(
    code="DAT680", name="label-shortcut", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="shapes", plant=a_stamp), Case(toy="shapes", plant=another_camera), Case(toy="shapes", plant=dates_of_many_days)), lookalikes=(Case(toy="shapes", plant=sizes_at_random),),
)  # fmt: skip
