"""In which calls of the step the optimizer goes a step, where single batches and several are behind its updates by turns."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from nohero.evidence.setup.step_ears import Ears
from nohero.evidence.setup.step_replay import StepReplay
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.1  # seconds
STEPS = 30
CALLS = 64  # of the step
SECONDS = 4.0
ROUNDS = 3  # rows of updates, one like the other


@dataclass(frozen=True, kw_only=True)
class UpdateRhythm:
    """Rows of calls with an update, between single calls without one."""

    calls: int
    updates: int
    every: int  # after so many updates in a row one call has none; 0 where there is no such rhythm


def measure(setup: Setup, replay: StepReplay) -> UpdateRhythm:
    """Listen for longer, where the first updates are made of unlike many batches."""
    behind = [u.calls for u in replay.updates if u.known and not u.closure]
    if len({u.optimizer for u in replay.updates}) != 1 or len(setup.optimizers) > 1:
        raise Unmeasurable("the step has no one optimizer")
    if len(set(behind)) < 2 or 1 not in behind:
        return UpdateRhythm(calls=replay.calls, updates=len(replay.updates), every=0)
    batches, began = setup.batches(8), time.monotonic()
    with setup.apart(), Ears(setup) as ears:
        for number in range(CALLS):
            ears.next_call()
            setup.train_step(batches[number % len(batches)])
            if time.monotonic() - began > SECONDS:
                break
    heard = ears.heard.updates
    return UpdateRhythm(calls=ears.call + 1, updates=len(heard), every=rhythm([u.call for u in heard], [u.calls for u in heard], ears.call + 1))


def rhythm(called: list[int], behind: list[int], calls: int) -> int:
    """How many updates come in a row between single calls without one, each of which is made up for by the next update; 0 where it is not so, time after time."""
    if len(set(called)) < len(called):
        return 0
    made = dict(zip(called, behind, strict=True))
    rows = [(on, len(list(row))) for on, row in groupby(call in made for call in range(calls))][1:-1]  # the first and the last are cut off
    on, off = [n for is_on, n in rows if is_on], [n for is_on, n in rows if not is_on]
    after_a_pause = [made[c] for c in called if c - 1 not in made and c > 0]
    if len(on) < ROUNDS or len(set(on)) > 1 or set(off) != {1} or on[0] < 2 or set(after_a_pause) != {2}:
        return 0
    return on[0]
