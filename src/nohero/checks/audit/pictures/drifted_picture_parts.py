"""What it asks: do the pictures of all parts look alike, in brightness, contrast, sharpness, saturation, hue and compression?

Why it matters: a part that was stored in grey, with red and blue exchanged or with another brightness scores what the network never saw.

How it is measured: small copies of each part against those of the first part, class by class: in how many pairs of pictures of one class
has the part's more of it.

When it is right to fail: it warns from 85 of 100 pairs, for all classes together, and leaves it open from 75: other days and other
cameras differ too. One class that is so alone, where the other classes are alike, is left open from 95.

What it cannot see: differences that these means do not hold, and parts with fewer than ten pictures of a class.

Mend: make all parts by one program; divide pictures of several sources anew, or keep the parts and say that they differ.

Source: the recipe, the data ("train and test distributions"); Rabanser et al. 2019, Failing loudly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.repictured import redrawn, repictured, spread
from nohero.checks.check import Case, Check
from nohero.evidence.audit.picture_parts import PictureGap, PictureParts
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

FAR, PERHAPS = 0.35, 0.25  # from one half, of the share of pairs; of ten sets divided at random or by object 0.14 at most
ALONE, OTHERS = 0.45, 0.12  # the same of one class, and the most in the middle of the others; in these sets 0.39, of eleven frames of films
ERRORS, SURE = 5.0, 5.0  # standard errors at chance, of one class and of all: many features and classes are tried


def judge(found: PictureParts) -> Finding:
    """All classes first, then single ones."""
    gaps = [g for g in found.gaps if abs(g.auc - 0.5) >= PERHAPS and abs(g.errors) >= SURE]
    if gaps:
        far = any(abs(g.auc - 0.5) >= FAR for g in gaps)
        return _told(gaps, far=far, words="; ".join(_words(g) for g in gaps[:3]))
    single = [g for g, others in zip(found.single, found.others, strict=True) if abs(g.auc - 0.5) >= ALONE and abs(g.errors) >= ERRORS and others <= OTHERS]
    if single:
        return _told(single, far=False, words="; ".join(_words(g) for g in single[:3]) + ", where the other classes are alike in both parts")
    best = found.gaps[0]
    return passed(f"pictures of all parts look alike; most of {best.feature}: more of it in {best.part} than in {best.first} in {best.auc:.0%} of all pairs")


def _words(gap: PictureGap) -> str:
    """In which way, in pairs of pictures and in the middle."""
    more = gap.auc > 0.5
    of = f"`{gap.label}` of {gap.part}" if gap.label else gap.part
    return f"pictures of {of} have {'more' if more else 'less'} {gap.feature} than those of {gap.first} in {max(gap.auc, 1 - gap.auc):.0%} of all pairs (in the middle {gap.here:.3g}, there {gap.there:.3g})"


def _told(gaps: list[PictureGap], *, far: bool, words: str) -> Finding:
    return (warned if far else unsure)(
        words,
        expected="parts that look alike",
        observed=Observed(value=max(gaps[0].auc, 1 - gaps[0].auc), unit="of all pairs", n=gaps[0].n),
        component="data",
        where=tuple(dict.fromkeys(f"{g.part}: {g.label} {g.feature}" if g.label else f"{g.part}: {g.feature}" for g in gaps))[:5],
        level=Level.MEASURED if far else Level.HEURISTIC,
        effect="the score of that part tells of pictures that the network never saw",
        remedies=("look at pictures of both parts side by side, and at the program that wrote them", "store all parts by one program: one order of channels, one mode, one range"),
    )


def a_grey_part(collection: Collection) -> Collection:
    """All pictures of test were stored in grey, in three channels."""
    return repictured(collection, lambda root: redrawn(root, lambda image: image.convert("L").convert("RGB"), folder="test", count=len(spread(root, "test"))))


def a_brighter_part(collection: Collection) -> Collection:
    """Test went through a gamma curve."""
    return repictured(collection, lambda root: redrawn(root, lambda image: image.point(lambda v: int(255 * (v / 255) ** 0.4)), folder="test", count=len(spread(root, "test"))))


def all_darker(collection: Collection) -> Collection:
    """All parts are darker alike."""

    def change(image: object) -> object:
        return image.point(lambda v: int(v * 0.6))  # type: ignore[attr-defined]

    def both(root: object) -> None:
        for part in ("train", "test"):
            redrawn(root, change, folder=part, count=len(spread(root, part)))  # type: ignore[arg-type]

    return repictured(collection, both)


def a_few_brighter(collection: Collection) -> Collection:
    """A fifth of test is brighter."""
    return repictured(collection, lambda root: redrawn(root, lambda image: image.point(lambda v: min(255, v + 60)), folder="test", count=len(spread(root, "test")) // 5))


CHECK = Check(
    code="DAT681", name="drifted-picture-parts", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="shapes", plant=a_grey_part), Case(toy="shapes", plant=a_brighter_part)),
    lookalikes=(Case(toy="shapes", plant=all_darker), Case(toy="shapes", plant=a_few_brighter)),
)  # fmt: skip
