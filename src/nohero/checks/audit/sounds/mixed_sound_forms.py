"""What it asks: have all sounds one sample rate, one number of channels and one depth?

Why it matters: read as if all were alike, a sound of 16 kHz plays at half speed among sounds of 8 kHz; and where a class comes from one
recorder, its form tells it.

How it is measured: sample rate, channels and bits a sample of each file; how much of the class the form alone settles.

When it is right to fail: two forms are a warning; a form that settles more than a tenth of what the commonest class leaves open fails,
if rates differ, and warns if it is the number of channels alone.
Sounds of fewer than 16 bits among others of more warn too, as their steps are heard as noise.

What it cannot see: a sound of 8 kHz that was stored at 16 kHz.

Mend: bring all to one rate and one number of channels before anything else.

Source: the recipe, the data.
"""

from __future__ import annotations

import io
import wave
from typing import TYPE_CHECKING, Any

from nohero.checks.audit.planted_sounds import RATE, of_files, sounds_of
from nohero.checks.check import Case, Check
from nohero.evidence.audit.sound_levels import SoundLevels
from nohero.run import sources
from nohero.run.figure import Bar, Bars
from nohero.run.finding import Finding, Observed, failed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

SETTLES = 0.1  # of the items that guessing the commonest class gets wrong


def judge(levels: SoundLevels) -> Finding:
    """More than one form, and whether it tells the class."""
    if len(levels.formats) < 2 and levels.coarse:
        return _coarse(levels)
    if len(levels.formats) < 2:
        return passed(f"all {levels.total:,} sounds are {levels.formats[0][0]}" + (f" (bits a sample: {_bits(levels)})" if len(levels.bits) > 1 else ""))
    told = ", ".join(f"{form} ({count:,})" for form, count in levels.formats[:5])
    tells = levels.format_of_class >= SETTLES
    rates = len({form.split(" Hz")[0] for form, _ in levels.formats}) > 1
    say = failed if tells and rates else warned
    return say(
        f"sounds are in {len(levels.formats)} forms: {told}" + (f"; the form settles {levels.format_of_class:.0%} of what the commonest class leaves open" if tells else "") + (f"; all of the rarer are of class {levels.odd_class}" if levels.odd_class else ""),
        expected="one sample rate and one number of channels",
        observed=Observed(value=float(len(levels.odd_formats)), unit="sounds of another form than most", n=levels.total),
        component="data",
        where=tuple(item for item, _ in levels.odd_formats[:5]),
        items=tuple(item for item, _ in levels.odd_formats),
        effect=("read as one form, some play too fast or too slow" if rates else "two channels are twice the numbers of one, and a mean of them is not the sound of either")
        + ("; and the form tells the class" if tells else ""),
        remedies=("bring all sounds to one rate (the lowest) and one number of channels before anything else",),
        figure=Bars(title="Forms of the sounds", value_label="sounds", bars=tuple(Bar(label=form, value=float(count)) for form, count in levels.formats[:12])),
    )


def _coarse(levels: SoundLevels) -> Finding:
    return warned(
        f"{len(levels.coarse):,} of {levels.total:,} sounds have fewer bits a sample than the others (bits a sample: {_bits(levels)})",
        expected="one depth",
        observed=Observed(value=float(len(levels.coarse)), unit="sounds of fewer bits", n=levels.total),
        component="data",
        where=levels.coarse[:5],
        items=levels.coarse,
        effect="their steps are noise that the others do not have",
        remedies=("get these sounds anew from where they were stored in full",),
    )


def _bits(levels: SoundLevels) -> str:
    return ", ".join(f"{bits} in {count:,}" for bits, count in levels.bits)


def second_recorder(collection: Collection) -> Collection:
    """Some takes were stored at twice the rate."""
    made = sounds_of(collection)
    return of_files(made, rates={name: 2 * RATE for i, name in enumerate(made) if i % 7 == 3})


def stereo_for_one_word(collection: Collection) -> Collection:
    """One class was recorded in stereo."""
    import numpy as np

    return of_files({name: np.stack([s, s], axis=1) if name.startswith("low") else s for name, s in sounds_of(collection).items()})


def eight_bits(collection: Collection) -> Collection:
    """Some sounds were stored with a byte a sample."""
    return of_files({name: _in_bytes(samples) if i % 9 == 4 else samples for i, (name, samples) in enumerate(sounds_of(collection).items())})


def _in_bytes(samples: Any) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as into:
        into.setparams((1, 1, RATE, 0, "NONE", ""))
        into.writeframes((samples // 256 + 128).astype("u1").tobytes())
    return file.getvalue()


def other_depth(collection: Collection) -> Collection:
    """Some sounds use fewer levels, at the same rate."""
    return of_files({name: samples // 256 * 256 + 128 if i % 5 == 3 else samples for i, (name, samples) in enumerate(sounds_of(collection).items())})


CHECK = Check(
    code="DAT753", name="mixed-sound-forms", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="tones", plant=second_recorder), Case(toy="tones", plant=stereo_for_one_word), Case(toy="tones", plant=eight_bits)),
    lookalikes=(Case(toy="tones", plant=other_depth),),
)  # fmt: skip
