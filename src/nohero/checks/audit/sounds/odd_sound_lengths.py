"""What it asks: are some sounds far longer or far shorter than all others?

Why it matters: a recording that was not cut holds many sounds under one label; one that was cut too early holds none.

How it is measured: a sound stands out where its length is five times beyond the outer 2 % on its side, and three times as far from the
median as they are on a logarithmic scale.

When it is right to fail: one such sound is a warning.

What it cannot see: two sounds in a file of common length.

Mend: cut them, or leave them out.

Source: the recipe, the data ("outliers").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.planted_sounds import of_files, sounds_of
from nohero.checks.check import Case, Check
from nohero.evidence.audit.sound_levels import SoundLevels
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

SHOWN = 20  # rows of the table


def judge(levels: SoundLevels) -> Finding:
    """Lengths far beyond all others."""
    shortest, median, longest = levels.seconds
    if not levels.odd_lengths:
        return passed(f"lengths are of one kind: {shortest:.2f} to {longest:.2f} s, half under {median:.2f} s")
    item, seconds = levels.odd_lengths[0]
    return warned(
        f"{len(levels.odd_lengths):,} of {levels.total:,} sounds are far longer or shorter than all others: {item} has {seconds:.3g} s, the median {median:.3g} s",
        expected="lengths of one kind",
        observed=Observed(value=seconds, unit="s", n=levels.total),
        component="data",
        level=Level.HEURISTIC,
        where=tuple(name for name, _ in levels.odd_lengths[:5]),
        items=tuple(name for name, _ in levels.odd_lengths),
        effect="padded to the longest, a batch is mostly silence; cut to the median, most of the long ones is lost",
        remedies=("listen to them: cut what holds several sounds, leave out what holds none",),
        figure=Table(title="Lengths far from the others", columns=("item", "seconds"), rows=levels.odd_lengths[:SHOWN]),
    )


def not_cut(collection: Collection) -> Collection:
    """One take holds forty sounds, another only its beginning."""
    import numpy as np

    made = sounds_of(collection)
    names = list(made)
    return of_files({**made, names[10]: np.concatenate([made[n] for n in names[:40]]), names[77]: made[names[77]][200:240]})


def slow_speakers(collection: Collection) -> Collection:
    """Lengths spread widely: some takes are three times as long as others."""
    import numpy as np

    def change(i: int, samples: Any) -> Any:
        return np.concatenate([samples] * (1 + i % 3)) if i % 4 == 0 else samples

    return of_files({name: change(i, samples) for i, (name, samples) in enumerate(sounds_of(collection).items())})


CHECK = Check(
    code="DAT754", name="odd-sound-lengths", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="tones", plant=not_cut),), lookalikes=(Case(toy="tones", plant=slow_speakers),),
)  # fmt: skip
