"""What it asks: did pictures break off, so that their lower part is one flat colour?

Why it matters: a download that was cut short, or a file that a program read as far as it went, becomes a whole picture again as soon as it is
stored anew: it opens without an error, and what is missing is grey or black. The label may stand for what is no longer there.

How it is measured: rows from the lower edge up that are of one colour to the grey level, in a picture whose other rows are full of structure and
noise down to the seam. The same is asked of the other three sides, where nothing breaks off: letterboxes and the rims of maps lie there as often.

When it is right to fail: it warns where such bands are of the middle grey that decoders leave, or where three pictures or more have one below and hardly
any has one elsewhere. White ones may be paper or an overexposed ground, and bands in most pictures, or in many at one height, a hood, a ground or a caption that belongs to the
way they were taken: these are left open. Drawings, of which many have flat rows anyway, are not judged.

What it cannot see: pictures that broke off within their last rows; files that say so themselves, which are told as unreadable; flat parts of drawings.

Mend: get these pictures anew; or leave them out by name.

Source: the recipe, the data ("corrupted images").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.repictured import redrawn, repictured
from nohero.checks.check import Case, Check
from nohero.evidence.audit.picture_bands import PictureBands
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from nohero.evidence.audit.picture_bands import Band
    from nohero.sources.collection import Collection

GREY, NEAR = 128, 2  # grey levels: what a decoder of JPEG makes of nothing
WHITE = 250  # grey levels
SEVERAL = 3  # pictures: one or two may be a wall or a floor
ELSEWHERE = 0.2  # of as many bands may lie at other sides
MOST = 0.5  # of the pictures: where more end so, it is how they were taken or laid out
MANY, LEVEL = 8, 0.02  # bands of one colour, and of the height by which they differ: files break off anywhere
DRAWN = 0.2  # of the pictures: where more have a flat row along an edge and no band below, they are drawings, or things on a plain ground


def judge(found: PictureBands) -> Finding:
    """Below against the other sides."""
    count = len(found.items)
    elsewhere = {b.row for b in found.bands if b.side != "bottom"}
    below, others = [b for b in found.bands if b.side == "bottom" and b.row not in elsewhere], len(elsewhere)
    if found.still - len(below) > DRAWN * count:
        return skipped(f"{found.still:,} of {count:,} pictures have flat rows along an edge, as drawings and things on a plain ground have")
    grey = [b for b in below if all(abs(v - GREY) <= NEAR for v in b.colour)]
    told = below if len(below) >= SEVERAL and others <= ELSEWHERE * len(below) else grey
    if not told:
        return passed(f"no picture of {count:,} ends in a flat grey band, and no three in a band of another colour")
    white = all(min(b.colour) >= WHITE for b in told)
    rows = [b.row for b in told]
    names = tuple(found.items[i] for i in rows)
    first = told[0]
    laid = len(told) > MOST * count or _laid_out(told)
    return (unsure if white or laid else warned)(
        f"{len(told):,} of {count:,} pictures end in a band of one colour, up to {max(b.share for b in told):.0%} of their height: {names[0]} in {_said(first.colour)}" + ("; whether it is paper or what a broken file left, a look tells" if white else "; so many, or at one height, may be how they were taken or laid out, which a look tells" if laid else ""),
        expected="pictures that go on to their lower edge",
        observed=Observed(value=float(len(told)), unit="pictures that break off", n=count),
        component="data",
        where=names[:5],
        items=names,
        level=Level.HEURISTIC,
        effect="a part of what the label is about is missing, and the band is a pattern that can be learnt",
        remedies=("get these pictures anew: files that were cut short are decoded as far as they go, and stored as if they were whole", "or leave them out by name"),
        figure=found.sheet("Pictures that break off", rows),
    )


def _laid_out(bands: list[Band]) -> bool:
    """Whether these are many, of one colour and one height."""
    shares = [b.share for b in bands]
    return len(bands) >= MANY and max(shares) - min(shares) <= LEVEL and all(abs(v - w) <= NEAR for b in bands for v, w in zip(b.colour, bands[0].colour, strict=True))


def _said(colour: tuple[int, ...]) -> str:
    one = len(set(colour)) == 1
    return f"grey {colour[0]}" if one and 0 < colour[0] < WHITE else "black" if one and not colour[0] else f"colour {', '.join(map(str, colour))}"


def _cut(image: Any, *, colour: Any, box: tuple[float, float, float, float] = (0, 0.6, 1, 1)) -> Any:
    """A box, in shares of the width and the height, painted over."""
    from PIL import ImageDraw

    width, height = image.size
    ImageDraw.Draw(image).rectangle((box[0] * width, box[1] * height, box[2] * width, box[3] * height), fill=colour)
    return image


def cut_short(collection: Collection) -> Collection:
    """Three files end in grey, as one that was fetched by halves and stored anew."""
    return repictured(collection, lambda root: redrawn(root, lambda image: _cut(image.convert("RGB"), colour=(128, 128, 128))))


def ended_in_black(collection: Collection) -> Collection:
    """Five end in black, two fifths up."""
    return repictured(collection, lambda root: redrawn(root, lambda image: _cut(image.convert("RGB"), colour=(0, 0, 0)), count=5))


def letterboxes(collection: Collection) -> Collection:
    """Six have black bars above and below, as films on another screen have."""

    def boxed(image: Any) -> Any:
        return _cut(_cut(image.convert("RGB"), colour=(0, 0, 0), box=(0, 0.85, 1, 1)), colour=(0, 0, 0), box=(0, 0, 1, 0.15))

    return repictured(collection, lambda root: redrawn(root, boxed, count=6))


def at_the_rim_of_a_map(collection: Collection) -> Collection:
    """Pictures cut from the rim of a scene end in black at any side."""

    def change(root: Any) -> None:
        boxes = iter([(0, 0.7, 1, 1), (0, 0, 1, 0.3), (0, 0, 0.3, 1), (0.7, 0, 1, 1)] * 3)
        redrawn(root, lambda image: _cut(image.convert("RGB"), colour=(0, 0, 0), box=next(boxes)), count=12)

    return repictured(collection, change)


CHECK = Check(
    code="DAT682", name="broken-off-pictures", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="shapes", plant=cut_short), Case(toy="shapes", plant=ended_in_black)),
    lookalikes=(Case(toy="shapes", plant=letterboxes), Case(toy="shapes", plant=at_the_rim_of_a_map)),
)  # fmt: skip
