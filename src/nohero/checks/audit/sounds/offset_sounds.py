"""What it asks: do sounds swing around zero?

Why it matters: an offset is a loud tone of no frequency: it takes room from the scale, clicks at every cut and every padding, and tells
the recorder.

How it is measured: the mean of the samples, as a share of full scale and of the sound's own level.

When it is right to fail: a mean of 2 % of full scale and a fifth of the level is an offset; one such sound is a warning.

What it cannot see: an offset that drifts around zero.

Mend: subtract each sound's mean, for training and for use alike.

Source: the recipe, the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.planted_sounds import altered
from nohero.checks.check import Case, Check
from nohero.evidence.audit.sound_levels import SoundLevels
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

SHOWN = 20  # rows of the table


def judge(levels: SoundLevels) -> Finding:
    """Sounds whose mean is not zero."""
    count = len(levels.offset)
    if not count:
        return passed(f"all {levels.total:,} sounds swing around zero")
    worst, mean = levels.offset[0]
    return warned(
        f"{count:,} of {levels.total:,} sounds have an offset: the mean of {worst} is {mean:+.1%} of full scale",
        expected="a mean of zero",
        observed=Observed(value=mean, unit="of full scale", n=levels.total),
        numbers={"median offset": levels.median_offset},
        component="data",
        where=tuple(item for item, _ in levels.offset[:5]),
        items=tuple(item for item, _ in levels.offset),
        effect="every cut and every padding with zeros makes a click, and the offset tells the recorder",
        remedies=("subtract each sound's mean, for training and for use alike",),
        figure=Table(title="Sounds off centre", columns=("item", "mean, of full scale"), rows=tuple((i, round(v, 4)) for i, v in levels.offset[:SHOWN])),
    )


def off_centre(collection: Collection) -> Collection:
    """Some takes come from a recorder with an offset."""
    def change(_: str, samples: Any) -> Any:
        return samples * 0.8 + 1800

    return altered(collection, change)


def lopsided(collection: Collection) -> Collection:
    """Some sounds swing further up than down, around a mean of zero."""
    import numpy as np

    def change(_: str, samples: Any) -> Any:
        bent = np.where(samples > 0, samples * 1.6, samples * 0.6)
        return bent - bent.mean()

    return altered(collection, change)


CHECK = Check(
    code="DAT752", name="offset-sounds", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="tones", plant=off_centre),), lookalikes=(Case(toy="tones", plant=lopsided),),
)  # fmt: skip
