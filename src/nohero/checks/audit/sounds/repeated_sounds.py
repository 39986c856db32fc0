"""What it asks: does one recording come more than once?

Why it matters: a recording that comes twice weighs twice, lies on both sides of a random division, and may carry two labels.

How it is measured: the decoded samples are compared, whatever the name, the tags and the container. Silent sounds are left out.

When it is right to fail: copies are a warning; copies with different labels fail.

What it cannot see: a copy that was turned up, cut or compressed, which nearly-repeated-sounds looks for.

Mend: keep one of each before the data is divided.

Source: the recipe, the data ("duplicate examples").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.planted_sounds import of_files, sounds_of
from nohero.checks.check import Case, Check
from nohero.evidence.audit.sound_copies import SoundCopies
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, failed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

SHOWN = 20  # rows of the table


def judge(copies: SoundCopies) -> Finding:
    """Equal samples, and equal samples with two labels."""
    if not copies.exact:
        return passed(f"no recording of {copies.total:,} comes twice")
    against = [p for p in copies.exact if p.contradicts]
    say = failed if against else warned
    ordered = sorted(copies.exact, key=lambda p: not p.contradicts)
    return say(
        f"{len(copies.exact):,} of {copies.total:,} sounds repeat an earlier one sample by sample" + (f", {len(against):,} of them with another label" if against else ""),
        expected="each recording once, with one label",
        observed=Observed(value=float(len(copies.exact)), unit="repeated sounds", n=copies.total),
        component="data",
        where=tuple(p.told for p in ordered[:5]),
        items=tuple(dict.fromkeys(p.item for p in ordered)),
        effect="at least one label of each such pair is wrong" if against else "repeated sounds weigh more, and a random division lays their copies on both sides",
        remedies=("keep one of each before the data is divided", *(("listen to those with two labels and keep the right one",) if against else ())),
        figure=Table(title="One recording, several files", columns=("item", "label", "copy of", "its label"), rows=tuple((p.item, p.labels[0], p.earlier, p.labels[1]) for p in ordered[:SHOWN])),
    )


def stored_twice(collection: Collection) -> Collection:
    """Some takes stand again under another number."""
    made = sounds_of(collection)
    return of_files(made | {name.replace(".wav", "00.wav"): samples for i, (name, samples) in enumerate(made.items()) if i % 12 == 5})


def two_names(collection: Collection) -> Collection:
    """Some takes stand under two words."""
    made = sounds_of(collection)
    return of_files(made | {name.replace("high", "low").replace(".wav", "00.wav"): s for i, (name, s) in enumerate(made.items()) if name.startswith("high") and i % 6 == 5})


def several_silent(collection: Collection) -> Collection:
    """Some takes are silent, and so alike."""
    return of_files({name: samples[:1000] * 0 if i % 12 == 5 else samples for i, (name, samples) in enumerate(sounds_of(collection).items())})


CHECK = Check(
    code="DAT755", name="repeated-sounds", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="tones", plant=stored_twice), Case(toy="tones", plant=two_names)), lookalikes=(Case(toy="tones", plant=several_silent),),
)  # fmt: skip
