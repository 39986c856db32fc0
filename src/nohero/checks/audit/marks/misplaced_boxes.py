"""What it asks: do boxes lie on something in their own pictures?

Why it matters: boxes of other pictures, or of a flipped or resized copy, leave nothing to be learnt but where things lie on average.

How it is measured: contrast of colour and steepness inside each box against around it, in its own picture, in all other pictures, and with the boxes flipped, turned, shifted, doubled and halved. Single pictures are judged together with a probe from pixels to boxes.

When it is right to fail: when boxes fit other pictures far better when dealt out anew, or all fit much better in another pose. Single pictures, and a small shift, warn. Where boxes fit their own pictures no better than others it is unsure: they may mark what contrast does not show.

What it cannot see: loose boxes, shifts of a few pixels, and things without contrast.

Mend: look boxes up by their picture's name, and transform pictures and boxes together.

Source: the recipe, the data ("visualize what goes into the network").
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from nohero.checks.audit.refiled import rebound, replaced
from nohero.checks.check import Case, Check
from nohero.evidence.audit.box_fit import BoxFit
from nohero.run import sources
from nohero.run.figure import Bar, Bars
from nohero.run.finding import Finding, Level, Observed, Remedy, failed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

WEAK = 1.0  # standard deviations over all pairs; drawn cells reach 6.3, blood cells 3.7, boxes of other pictures -0.1
DEALT = 0.5  # standard deviations by which the best deal must beat the best deal of random places; they agree within 0.1 where there is nothing to find
ERRORS, GAIN = 5.0, 1.15  # standard errors, and times the contrast, by which another pose must be better
OWN, ELSEWHERE, BEYOND = 0.4, 0.6, 0.4  # of the usual fit: at most on its own picture, at least on another one, and gained there; none of 364 sound pictures of blood cells
GAINED = 0.2  # correlation that another pose brings to a single picture; of 364 sound pictures of blood cells 0.13 at most
FEWEST, SHARE = 3, 0.015  # pictures, and of all pictures, from which it is no chance


def judge(fit: BoxFit) -> Finding:
    """Another pose, another deal, single pictures; in this order."""
    pose = max(fit.poses, key=lambda p: p.errors)
    lost = [x for x in fit.lost if x[2] < OWN * fit.usual <= x[4] * OWN / ELSEWHERE and x[4] - x[2] >= BEYOND * fit.usual] if fit.own >= WEAK else []
    turned = [x for x in fit.turned if x[2] >= GAINED] if fit.own >= WEAK else []
    names, sure = tuple(name for name, *_ in lost), True
    if pose.errors >= ERRORS and pose.contrast >= GAIN * fit.contrast:
        words, tried = f"{pose.pose}, the boxes stand out from their surroundings at {pose.contrast:.2f} (standard deviations of the picture), as given at {fit.contrast:.2f}", f"boxes {pose.pose}: contrast {pose.contrast:.2f} instead of {fit.contrast:.2f}"
        names, sure = (), not pose.pose.startswith("shifted")  # a shadow beside a faint thing stands out more than the thing
    elif fit.own < WEAK and fit.dealt >= fit.by_chance + DEALT:
        words, tried = f"boxes fit their own pictures no better than others (contrast {fit.contrast:.2f}, on other pictures {fit.elsewhere:.2f}), and fit well when dealt out anew: they belong to other pictures", f"dealt out anew, boxes fit with {fit.dealt:.1f} standard deviations, boxes at random places with {fit.by_chance:.1f}"
    elif len(turned) >= max(FEWEST, SHARE * fit.n, len(lost)):
        sure, names, (how, count) = False, tuple(name for name, *_ in turned), Counter(how for _, how, _ in turned).most_common(1)[0]
        words, tried = f"the boxes of {len(turned):,} of {fit.n:,} pictures fit much better in another pose, those of {count:,} {how}", f"correlation of the boxes of {names[0]} with what a probe expects: {turned[0][2]:.2f} more"
    elif len(lost) >= max(FEWEST, SHARE * fit.n):
        sure = False
        words, tried = f"the boxes of {len(lost):,} of {fit.n:,} pictures fit other pictures far better than their own, such as those of {lost[0][0]}, which fit {lost[0][3]}", f"fit {lost[0][4]:.1f} instead of {lost[0][2]:.1f} standard deviations"
    elif fit.own < WEAK:
        return unsure(
            f"boxes stand out from their surroundings at {fit.contrast:.2f} in their own pictures and at {fit.elsewhere:.2f} in others: contrast does not tell whether they lie on something",
            expected="boxes on things",
            observed=Observed(value=fit.own, unit="standard deviations", n=fit.n),
            component="data",
            level=Level.HEURISTIC,
            remedies=("look at boxes drawn on a dozen pictures",),
        )
    else:
        return passed(f"boxes stand out from their surroundings at {fit.contrast:.2f} in their own pictures, at {fit.elsewhere:.2f} in others, and in no other pose better")
    return (failed if sure else warned)(
        words,
        expected="boxes that lie on things in their own pictures",
        observed=Observed(value=fit.own, unit="standard deviations", n=fit.n),
        component="data",
        where=names[:5],
        items=names,
        level=Level.VERIFIED if sure else Level.HEURISTIC,
        effect="the network learns where things lie on average, not where they are",
        remedies=(Remedy(text="look boxes up by their picture's name, and do to boxes what is done to pictures", tried=True, result=tried),),
        figure=Bars(title="Contrast of the boxes in other poses", value_label="standard deviations", bars=(Bar(label="as given", value=fit.contrast, role="ours"), *(Bar(label=p.pose, value=p.contrast) for p in fit.poses[:9]))),
    )


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
    return replaced(collection, left=lambda b: b["left"] - 2, top=lambda b: b["top"] - 2, width=lambda b: b["width"] + 4, height=lambda b: b["height"] + 4)


def blurred_places(collection: Collection) -> Collection:
    """Boxes are off by up to two pixels, each in its own way."""
    return replaced(collection, left=lambda b: b["left"] + b["top"] % 5 - 2, top=lambda b: b["top"] + b["left"] % 5 - 2)


CHECK = Check(
    code="DAT812", name="misplaced-boxes", source=sources.DATA, judge=judge, sabotages=(Case(toy="cells", plant=boxes_of_the_next_picture), Case(toy="cells", plant=some_boxes_of_other_pictures), Case(toy="cells", plant=boxes_of_flipped_pictures), Case(toy="cells", plant=some_boxes_of_flipped_pictures), Case(toy="cells", plant=boxes_of_halved_pictures)),
    lookalikes=(Case(toy="cells", plant=loose_boxes), Case(toy="cells", plant=blurred_places)),
    under=("DAT802", "DAT803", "DAT800"),
)  # fmt: skip
