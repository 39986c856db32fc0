"""What it asks: does an item come again as it was when it is read again?

Why it matters: a score on items that are drawn anew at each reading is another each time; and where reading an item changes what is stored,
the second epoch trains on other data than the first.

How it is measured: sixteen items of each part of a data set in memory are read a second time and compared with a copy of the first reading; what
was given first is looked at again, too: if it has changed, reading writes to memory that was handed out before.

When it is right to fail: it fails where reading changes what was given before. It warns where items of a validation or test part come
otherwise the second time; training items may be augmented.

What it cannot see: changes that only some items undergo, and what differs between one process and the next.

Mend: leave augmentation to the training part; copy an item before it is changed (`x = x - mean` in place of `x -= mean`).

Source: the recipe, the data ("become one with the data").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.reread import reread
from nohero.checks.check import Case, Check
from nohero.evidence.audit.item_readings import ItemReadings
from nohero.run import sources
from nohero.run.finding import Finding, Observed, failed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

CHANGED, SHARED, OTHER = "changed", "shared", "other"  # how an item came again
TRAINING = ("train", "training", "")  # names of parts that may be augmented


def judge(found: ItemReadings) -> Finding:
    """What is written to first, then what is drawn anew."""
    again = [(part.name, item, how) for part in found.parts for item, how in part.again]
    if not again:
        return skipped("no item could be read a second time: the set has no places, or its items are too large to be held")
    spoilt = [a for a in again if a[2] in (CHANGED, SHARED)]
    drawn = [a for a in again if a[2] == OTHER and a[0].casefold() not in TRAINING]
    if not spoilt and not drawn:
        anew = sum(how == OTHER for _, _, how in again)
        return passed(f"{len(again) - anew:,} of {len(again):,} items came again as they were" + (f"; {anew:,} of the training part are drawn anew, as augmentation does" if anew else ""))
    chosen = spoilt or drawn
    parts = ", ".join(f"`{p}`" if p else "the set" for p in dict.fromkeys(p for p, _, _ in chosen))
    of = sum(p in {c[0] for c in chosen} for p, _, _ in again)
    shared = any(how == SHARED for _, _, how in spoilt)
    said = "are overwritten when others are read: they share one memory" if shared else "are changed by being read again: reading writes to what is stored"
    return (failed if spoilt else warned)(
        f"{len(chosen):,} of {of:,} items of {parts} that were read twice " + (said if spoilt else "came otherwise the second time"),
        expected="the same item at each reading",
        observed=Observed(value=float(len(chosen)), unit="items that do not come again", n=of),
        component="data",
        where=tuple(f"{p} {i}".strip() for p, i, _ in chosen[:5]),
        items=tuple(f"{p} {i}".strip() for p, i, _ in chosen),
        effect="each epoch trains on other data, and nothing that is measured can be repeated" if spoilt else "each evaluation is of another set: scores differ without a reason",
        remedies=("make a new array of each item (`x = x - mean`, `.clone()`, `.copy()`) in place of writing to the stored one",)
        if spoilt else ("leave random transforms to the training part", "where randomness is meant, draw it from a generator that is seeded with the item's number"),
    )  # fmt: skip


def _as_it_is(picture: Any, number: int) -> Any:
    del number
    return picture.copy()


def _noisy(picture: Any, number: int) -> Any:
    import numpy as np

    del number
    return picture + np.random.default_rng().normal(0, 0.05, picture.shape).astype(picture.dtype)


def noise_in_the_test_part(collection: Collection) -> Collection:
    """The augmentation was left on."""
    return reread(collection, train=_noisy, test=_noisy)


def scaled_in_place(collection: Collection) -> Collection:
    """Reading scales what is stored."""

    def scale(picture: Any, number: int) -> Any:
        del number
        picture -= 0.3
        picture /= 1.7
        return picture

    return reread(collection, train=scale, test=_as_it_is)


def one_buffer(collection: Collection) -> Collection:
    """All items are written to the same memory."""
    import numpy as np

    buffer = np.zeros(collection.pictures.shape[1:], dtype=np.float32)

    def give(picture: Any, number: int) -> Any:
        del number
        buffer[...] = picture
        return buffer

    return reread(collection, train=give, test=_as_it_is)


def augmented_training(collection: Collection) -> Collection:
    """Training items are drawn anew, test items are not."""
    return reread(collection, train=_noisy, test=_as_it_is)


CHECK = Check(
    code="DAT502", name="unsteady-items", source=sources.DATA, judge=judge,
    sabotages=tuple(Case(toy="small-arrays", plant=plant) for plant in (noise_in_the_test_part, scaled_in_place, one_buffer)),
    lookalikes=(Case(toy="small-arrays", plant=augmented_training),),
)  # fmt: skip
