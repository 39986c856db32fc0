"""What it asks: did loud samples run over the range of their numbers, and come out at its other end?

Why it matters: a sound that was made louder in whole numbers of 16 bits, or converted to them without a limit, jumps from the top of the range to the bottom
wherever it is too loud: it crackles over all frequencies, far worse than a clipped one.

How it is measured: jumps from one sample to the next of more than two thirds of the range, towards the other end, in a sound that was on its way out of
it; where the sound goes on smoothly once the range is added, it ran over.

When it is right to fail: eight such jumps in a sound, if nearly all large jumps of it are such. A square wave stands still before it jumps, noise jumps
in any way, and a sawtooth always the same way, while what ran over comes back. A twentieth of the sounds fails, fewer warn.

What it cannot see: a sawtooth that ran over, as it looks like another sawtooth; overflow that was turned down afterwards by other than a power of two, or stored by a lossy codec.

Mend: convert these sounds anew, with values limited to the range before they become whole numbers, or at a lower level.

Source: the recipe, the data ("corrupted examples").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.planted_sounds import RATE, altered, of_files, sounds_of
from nohero.checks.check import Case, Check
from nohero.evidence.audit.sound_wraps import SoundWraps
from nohero.run import sources
from nohero.run.finding import Finding, Observed, failed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

MUCH = 0.05  # of the sounds: then it is the program that stored them


def judge(found: SoundWraps) -> Finding:
    """One such sound is enough to name it."""
    count = len(found.wrapped)
    if not count:
        return passed(f"no sound of {found.total:,} runs over the range of its numbers")
    worst, jumps = found.wrapped[0]
    return (failed if count >= MUCH * found.total else warned)(
        f"{count:,} of {found.total:,} sounds run over the range of their numbers and come out at its other end: {worst} at {jumps:,} places",
        expected="values that are limited to the range before they become whole numbers",
        observed=Observed(value=float(count), unit="sounds that run over", n=found.total),
        component="data",
        where=tuple(name for name, _ in found.wrapped[:5]),
        items=tuple(name for name, _ in found.wrapped),
        effect="each jump crackles over all frequencies",
        remedies=("convert these sounds anew, and limit their values to the range before they become whole numbers", "or leave them out"),
    )


def made_too_loud(collection: Collection) -> Collection:
    """Some sounds are a deep hum that was made louder in 16 bits without a limit."""
    import numpy as np

    def change(_: str, samples: Any) -> Any:
        loud = 45_000 * np.sin(2 * np.pi * 80 * np.arange(len(samples)) / RATE)
        return (np.round(loud) + 32_768) % 65_536 - 32_768

    return altered(collection, change)


def square_saw_and_noise(collection: Collection) -> Collection:
    """Some are square waves, sawtooth tones and noise of full scale."""
    import numpy as np

    def change(i: int, samples: Any) -> Any:
        noise = np.random.default_rng(i).uniform(-32_768, 32_767, samples.shape)
        saw = np.round(np.arange(len(samples)) * (90 + i) * 65_535 / RATE % 65_535 - 32_768) * (-1) ** i
        return np.where(samples >= 0, 32_767, -32_768) if i % 9 == 4 else noise if i % 9 == 5 else saw if i % 9 in (6, 7) else samples

    return of_files({name: change(i, samples) for i, (name, samples) in enumerate(sounds_of(collection).items())})


CHECK = Check(
    code="DAT765", name="wrapped-sounds", source=sources.DATA, judge=judge, sabotages=(Case(toy="tones", plant=made_too_loud),), lookalikes=(Case(toy="tones", plant=square_saw_and_noise),),
)  # fmt: skip
