"""Whether targets of several numbers stand, bit for bit, among the numbers of their own inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.target_copies import slides
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.1  # seconds
STEPS = 0
LEAST = 40  # items
WIDEST = 512  # numbers of one target
MOST = 4000  # of one input
FIRST = 2000  # items looked at


@dataclass(frozen=True, kw_only=True)
class ContainedTargets:
    """Numbers of the target and of them those that one number of the inputs equals in every item."""

    n: int
    columns: int  # numbers of a target that differ from item to item
    found: tuple[str, ...]  # the inputs' numbers that equal them, in the order of the target
    whole: bool  # the targets, in another shape perhaps, are an input as a whole: it is to be rebuilt
    newest: bool  # they lie one after another along one axis of one input, and reach to its end
    sequence: bool  # in a row along an axis that is known to be one of steps in time: it has an axis of its own, or slides along one series from item to item


def measure(setup: Setup) -> ContainedTargets:
    """The training items' targets of real values, number by number."""
    import numpy as np

    from nohero.setup.items import parts_of

    part = parts_of(setup)["train"]
    y = part.y
    if y is None or part.n < LEAST or y.dtype.kind != "f" or y.ndim < 2 or not 2 <= int(np.prod(y.shape[1:])) <= WIDEST:
        raise Unmeasurable("the training targets are no rows of several real values")
    wanted = y[:FIRST].reshape(min(len(y), FIRST), -1)
    wanted = wanted[:, wanted.min(0) < wanted.max(0)]
    inputs = {name: x[:FIRST] for name, x in part.inputs.items() if x.dtype.kind == "f" and x.ndim >= 2 and int(np.prod(x.shape[1:])) <= MOST}
    if not inputs or not wanted.shape[1]:
        raise Unmeasurable("no rows of real values among the inputs, or targets that never differ")
    places = _places(inputs, wanted)
    whole = any(x.reshape(len(x), -1).shape == y[:FIRST].reshape(len(x), -1).shape and np.array_equal(x.reshape(len(x), -1), y[:FIRST].reshape(len(x), -1)) for x in inputs.values())
    row, newest = _row(inputs, places) if places and len(places) == wanted.shape[1] else (False, False)
    return ContainedTargets(n=len(wanted), columns=wanted.shape[1], found=tuple(_named(inputs, p) for p in places), whole=whole, newest=newest, sequence=row and (inputs[places[0][0]].ndim == 3 or slides(inputs[places[0][0]])))


def _places(inputs: dict[str, Any], wanted: Any) -> list[tuple[str, int]]:
    """(input, number in it) that equals each of the target's numbers in all items; those without one are left out."""
    import numpy as np

    known = {np.ascontiguousarray(column, dtype=np.float64).tobytes(): (name, j) for name, x in inputs.items() for j, column in enumerate(x.reshape(len(x), -1).T)}
    keys = (np.ascontiguousarray(column, dtype=np.float64).tobytes() for column in wanted.T)
    return [known[key] for key in keys if key in known]


def _row(inputs: dict[str, Any], places: list[tuple[str, int]]) -> tuple[bool, bool]:
    """(they lie one after another along the input's first axis, they reach to its end)."""
    import numpy as np

    name = places[0][0]
    if any(p[0] != name for p in places):
        return False, False
    steps = sorted({int(np.unravel_index(j, inputs[name].shape[1:])[0]) for _, j in places})
    return steps == list(range(steps[0], steps[-1] + 1)), steps[-1] == inputs[name].shape[1] - 1


def _named(inputs: dict[str, Any], place: tuple[str, int]) -> str:
    import numpy as np

    name, j = place
    return f"{name}[:, {', '.join(str(int(k)) for k in np.unravel_index(j, inputs[name].shape[1:]))}]"
