"""Whether reading a training item seeds a global random stream, and whether each item seeds it alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.setup.items import drawn, read_one
from nohero.setup.refusal import Unmeasurable
from nohero.setup.streams import seed_all, streams

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 0
ITEMS = 4
STREAMS = ("python", "numpy", "torch")


@dataclass(frozen=True, kw_only=True)
class ReseededReading:
    """Names of the streams."""

    items: int  # read twice each, after other seeds
    seeded: tuple[str, ...]  # stand at the same place after each reading of an item, wherever they stood before
    alike: tuple[str, ...]  # of these, the ones that stand at one place after whichever item


def measure(setup: Setup) -> ReseededReading:
    """Read a few items with two seeds each, and look where the streams stand afterwards."""
    items = setup.train.items
    if items is None or len(items) < ITEMS:
        raise Unmeasurable("the training items cannot be read one by one")
    with setup.apart(data=True):
        places = drawn(setup.train)
        if places is None or len(places) < ITEMS:
            raise Unmeasurable("which training items are drawn cannot be listed")
        chosen = places[:: max(1, len(places) // ITEMS)][:ITEMS]
        after = [[_stands(items, i, seed) for seed in (setup.seed + 5, setup.seed + 6)] for i in chosen]
    seeded = tuple(s for s in STREAMS if all(a[s] == b[s] for a, b in after))
    return ReseededReading(items=len(chosen), seeded=seeded, alike=tuple(s for s in seeded if len({repr(a[s]) for a, _ in after}) == 1))


def _stands(items: Any, place: Any, seed: int) -> dict[str, Any]:
    """Where each stream stands after one reading that began with this seed."""
    seed_all(seed)
    read_one(items, place)
    found = streams()
    numpy = found["numpy"]["state"]
    return {"python": found["python"], "numpy": (numpy["key"].tobytes(), numpy["pos"]) if "key" in numpy else repr(numpy), "torch": found["torch"].numpy().tobytes()}
