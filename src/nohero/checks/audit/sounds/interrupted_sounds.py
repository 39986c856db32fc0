"""What it asks: do some sounds break off long before their end?

Why it matters: behind the break the file holds nothing, and the label speaks of what should be there: a cable that was pulled, a
transfer that was filled up with zeros.

How it is measured: how much of each sound is one unchanging value up to its end, and how loud it is just before that. A recording that is over fades out;
one that breaks off does not.

When it is right to fail: a tail of 15 % of the sound or more, behind a level that is at most 20 dB below the sound's own: a warning from three
sounds on, up to three in ten. Fewer are left open, and so are more. Where half of the sounds have one length the others were filled up to it.

What it cannot see: a break that was faded out; a break filled with noise.

Mend: get these sounds anew, or cut them at the break.

Source: the recipe, the data ("corrupted examples").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.planted_sounds import of_files, sounds_of
from nohero.checks.check import Case, Check
from nohero.evidence.audit.sound_tails import SoundTails
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

LEAST, MOST = 3, 0.3  # sounds, and of the sounds: more are how the set was made
ONE_LENGTH = 0.5  # of the sounds have one length: shorter ones were filled up to it
SHOWN = 20  # rows of the table


def judge(tails: SoundTails) -> Finding:
    """Those that break off, unless sounds are filled up to a length."""
    count = len(tails.broken)
    if not count:
        return passed(f"none of {tails.total:,} sounds breaks off before its end")
    if tails.of_one_length > ONE_LENGTH * tails.total:
        return passed(f"{count:,} of {tails.total:,} sounds end in one unchanging value; most have one length, up to which these are filled")
    many = count > MOST * tails.total
    item, share, seconds = tails.broken[0]
    why = "; so many may be made so" if many else ""
    return (warned if count >= LEAST and not many else unsure)(
        f"{count:,} of {tails.total:,} sounds break off: the last {share:.0%} of {item} ({seconds:.2g} s) are one unchanging value, behind a sound that was not over{why}",
        expected="sounds that go on to the end of their file, or fade out",
        observed=Observed(value=float(count), unit="sounds that break off", n=tails.total),
        component="data",
        where=tuple(name for name, *_ in tails.broken[:5]),
        items=tuple(name for name, *_ in tails.broken),
        effect="what the label speaks of may lie behind the break",
        remedies=("get these sounds anew, or leave them out", "if they are filled up to one length, let the model know where each ends"),
        figure=Table(title="Sounds that break off", columns=("item", "share behind the break", "seconds"), rows=tuple((n, round(s, 3), round(t, 2)) for n, s, t in tails.broken[:SHOWN])),
    )


def pulled_cables(collection: Collection) -> Collection:
    """Some takes are zeros from the middle on."""
    import numpy as np

    return of_files({name: np.where(np.arange(len(s)) < len(s) // 2, s, 0).astype(s.dtype) if i % 20 == 7 else s for i, (name, s) in enumerate(sounds_of(collection).items())})


def faded_out(collection: Collection) -> Collection:
    """Some takes fade out and have a pause behind."""
    import numpy as np

    def faded(s: object) -> object:
        wave = np.asarray(s)
        fade = np.clip(np.linspace(2, -1, len(wave)), 0, 1) ** 3
        return np.round(wave * fade).astype(wave.dtype)

    return of_files({name: faded(s) if i % 20 == 7 else s for i, (name, s) in enumerate(sounds_of(collection).items())})


def filled_up(collection: Collection) -> Collection:
    """All sounds are filled up with zeros to one length."""
    import numpy as np

    made = sounds_of(collection)
    longest = max(len(s) for s in made.values())
    return of_files({name: np.pad(s, (0, longest - len(s))) for name, s in made.items()})


CHECK = Check(
    code="DAT768", name="interrupted-sounds", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="tones", plant=pulled_cables),), lookalikes=(Case(toy="tones", plant=faded_out), Case(toy="tones", plant=filled_up)),
)  # fmt: skip
