"""What it asks: are there sounds that are an earlier one, turned up or down, or shifted?

Why it matters: such a copy has other bytes and other samples, and is the same recording; divided at random it lies on both sides.

How it is measured: sounds whose spectra have one shape are compared as waveforms over all shifts; a correlation of .97 with half of
the shorter one in common is a copy. Takes of one word by one speaker reach .93.

When it is right to fail: a hundredth of the sounds, five at least, are a warning; fewer are named and left open.

What it cannot see: copies at another speed or pitch, and under much noise.

Mend: keep one of each, or divide by recording.

Source: the recipe, the data ("duplicate examples").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.planted_sounds import of_files, sounds_of
from nohero.checks.check import Case, Check
from nohero.evidence.audit.sound_copies import SoundCopies
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

MUCH, LEAST = 0.01, 5  # of the sounds, and in all: pure tones of one pitch are alike by nature, a few pairs prove little
SHOWN = 20  # rows of the table


def judge(copies: SoundCopies) -> Finding:
    """By the number of near copies."""
    count = len(copies.near)
    if not count:
        return passed(f"no sound of {copies.compared:,} is nearly another one")
    say = warned if count >= max(LEAST, MUCH * copies.total) else unsure
    ordered = sorted(copies.near, key=lambda p: (not p.crosses, -p.similarity))
    return say(
        f"{count:,} of {copies.compared:,} sounds are nearly an earlier one: {ordered[0].item} and {ordered[0].earlier} correlate {ordered[0].similarity:.2f}",
        expected="recordings that differ in more than level and beginning",
        observed=Observed(value=float(count), unit="near copies", n=copies.compared),
        component="data",
        level=Level.HEURISTIC,
        where=tuple(p.told for p in ordered[:5]),
        items=tuple(dict.fromkeys(p.item for p in ordered)),
        effect="a sound and its copy on both sides of a division let the score look better than it is",
        remedies=("listen to the pairs: keep one of each, or divide by recording",),
        figure=Table(title="Sounds that are nearly the same", columns=("item", "earlier", "correlation"), rows=tuple((p.item, p.earlier, round(p.similarity, 3)) for p in ordered[:SHOWN])),
    )


def turned_and_shifted(collection: Collection) -> Collection:
    """Some takes stand again, softer and without their first samples."""
    def change(samples: Any) -> Any:
        return (samples[37:] * 0.55).round()

    made = sounds_of(collection)
    return of_files(made | {name.replace(".wav", "00.wav"): change(samples) for i, (name, samples) in enumerate(made.items()) if i % 12 == 5})


def one_more_take(collection: Collection) -> Collection:
    """Speakers say the same word again, alike but not the same."""
    made = sounds_of(collection)
    names = [n for n in made if n.startswith("high")]
    return of_files(made | {n.replace(".wav", "00.wav"): made[n][: len(made[n]) // 2] + made[m][: len(made[n]) // 2] for n, m in zip(names[::2], names[1::2], strict=True) if len(made[m]) > len(made[n]) // 2})


CHECK = Check(
    code="DAT756", name="nearly-repeated-sounds", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="tones", plant=turned_and_shifted),), lookalikes=(Case(toy="tones", plant=one_more_take),),
)  # fmt: skip
