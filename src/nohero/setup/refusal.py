"""Why something cannot be measured on this set-up: a reason, not a fault of anybody."""

from __future__ import annotations

from typing import Any

from nohero.run.errors import NoheroError, UsageError, UserCodeError
from nohero.setup.calling import shapes


class Unmeasurable(Exception):  # noqa: N818 (a reason, not an error)
    """This cannot be measured here; the checks that need it are skipped with the reason."""


class UserRaised(Unmeasurable):
    """The user's code raised on what a measurement gave it."""


def brief(error: Exception) -> str:
    """An exception's words on one line."""
    return " ".join(str(error).split())[:300]


def cannot_call(batch: Any, fault: Exception | None) -> NoheroError:
    """No convention fits this batch: the first fault, as the user's own."""
    what = str(fault) if fault is not None else "no way to call the model on a batch was found"
    error = UserCodeError(
        f"{what}; the batch is {shapes(batch)}",
        expected="model(inputs) and loss(output, target) work on a batch (inputs, target), or on a dict with the model's argument names",
        mend="hand over unpack=lambda batch: (inputs, target), or your own step(model, batch, loss, optimizer)",
    )
    error.__cause__ = getattr(fault, "__cause__", None) or fault
    return error


def too_large(what: str) -> NoheroError:
    """The weights cannot be remembered, so they could not be put back: nothing is tried on them."""
    return UsageError(
        f"the weights and a copy of them do not fit into the free memory ({what})",
        expected="memory for a second copy of the model and of what the optimizer keeps, from which everything is put back",
        mend="hand over a smaller model of the same make (fewer layers, narrower), or free some memory",
    )
