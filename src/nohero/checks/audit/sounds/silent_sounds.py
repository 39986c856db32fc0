"""What it asks: can something be heard in every sound?

Why it matters: a silent sound has a label all the same; the net learns the label of nothing, and is scored on it.

How it is measured: a sound is silent where its level is under -80 dB of full scale, or where 98 % of its windows are under -60 dB
and it is 40 dB below the median sound.

When it is right to fail: a hundredth of the sounds; fewer warn. Where nearly all silent sounds are of one class, and most of that
class are silent, it is left open: that class may be silence.

What it cannot see: noise without a word in it.

Mend: record them anew or leave them out.

Source: the recipe, the data ("corrupted examples").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.planted_sounds import altered, of_files, sounds_of
from nohero.checks.check import Case, Check
from nohero.evidence.audit.sound_levels import SoundLevels
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, failed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

MUCH = 0.01  # of the sounds: more than this bends every score that is read to a per cent
ONE_CLASS = 0.5  # of a class that is silent, where it has nine of ten of all silent sounds
NEARLY_ALL = 0.9  # of the silent sounds
SHOWN = 20  # rows of the table


def judge(levels: SoundLevels) -> Finding:
    """Silent sounds, unless silence is what a class means."""
    count = len(levels.silent)
    if not count:
        return passed(f"something is to be heard in all {levels.total:,} sounds")
    meant = [name for name, silent, of in levels.silent_classes if silent >= ONE_CLASS * of and silent >= NEARLY_ALL * count]
    say = unsure if meant else failed if count >= MUCH * levels.total else warned
    return say(
        f"{count:,} of {levels.total:,} sounds are silent" + (f", nearly all of class `{meant[0]}`" if meant else f": {levels.silent[0][0]} has {levels.silent[0][1]:.0f} dB"),
        expected="a sound in every file" if not meant else "silence, if that is what the class means",
        observed=Observed(value=float(count), unit="silent sounds", n=levels.total),
        component="data",
        where=tuple(item for item, _ in levels.silent[:5]),
        items=tuple(item for item, _ in levels.silent),
        effect="the net is asked to learn a label from nothing, and is scored on it",
        remedies=("record these sounds anew, or leave them out before the data is divided",),
        figure=Table(title="Silent sounds", columns=("item", "level in dB of full scale"), rows=tuple((i, round(v, 1)) for i, v in levels.silent[:SHOWN])),
    )


def unplugged(collection: Collection) -> Collection:
    """In some takes the microphone was off."""
    def change(_: str, samples: Any) -> Any:
        return samples * 0

    return altered(collection, change, every=20)


def quiet_and_pausing(collection: Collection) -> Collection:
    """All sounds are soft, and some are mostly a pause."""
    def change(i: int, samples: Any) -> Any:
        soft = (samples * 0.1).round()
        return [0] * 6 * len(soft) + soft.tolist() if i % 9 == 4 else soft

    import numpy as np

    return of_files({name: np.array(change(i, samples)) for i, (name, samples) in enumerate(sounds_of(collection).items())})


CHECK = Check(
    code="DAT750", name="silent-sounds", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="tones", plant=unplugged),), lookalikes=(Case(toy="tones", plant=quiet_and_pausing),),
)  # fmt: skip
