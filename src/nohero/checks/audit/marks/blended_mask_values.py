"""What it asks: were masks resized, smoothed or stored as if they were pictures?

Why it matters: between class 2 and class 6 interpolation writes 3, 4 and 5: classes that are not there, along every edge.

How it is measured: values that stand only on edges, with a lower and a higher one beside them; masks stored as JPEG; and how many of the lines one pixel wide are steps.

When it is right to fail: JPEG with more values than a few warns, and so do three values or more that stand only on edges. Fewer may be a class of edges: unsure.

What it cannot see: interpolation between two neighbouring classes.

Mend: resize masks by the nearest value, store them as PNG, and round what is there to the nearest true value.

Source: the recipe, the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.refiled import regrown, remasked, rimmed
from nohero.checks.check import Case, Check
from nohero.evidence.audit.mask_values import MaskValues
from nohero.run import sources
from nohero.run.figure import Bar, Bars
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

SEVERAL = 3  # values; one or two may be classes of edges
MOST = 0.3  # of the pixels, that may stand on edges
MANY = 40  # values of masks stored as JPEG
THIN, RAMPS = 40, 0.85  # lines one pixel wide, and how many of them lie between; three different numbers in any order are a step in one case of three


def judge(masks: MaskValues) -> Finding:
    """On edges alone, or of JPEG's making."""
    lossy = bool(masks.lossy) and masks.num_values > MANY
    steps = masks.thin >= THIN and masks.ramps >= RAMPS * masks.thin and masks.num_values > SEVERAL
    blended = bool(masks.between) and masks.between_share <= MOST
    if not lossy and not blended and not steps:
        return passed(f"the masks' {masks.num_values} values stand in regions of their own")
    named = ", ".join(str(v) for v in masks.between[:5]) + (", …" if len(masks.between) > 5 else "")
    words = f"{len(masks.between)} of {masks.num_values} values of the masks stand only on edges between a lower and a higher one ({named}), in {masks.between_share:.1%} of the pixels"
    if lossy:
        words = f"{len(masks.lossy):,} masks are stored as JPEG, which changes values along edges: they hold {masks.num_values} values; {', '.join(map(str, masks.main[:5]))} cover 90 % of the pixels"
    elif not blended:
        words = f"of {masks.thin:,} lines one pixel wide {masks.ramps / masks.thin:.0%} hold a value between those on their two sides; of classes that touch by chance a third would; {len(masks.ramped):,} of {masks.n:,} masks have hardly any others"
    names = masks.lossy if lossy else masks.blended if blended else masks.ramped
    return (warned if lossy or steps or len(masks.between) >= SEVERAL else unsure)(
        words,
        expected="classes with regions of their own",
        observed=Observed(value=masks.between_share, unit="of the pixels", n=masks.n),
        component="data",
        where=names[:5],
        items=names,
        level=Level.MEASURED,
        effect="classes that do not exist along every edge",
        remedies=("make the masks anew, resized by the nearest value and stored as PNG", "or round every value to the nearest true one", "if masks are meant soft, or edges are a class, nothing need be done"),
        figure=Bars(title="Values of the masks", value_label="share of the pixels", bars=tuple(Bar(label=str(v), value=s, role="bad" if v in masks.between else "plain") for v, s in masks.values[:20])),
    )


def resized_as_pictures(collection: Collection) -> Collection:
    """Classes 0, 100 and 200, made larger bilinearly."""
    return remasked(collection, lambda mask, _: regrown(mask * 100))


def some_resized_as_pictures(collection: Collection) -> Collection:
    """Every sixth mask was."""
    return remasked(collection, lambda mask, number: mask * 100 if number % 6 else regrown(mask * 100))


def stored_as_jpeg(collection: Collection) -> Collection:
    """Classes 0, 100 and 200, stored as JPEG."""
    return remasked(collection, lambda mask, _: mask * 100, jpeg=85)


def classes_far_apart(collection: Collection) -> Collection:
    """Classes 0, 100 and 200, whole."""
    return remasked(collection, lambda mask, _: mask * 100)


def rims_of_their_own(collection: Collection) -> Collection:
    """A rim of 255 around every cell, as in Pascal VOC."""
    return remasked(collection, lambda mask, _: rimmed(mask))


CHECK = Check(
    code="DAT821", name="blended-mask-values", source=sources.DATA, judge=judge, sabotages=(Case(toy="cells", plant=resized_as_pictures), Case(toy="cells", plant=stored_as_jpeg), Case(toy="cells", plant=some_resized_as_pictures)),
    lookalikes=(Case(toy="cells", plant=classes_far_apart), Case(toy="cells", plant=rims_of_their_own)),
)  # fmt: skip
