"""Why something cannot be measured on this set-up: a reason, not a fault of anybody."""

from __future__ import annotations


class Unmeasurable(Exception):  # noqa: N818 (a reason, not an error)
    """This cannot be measured here; the checks that need it are skipped with the reason."""


class UserRaised(Unmeasurable):
    """The user's code raised on what a measurement gave it."""
