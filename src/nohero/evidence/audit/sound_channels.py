"""Sounds of several channels of which one is dead, or is another one turned upside down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.evidence.audit.sound_items import measures_of
from nohero.evidence.audit.sound_traces import traces_of
from nohero.evidence.audit.text_items import named

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 2.0  # seconds
DEAD = -50.0  # dB below the loudest channel: the noise of a plug without a microphone
INVERSE = -0.95  # correlation: the mean of both is 16 dB down at least


@dataclass(frozen=True, kw_only=True)
class SoundChannels:
    """Each with a number an item."""

    looked: int  # of several channels
    dead: tuple[tuple[str, float], ...]  # item, dB below the loudest
    inverse: tuple[tuple[str, float], ...]  # item, correlation


def measure(collection: Collection) -> SoundChannels:
    """From the one reading that the traces share."""
    import numpy as np

    from nohero.setup.refusal import Unmeasurable

    several = measures_of(collection)["channels"] > 1
    if not several.any():
        raise Unmeasurable("all sounds have one channel")
    traces = traces_of(collection)
    dead, inverse = np.flatnonzero(several & (traces.dead <= DEAD)), np.flatnonzero(several & (traces.inverse <= INVERSE))

    return SoundChannels(
        looked=int(several.sum()), dead=tuple(zip(named(collection, dead), traces.dead[dead].tolist(), strict=True)),
        inverse=tuple(zip(named(collection, inverse), traces.inverse[inverse].tolist(), strict=True)),
    )  # fmt: skip
