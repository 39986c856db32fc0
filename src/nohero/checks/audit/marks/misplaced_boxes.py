"""What it asks: do boxes lie on something in their own pictures?

Why it matters: boxes of other pictures, or of a flipped or resized copy, leave nothing to be learnt but where things lie on average.

How it is measured: contrast of colour and steepness inside each box against around it, in its own picture, in all other pictures, and with the boxes flipped, turned, shifted, doubled and halved. Single pictures are judged by a detector, a linear one of small crops, that is fitted to the boxes of other pictures: boxes that are to it like boxes thrown anywhere, and unlike those of usual pictures, lie on nothing. They are sought in the other poses, and dealt out among themselves, twice: what the second deal finds without the pairs of the first is luck. Where too many lie astray for a detector to learn from the others, contrast tells whose boxes stand out in another pose alone.

When it is right to fail: when boxes fit other pictures far better when dealt out anew, or all fit much better in another pose. Several pictures whose boxes fit in one other pose, or that have each other's boxes, and a small shift, warn. Boxes that lie on nothing, without a pose or a picture that they belong to, leave it unsure, and so does a set in which contrast does not tell: they may mark what contrast does not show.

What it cannot see: loose boxes, shifts of a few pixels, and things without contrast.

Mend: look boxes up by their picture's name, and transform pictures and boxes together.

Source: the recipe, the data ("visualize what goes into the network").
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.checks.audit.refiled import rebound, replaced
from nohero.checks.check import Case, Check
from nohero.evidence.audit.box_fit import KNOWN, THROWS, BoxFit
from nohero.run import sources
from nohero.run.figure import Bar, Bars
from nohero.run.finding import Finding, Level, Observed, Remedy, failed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

WEAK = 1.0  # standard deviations over all pairs; drawn cells reach 6.3, blood cells 3.7, boxes of other pictures -0.1
DEALT = 0.5  # standard deviations by which the best deal must beat the best deal of random places; they agree within 0.1 where there is nothing to find
ERRORS, GAIN = 5.0, 1.15  # standard errors, and times the contrast, by which another pose must be better
ALIKE, TIMES = 0.5, 3.0  # of the pictures that another pose suits, in one pose, and times the next pose: boxes of other pictures suit each in its own, and of 27 poses some suit a few sound ones
LUCK, MORE = 2.0, 3  # times what luck finds, and so many more: where luck finds one, it may as well find four, as for faint discs and letters pasted on photographs
OPEN = 0.03  # of all pictures with such boxes, from which it is left open
APART = 2.5  # standard deviations of chance, by which usual boxes must be better than boxes thrown anywhere, for a pose or a deal to be believed; letters on photographs reach 2, trees from the air 3 to 4, cells 11
MANY = 0.1  # of the pictures, whose boxes stand out in one pose and not as given; in sound sets of faint things one in twenty does, doubled
FEWEST, SHARE = 3, 0.015  # pictures, and of all pictures, from which it is no chance
EXPECTED = "boxes that lie on things in their own pictures"


@dataclass(frozen=True, kw_only=True)
class _Told:
    words: str
    tried: str
    names: tuple[str, ...] = ()
    sure: bool = False


def judge(fit: BoxFit) -> Finding:
    """All pictures first, then single ones."""
    told = _of_all(fit) or _of_some(fit)
    if told is None:
        lost = _lost(fit)
        if (fit.own < WEAK and not _known(fit)) or len(lost) >= max(FEWEST, OPEN * fit.n):
            return _open(fit, lost)
        return passed(f"boxes stand out from their surroundings at {fit.contrast:.2f} times the spread of their picture, on other pictures at {fit.elsewhere:.2f}, and in no other pose better")
    return (failed if told.sure else warned)(
        told.words, expected=EXPECTED, observed=Observed(value=fit.own, unit="times the spread of the fits of all pictures with all boxes", n=fit.n), component="data", where=told.names[:5], items=told.names,
        level=Level.VERIFIED if told.sure else Level.HEURISTIC, effect="the network learns where things lie on average, not where they are",
        remedies=(Remedy(text="look boxes up by their picture's name, and do to boxes what is done to pictures", tried=True, result=told.tried),),
        figure=Bars(title="Contrast of the boxes in other poses", value_label="times the picture's spread", bars=(Bar(label="as given", value=fit.contrast, role="ours"), *(Bar(label=p.pose, value=p.contrast) for p in fit.poses[:9]))),
    )  # fmt: skip


def _known(fit: BoxFit) -> bool:
    """Whether a detector tells the boxes of this set from places anywhere."""
    return fit.single.apart >= (APART if fit.own >= WEAK else KNOWN)


def _lost(fit: BoxFit) -> tuple[str, ...]:
    return tuple(name for name, _ in fit.single.lost) if fit.single.apart >= KNOWN else ()


def _of_all(fit: BoxFit) -> _Told | None:
    """Another pose, or another deal."""
    pose = max(fit.poses, key=lambda p: p.errors)
    if pose.errors >= ERRORS and pose.contrast >= GAIN * fit.contrast:
        words = f"{pose.pose}, the boxes stand out from their surroundings at {pose.contrast:.2f} times the spread of their picture, as given at {fit.contrast:.2f}"
        sure = not pose.pose.startswith("shifted")  # a shadow beside a faint thing stands out more than the thing
        return _Told(words=words, tried=f"boxes {pose.pose}: contrast {pose.contrast:.2f} instead of {fit.contrast:.2f}", sure=sure)
    if fit.own < WEAK and fit.dealt >= fit.by_chance + DEALT:
        words = f"boxes fit their own pictures no better than others (contrast {fit.contrast:.2f}, on other pictures {fit.elsewhere:.2f}), and fit well when dealt out anew: they belong to other pictures"
        return _Told(words=words, tried=f"dealt out anew, boxes fit {fit.dealt:.1f} times the spread of all fits better than chance, boxes at random places {fit.by_chance:.1f} times", sure=True)
    return None


def _of_some(fit: BoxFit) -> _Told | None:
    """One pose for many, or each other's boxes."""
    single, lost, known, least = fit.single, _lost(fit), _known(fit), max(FEWEST, SHARE * fit.n)
    swapped = single.swapped if known and len(single.swapped) >= max(least, LUCK * single.by_luck + MORE) else ()
    (how, count), (_, second) = [*Counter(x[1] for x in single.turned).most_common(2), ("", 0), ("", 0)][:2]
    (most, many), (_, after) = [*fit.posed[:2], ("", ()), ("", ())][:2]
    if known and count >= max(least, ALIKE * len(single.turned), TIMES * second, len(swapped) / 2):
        there = [x for x in single.turned if x[1] == how]
        names = tuple(dict.fromkeys([*(x[0] for x in there), *lost]))
        words = f"the boxes of {len(there):,} of {fit.n:,} pictures fit much better {how}" + (f"; {more:,} more lie on nothing" if (more := len(names) - len(there)) else "")
        return _Told(words=words, tried=f"what a detector finds in the boxes of {names[0]}: {there[0][2]:.1f} times the usual more {how}", names=names)
    if len(many) >= max(least, MANY * fit.n, TIMES * len(after)):
        words = f"the boxes of {len(many):,} of {fit.n:,} pictures stand out from their surroundings {most}, and no more than boxes anywhere as given"
        return _Told(words=words, tried=f"boxes of these pictures {most}: more contrast than at {THROWS} places anywhere", names=many)
    if swapped:
        (one, own, other, fits), names = max(swapped, key=lambda x: x[3] - x[1]), tuple(dict.fromkeys([*(x[0] for x in swapped), *lost]))
        words = f"the boxes of {len(names):,} of {fit.n:,} pictures fit each other's pictures instead of their own: those of {one} fit {other}"
        return _Told(words=words, tried=f"fit {fits:.1f} there and {own:.1f} here, where boxes at random places have 0 and 1 is usual; another deal finds {single.by_luck} such pairs by luck, this one {len(swapped)}", names=names)
    return None


