"""How many threads an experiment gets: on small networks, and beside other programs, one is often many times quicker than all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

SMALL, LONG = 0.05, 2.0  # seconds of a pass: there is little to share; trying costs more than it brings
TRIES = 7
WORTH = 0.7  # of the time of one thread: less gain is not worth spinning for on a small network, which suffers most where cores are taken


@contextmanager
def quickest_threads(one_pass: Callable[[], object]) -> Iterator[None]:
    """One thread inside, where more bring `one_pass` nothing; the user's number afterwards."""
    import torch

    before = torch.get_num_threads()
    try:
        if before > 1:
            one_pass()  # the first of all pays for much that is made once
            shared = _seconds(one_pass)
            if shared < LONG:
                torch.set_num_threads(1)
                single = _seconds(one_pass)
                if shared < (WORTH * single if single < SMALL else single):
                    torch.set_num_threads(before)
        yield
    finally:
        torch.set_num_threads(before)


def _seconds(one_pass: Callable[[], object]) -> float:
    """Of one pass, usually; a long one is tried once."""
    taken: list[float] = []
    while len(taken) < TRIES and sum(taken) < TRIES * SMALL:
        began = time.perf_counter()
        one_pass()
        taken.append(time.perf_counter() - began)
    return median(taken)
