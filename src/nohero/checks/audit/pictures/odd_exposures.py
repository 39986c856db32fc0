"""What it asks: are there pictures so dark, so bright or so blurred that they are not like the rest?

Why it matters: a lens cap, a flash or a shaken hand leaves pictures whose label nobody could tell from the pixels.

How it is measured: brightness, contrast and sharpness (the energy of the Laplacian against the variance) of each picture, and its keenest edges,
against the twentieth part of the set that is darkest, brightest, or least sharp.

When it is right to fail: it warns where at most one picture in a hundred lies far beyond that twentieth: brightness below 0.15
and contrast below 0.3 of it, or sharpness below 0.12 of it and no edge half as keen. Where there are more, up to that twentieth, they may belong to the set: unsure.

What it cannot see: a set that is dark or blurred as a whole; blur beside a sharp frame or lettering.

Mend: look at them; leave out those whose label cannot be told.

Source: the recipe, the data ("outliers").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.repictured import redrawn, repictured
from nohero.checks.check import Case, Check
from nohero.evidence.audit.picture_facts import PictureFacts
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.sources.collection import Collection

LEAST = 50  # pictures, for a twentieth to mean anything
TWENTIETH = 0.05  # of the set
DARK, FLAT = 0.15, 0.3  # of that twentieth's brightness and contrast; least in five clean sets: 0.19 and 0.36
SOFT = 0.12  # of its sharpness; least in five clean sets: 0.26
DULL = 0.5  # of the keenest edges' steepness: a sharp thing before a soft ground has 0.7 at least
FEW = 0.01  # share of all: more may belong to the set


def _twentieth(values: Sequence[float]) -> float:
    return sorted(values)[int(TWENTIETH * len(values))]


def _odd(facts: PictureFacts) -> list[tuple[int, str]]:
    """Rows with what is odd about each; blank ones are another check's."""
    rows = [i for i, (low, high) in enumerate(zip(facts.low, facts.high, strict=True)) if high > low]
    if len(rows) < LEAST:
        return []
    dark, bright = _twentieth([facts.brightness[i] for i in rows]), _twentieth([255 - facts.brightness[i] for i in rows])
    contrast, sharp, keen = (_twentieth([values[i] for i in rows]) for values in (facts.contrast, facts.sharpness, facts.keen))
    found = []
    for i in rows:
        faint = facts.contrast[i] < FLAT * contrast
        if faint and facts.brightness[i] < DARK * dark:
            found.append((i, "dark"))
        elif faint and 255 - facts.brightness[i] < DARK * bright:
            found.append((i, "bright"))
        elif not faint and facts.sharpness[i] < SOFT * sharp and facts.keen[i] < DULL * keen:
            found.append((i, "blurred"))
    return found


def judge(facts: PictureFacts) -> Finding:
    """Few far outside are a fault, many are a property."""
    if len(facts.items) < LEAST:
        return skipped(f"{len(facts.items)} pictures are too few to say what is odd")
    found = _odd(facts)
    if not found:
        return passed("no picture is far darker, brighter or less sharp than the rest")
    many = len(found) > max(FEW * len(facts.items), 1)
    names = tuple(facts.items[i] for i, _ in found)
    counts = ", ".join(f"{n} {word}" for word in ("dark", "bright", "blurred") if (n := sum(w == word for _, w in found)))
    return (unsure if many else warned)(
        f"{len(found):,} of {len(facts.items):,} pictures are far outside the rest: {counts}" + ("; so many may belong to the set, which a look at them tells" if many else ""),
        expected="pictures in which one can see what the label says",
        observed=Observed(value=float(len(found)), unit="pictures", n=len(facts.items)),
        component="data",
        where=tuple(f"{name}: {word}" for name, (_, word) in zip(names[:5], found, strict=False)),
        items=names,
        level=Level.HEURISTIC,
        effect="their labels cannot be learnt from what they show",
        remedies=("look at them, and leave out those whose label you could not tell yourself",),
        figure=facts.sheet("Far outside the rest", [i for i, _ in found], captions=[word for _, word in found]),
    )


def a_lens_cap(collection: Collection) -> Collection:
    """Two files are nearly black."""
    return repictured(collection, lambda root: redrawn(root, lambda image: image.point(lambda v: v // 32), count=2))


def a_shaken_hand(collection: Collection) -> Collection:
    """Two files are blurred."""
    from PIL import ImageFilter

    return repictured(collection, lambda root: redrawn(root, lambda image: image.filter(ImageFilter.GaussianBlur(4)), count=2))


def an_evening(collection: Collection) -> Collection:
    """Two files are at half their brightness."""
    return repictured(collection, lambda root: redrawn(root, lambda image: image.point(lambda v: v // 2), count=2))


CHECK = Check(
    code="DAT655", name="odd-exposures", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="shapes", plant=a_lens_cap), Case(toy="shapes", plant=a_shaken_hand)), lookalikes=(Case(toy="shapes", plant=an_evening),),
)  # fmt: skip