def _open(fit: BoxFit, names: tuple[str, ...]) -> Finding:
    if names:
        words, remedy = f"the boxes of {len(names):,} of {fit.n:,} pictures, such as {names[0]}, are no more like those of the others than boxes thrown anywhere, and fit in no other pose or picture: they lie beside things, or on things that hardly stand out", "look at these pictures with their boxes drawn in"
    else:
        words, remedy = f"boxes stand out from their surroundings at {fit.contrast:.2f} times the spread of their picture, and at {fit.elsewhere:.2f} in others: contrast does not tell whether they lie on something", "look at boxes drawn on a dozen pictures"
    return unsure(
        words, expected=EXPECTED, observed=Observed(value=fit.own, unit="times the spread of the fits of all pictures with all boxes", n=fit.n), component="data", where=names[:5], items=names,
        level=Level.HEURISTIC, remedies=(remedy,),
    )  # fmt: skip


def boxes_of_the_next_picture(collection: Collection) -> Collection:
    """Every picture has the boxes of the next one."""
    return rebound(collection, lambda item, _: (item + 1) % 60)


def some_boxes_of_other_pictures(collection: Collection) -> Collection:
    """Every tenth picture has the boxes of the one ten further."""
    return rebound(collection, lambda item, _: (item + 10) % 60 if item % 10 == 0 else item)


def boxes_of_flipped_pictures(collection: Collection) -> Collection:
    """The pictures were flipped, the boxes not."""
    return replaced(collection, left=lambda b: 112 - b["left"] - b["width"])


def boxes_of_halved_pictures(collection: Collection) -> Collection:
    """The boxes belong to pictures of half the size."""
    return replaced(collection, **{side: lambda b, side=side: b[side] / 2 for side in ("left", "top", "width", "height")})


def some_boxes_of_flipped_pictures(collection: Collection) -> Collection:
    """Every tenth picture was flipped, its boxes not."""
    return replaced(collection, left=lambda b: 112 - b["left"] - b["width"] if b["item"] % 10 == 3 else b["left"])


def loose_boxes(collection: Collection) -> Collection:
    """Every box is drawn two pixels too large."""
    return replaced(
        collection,
        left=lambda b: b["left"] - 2,
        top=lambda b: b["top"] - 2,
        width=lambda b: b["width"] + 4,
        height=lambda b: b["height"] + 4,
    )


def blurred_places(collection: Collection) -> Collection:
    """Boxes are off by up to two pixels, each in its own way."""
    return replaced(collection, left=lambda b: b["left"] + b["top"] % 5 - 2, top=lambda b: b["top"] + b["left"] % 5 - 2)


CHECK = Check(
    code="DAT812", name="misplaced-boxes", source=sources.DATA, judge=judge, sabotages=(Case(toy="cells", plant=boxes_of_the_next_picture), Case(toy="cells", plant=some_boxes_of_other_pictures), Case(toy="cells", plant=boxes_of_flipped_pictures), Case(toy="cells", plant=some_boxes_of_flipped_pictures), Case(toy="cells", plant=boxes_of_halved_pictures)),
    lookalikes=(Case(toy="cells", plant=loose_boxes), Case(toy="cells", plant=blurred_places)),
    under=("DAT802", "DAT803"),
)  # fmt: skip
