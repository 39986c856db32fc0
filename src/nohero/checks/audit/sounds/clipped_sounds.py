"""What it asks: were sounds recorded too loud, so that their peaks are cut off?

Why it matters: a clipped peak rings over all frequencies; what is learned from it is the recorder, not the sound.

How it is measured: the share of the samples that stand still at the highest or the lowest value of their sound, in runs of three and
more; only where that value is a quarter of full scale or more.

When it is right to fail: one sample in a thousand makes a sound clipped; a twentieth of the sounds fails, fewer warn. Sounds
that stand still at their peak for 40 % of the time are square waves and pass.

What it cannot see: clipping that was smoothed by a filter or a codec afterwards.

Mend: record anew at a lower level, or leave them out.

Source: the recipe, the data ("corrupted examples").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.planted_sounds import altered, of_files, sounds_of
from nohero.checks.check import Case, Check
from nohero.evidence.audit.sound_levels import SoundLevels
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, failed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

MUCH = 0.05  # of the sounds: then it is how they were recorded, not a shout
SHOWN = 20  # rows of the table


def judge(levels: SoundLevels) -> Finding:
    """Sounds whose peaks are flat."""
    count = len(levels.clipped)
    if not count:
        return passed(f"no sound of {levels.total:,} is clipped")
    worst, share = levels.clipped[0]
    say = failed if count >= MUCH * levels.total else warned
    return say(
        f"{count:,} of {levels.total:,} sounds are clipped: {share:.1%} of {worst} stand still at its peak",
        expected="peaks that are round: under 0.1 % of the samples at the peak in runs",
        observed=Observed(value=float(count), unit="clipped sounds", n=levels.total),
        component="data",
        where=tuple(item for item, _ in levels.clipped[:5]),
        items=tuple(item for item, _ in levels.clipped),
        effect="flat peaks ring over all frequencies, and tell the recorder",
        remedies=("record these anew at a lower level, or leave them out",),
        figure=Table(title="Clipped sounds", columns=("item", "share of samples at the peak"), rows=tuple((i, round(v, 4)) for i, v in levels.clipped[:SHOWN])),
    )


def too_loud(collection: Collection) -> Collection:
    """Some takes were recorded six times too loud, and turned down afterwards."""
    import numpy as np

    def change(_: str, samples: Any) -> Any:
        return np.clip(samples * 6.0, -12_000, 12_000)

    return altered(collection, change)


def full_scale(collection: Collection) -> Collection:
    """All sounds are brought to the same peak, full scale, and some are square waves."""
    import numpy as np

    def change(i: int, samples: Any) -> Any:
        return np.sign(samples + 0.5) * 20_000 if i % 9 == 4 else samples / np.abs(samples).max() * 32_767

    return of_files({name: change(i, samples) for i, (name, samples) in enumerate(sounds_of(collection).items())})


CHECK = Check(
    code="DAT751", name="clipped-sounds", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="tones", plant=too_loud),), lookalikes=(Case(toy="tones", plant=full_scale),),
)  # fmt: skip
