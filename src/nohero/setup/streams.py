"""The global random streams, and the switches an experiment may turn: remembered, compared, put back, seeded."""

from __future__ import annotations

import random
import sys
from typing import Any


def streams() -> dict[str, Any]:
    """The state of every global random stream, and of the switches an experiment may turn."""
    import torch

    found: dict[str, Any] = {"python": random.getstate(), "torch": torch.get_rng_state(), "grad": torch.is_grad_enabled()}
    if (numpy := sys.modules.get("numpy")) is not None:
        found["numpy"] = numpy.random.get_state(legacy=False)
    if torch.cuda.is_available() and torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        found["cuda"] = torch.cuda.get_rng_state_all()
    if torch.backends.mps.is_available():
        found["mps"] = torch.mps.get_rng_state()
    return found


def drawn_so_far() -> tuple[bytes, ...]:
    """Where torch's random streams stand, on the CPU and on every accelerator in use: the same twice where nothing was drawn between."""
    import torch

    states = [torch.get_rng_state()]
    if torch.cuda.is_available() and torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        states += torch.cuda.get_rng_state_all()
    if torch.backends.mps.is_available():
        states.append(torch.mps.get_rng_state())
    return tuple(s.numpy().tobytes() for s in states)


def put_back(found: dict[str, Any]) -> None:
    """Set every global random stream to a remembered state."""
    import torch

    random.setstate(found["python"])
    torch.set_rng_state(found["torch"])
    torch.set_grad_enabled(found["grad"])
    if "numpy" in found:
        sys.modules["numpy"].random.set_state(found["numpy"])
    if "cuda" in found:
        torch.cuda.set_rng_state_all(found["cuda"])
    if "mps" in found:
        torch.mps.set_rng_state(found["mps"])


def seed_all(seed: int) -> None:
    """Seed Python, NumPy and torch."""
    import numpy as np

    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002 (users draw from it)
    seed_torch(seed)


def seed_torch(seed: int) -> None:
    """Seed torch alone, on the CPU and on every accelerator there is; much quicker than `torch.manual_seed`, which notes a stack trace at each call."""
    import torch

    torch.default_generator.manual_seed(seed)
    if torch.cuda.is_available():
        torch.cuda.manual_seed_all(seed)
    if torch.backends.mps.is_available():
        torch.mps.manual_seed(seed)
