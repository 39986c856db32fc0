"""What it asks: does a speaker (or a device, or a place) of one part speak in another?

Why it matters: a net knows a voice that it was trained on; the score on other takes of it says little about a voice that is new.

How it is measured: the group that was named with --group is compared over the parts. Where none was named, the pieces of the files'
names that are words and not the label are looked at, or a field of a table that calls itself speaker, client or device.

When it is right to fail: a tenth of the other parts' sounds from groups of the training part, where the group was named; fewer warn.
A field that only calls itself so warns; a piece of the names is left open.

What it cannot see: speakers that no field names.

Mend: divide by speaker.

Source: Kapoor and Narayanan 2023, Leakage and the reproducibility crisis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.planted_sounds import of_files, sounds_of
from nohero.checks.check import Case, Check
from nohero.evidence.audit.speakers import Speakers
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, failed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

MUCH = 0.1  # of the other parts' sounds
SHOWN = 20  # rows of the table


def judge(speakers: Speakers) -> Finding:
    """Groups that lie in the training part and in another."""
    shared = [s for s in speakers.spreads if s.items]
    if not shared:
        looked = ", ".join(f"`{s.field}`" for s in speakers.spreads)
        return passed(f"no group lies in several parts (looked at {looked})" if looked else "no field names speakers; --group does")
    worst = max(shared, key=lambda s: len(s.items))
    share = len(worst.items) / max(1, worst.outside)
    say = (warned if worst.called and share >= MUCH else unsure) if not worst.declared else failed if share >= MUCH else warned
    parts = " and ".join(speakers.parts)
    return say(
        f"{len(worst.across):,} of {worst.values:,} values of `{worst.field}` lie in several of {parts}; "
        f"{len(worst.items):,} of {worst.outside:,} sounds outside {speakers.parts[0]} are of a value that was trained on",
        expected="each speaker in one part" if worst.declared else f"each speaker in one part, if `{worst.field}` names speakers",
        observed=Observed(value=share, unit="of the other parts' sounds", n=worst.outside),
        component="data",
        where=tuple(value for value, _ in worst.across[:5]),
        items=worst.items,
        effect="the score tells how well known voices are understood, not new ones",
        remedies=("divide by speaker: all sounds of one fall into one part",) if worst.declared else (f"--group {worst.field} says that it names speakers; then divide by it",),
        figure=Table(
            title=f"Values of {worst.field} in several parts", columns=("value", "sounds by part"),
            rows=tuple((value, ", ".join(f"{part}: {count}" for part, count in counts)) for value, counts in worst.across[:SHOWN]),
        ),
    )  # fmt: skip


def divided_by_take(collection: Collection) -> Collection:
    """Each speaker's last takes are the test part."""
    made = {f"{'test' if int(name.split('_')[2][:-4]) >= 9 else 'train'}/{name}": samples for name, samples in sounds_of(collection).items()}
    return of_files(made).with_(group="name_1")


def divided_by_speaker(collection: Collection) -> Collection:
    """One speaker is the test part; words and numbers of takes lie in both."""
    made = {f"{'test' if '_dan_' in name else 'train'}/{name}": samples for name, samples in sounds_of(collection).items()}
    return of_files(made).with_(group="name_1")


CHECK = Check(
    code="DAT758", name="speakers-across-parts", source=sources.LEAKAGE, judge=judge,
    sabotages=(Case(toy="tones", plant=divided_by_take),), lookalikes=(Case(toy="tones", plant=divided_by_speaker),),
)  # fmt: skip
