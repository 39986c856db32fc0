"""What it asks: does a recording of one part stand in another?

Why it matters: what was trained on is no test.

How it is measured: the decoded samples of all parts are compared, and as waveforms over all shifts where spectra are alike.

When it is right to fail: exact copies in two parts, one in a thousand of all sounds or more, fail; fewer, and copies that are
nearly the same, warn.

What it cannot see: one speaker in several parts, which speakers-across-parts looks for.

Mend: take them out of the training part, and measure anew.

Source: Kapoor and Narayanan 2023, Leakage and the reproducibility crisis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.planted_sounds import of_files, sounds_of
from nohero.checks.check import Case, Check
from nohero.evidence.audit.sound_copies import SoundCopies
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, failed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

MUCH = 0.001  # of all sounds: from here on a test part of a tenth moves by a per cent
SHOWN = 20  # rows of the table


def judge(copies: SoundCopies) -> Finding:
    """Equal recordings in two parts, and near ones."""
    if not copies.divided:
        return skipped("the source is not divided into parts")
    if not copies.crossing:
        return passed(f"no recording of {copies.total:,} stands in two parts")
    equal = [p for p in copies.crossing if p.similarity == 1.0]
    say = failed if len(equal) >= max(1.0, MUCH * copies.total) else warned
    return say(
        f"{len(equal):,} sounds have an equal copy in another part, {len(copies.crossing) - len(equal):,} one that is nearly the same",
        expected="each recording in one part",
        observed=Observed(value=float(len(copies.crossing)), unit="sounds with a copy in another part", n=copies.total),
        component="data",
        where=tuple(p.told for p in copies.crossing[:5]),
        items=tuple(dict.fromkeys(p.item for p in copies.crossing)),
        effect="the score on the other part tells how well these recordings are remembered",
        remedies=("take these recordings out of the training part and measure anew",),
        figure=Table(
            title="Recordings in two parts", columns=("item", "part", "copy", "its part", "likeness"),
            rows=tuple((p.item, p.parts[0], p.earlier, p.parts[1], round(p.similarity, 3)) for p in copies.crossing[:SHOWN]),
        ),
    )  # fmt: skip


def trained_on_the_test(collection: Collection) -> Collection:
    """The data comes divided, and some takes of the test part stand in train too."""
    made = sounds_of(collection)
    parts = {f"{'test' if i % 4 == 0 else 'train'}/{name}": samples for i, (name, samples) in enumerate(made.items())}
    return of_files(parts | {f"train/{name.replace('.wav', '00.wav')}": samples for i, (name, samples) in enumerate(made.items()) if i % 24 == 0})


def divided(collection: Collection) -> Collection:
    """The data comes divided, and takes of one speaker are alike."""
    return of_files({f"{'test' if i % 4 == 0 else 'train'}/{name}": samples for i, (name, samples) in enumerate(sounds_of(collection).items())})


CHECK = Check(
    code="DAT757", name="sounds-across-parts", source=sources.LEAKAGE, judge=judge,
    sabotages=(Case(toy="tones", plant=trained_on_the_test),), lookalikes=(Case(toy="tones", plant=divided),),
)  # fmt: skip
