"""Two classes of which items of one bear the name of the other, though a model is sure of them: among all classes few such labels are lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SAID = 100  # items of which the model says a class, at least
THIRD = 3  # of these the third of which it is surest is asked, and the next third
SURE = 0.85  # by which a class is likelier than the next, throughout the surest third: at a boundary it is not


@dataclass(frozen=True, kw_only=True)
class Exchanged:
    """Of the `sure` items that are surely `said`, `contrary` are labelled otherwise, `one` of them as `given`; of as many of which the model is next surest `after` are."""

    said: str
    given: str
    sure: int
    contrary: int
    one: int
    after: int
    low: float  # of the share of contrary ones, by its 95 % interval
    back: float  # share of the surely `given` ones that are labelled `said`


def exchanged(said: Any, y: Any, names: Any) -> tuple[Exchanged, ...]:
    """`said` are probabilities [N, K] of items that were left out, `y` their labels [N]; most contrary first, of classes that have any."""
    import numpy as np

    from nohero.tasks.interval import wilson

    ahead = np.sort(said, axis=1)
    gap, likeliest = ahead[:, -1] - ahead[:, -2], said.argmax(1)
    thirds = {}
    for k in range(len(names)):
        at = np.flatnonzero(likeliest == k)
        at = at[np.argsort(-gap[at], kind="stable")]
        n = len(at) // THIRD
        if len(at) >= SAID and gap[at[n - 1]] >= SURE:
            thirds[k] = y[at[:n]], y[at[n : 2 * n]]
    found = []
    for k, (surest, following) in thirds.items():
        wrong = surest[surest != k]
        if not len(wrong):
            continue
        other = int(np.bincount(wrong).argmax())
        back = float((thirds[other][0] == k).mean()) if other in thirds else 0.0
        found.append(Exchanged(said=str(names[k]), given=str(names[other]), sure=len(surest), contrary=len(wrong), one=int((wrong == other).sum()), after=int((following != k).sum()), low=wilson(len(wrong), len(surest))[0], back=back))
    return tuple(sorted(found, key=lambda e: -e.low))
