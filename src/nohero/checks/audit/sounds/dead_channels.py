"""What it asks: do all channels of a sound carry something, and none the opposite of another?

Why it matters: where one channel is silent the mean of both is half as loud; where one is the other upside down, the mean is silence,
and most programs take the mean.

How it is measured: the level of the softest channel beside the loudest, and the correlation of two channels.

When it is right to fail: a channel 50 dB below the loudest, or two that correlate by -.95, in up to half of the sounds is a warning;
in more it is how the set was made, and left open.

What it cannot see: channels that are swapped; a channel that is delayed.

Mend: take the living channel alone; turn the opposite one round.

Source: the recipe, the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.planted_sounds import of_files, sounds_of
from nohero.checks.check import Case, Check
from nohero.evidence.audit.sound_channels import SoundChannels
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

MOST = 0.5  # of the sounds of several channels: from here on it is the set's form
SHOWN = 20  # rows of the table


def judge(found: SoundChannels) -> Finding:
    """Either kind, by how many have it."""
    if not found.dead and not found.inverse:
        return passed(f"no channel of {found.looked:,} sounds is dead or another one upside down")
    rows = (*((item, "a dead channel", f"{db:.0f} dB below the other") for item, db in found.dead), *((item, "a channel upside down", f"correlation {c:.2f}") for item, c in found.inverse))
    said = [*([f"{len(found.dead):,} have a dead channel"] if found.dead else []), *([f"{len(found.inverse):,} have one that is another upside down"] if found.inverse else [])]
    return (unsure if len(rows) > MOST * found.looked else warned)(
        f"of {found.looked:,} sounds of several channels {' and '.join(said)}",
        expected="channels that carry the sound, none against another",
        observed=Observed(value=float(len(rows)), unit="sounds with such a channel", n=found.looked),
        component="data",
        where=tuple(f"{item}: {what}" for item, what, _ in rows[:5]),
        items=tuple(item for item, _, _ in rows),
        effect="read as the mean of their channels these sounds are softer, or silent",
        remedies=("take the living channel alone" if found.dead else "turn one channel round (times -1) before channels are mixed", "see whether a plug or a converter was at fault"),
        figure=Table(title="Channels that are dead or against another", columns=("item", "what", "how far"), rows=rows[:SHOWN]),
    )


def _stereo(collection: Collection, right: Any, every: int = 9) -> Collection:
    import numpy as np

    made = sounds_of(collection)
    return of_files({name: np.stack([s, right(s) if i % every == 4 else (s * 0.7).astype(s.dtype)], axis=1) for i, (name, s) in enumerate(made.items())})


def right_one_dead(collection: Collection) -> Collection:
    """Some sounds have nothing on the right."""
    return _stereo(collection, lambda s: s * 0)


def upside_down(collection: Collection) -> Collection:
    """Some sounds have the left turned upside down on the right."""
    return _stereo(collection, lambda s: -(s // 2))


def from_one_side(collection: Collection) -> Collection:
    """Some speakers stand on the left, and are soft on the right."""
    return _stereo(collection, lambda s: (s * 0.08).astype(s.dtype))


CHECK = Check(
    code="DAT763", name="dead-channels", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="tones", plant=right_one_dead), Case(toy="tones", plant=upside_down)), lookalikes=(Case(toy="tones", plant=from_one_side),),
)  # fmt: skip
