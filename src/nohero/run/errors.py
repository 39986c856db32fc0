"""Everything nohero says when it cannot go on: what happened, what was expected, how to mend it.

    NoheroError             exit code
    ├── UsageError          2   a flag, a code or a path that does not exist or does not fit
    ├── DataError           2   the data cannot be used as asked
    ├── RunError            2   the run directory cannot be written, read or resumed
    ├── BudgetError         4   the time given is too little for anything
    └── UserCodeError       3   the user's own code raised; theirs is shown, not ours
"""  # noqa: D208 (a drawn tree)

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class NoheroError(Exception):
    """A fault the user can mend, told in three parts."""

    exit_code = 2

    def __init__(self, what: str, *, expected: str, mend: str) -> None:
        """`what` happened (with the value), what was `expected`, how to `mend` it."""
        super().__init__(what)
        self.what = what
        self.expected = expected
        self.mend = mend

    def __str__(self) -> str:
        """The three parts, one a line, in the grammar of a finding."""
        return f"error: {self.what}\n  expected  {self.expected}\n  help      {self.mend}"


class UsageError(NoheroError):
    """A flag, a code or a name that does not exist or does not fit."""


class DataError(NoheroError):
    """The data cannot be used as asked."""


class RunError(NoheroError):
    """The run directory cannot be written, read or resumed."""


class BudgetError(NoheroError):
    """The time given is too little for anything."""

    exit_code = 4


class UserCodeError(NoheroError):
    """The user's own code raised."""

    exit_code = 3


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """'did you mean X?' for the nearest of `known`, or the first few of them."""
    options = list(known)
    folded = {option.casefold(): option for option in options}
    near = get_close_matches(word.casefold(), folded, n=2, cutoff=0.6)
    if near:
        return "did you mean " + " or ".join(f"`{folded[n]}`" for n in near) + "?"
    shown = ", ".join(f"`{option}`" for option in options[:12])
    return f"there is {shown}" + (f" and {len(options) - 12} more" if len(options) > 12 else "")
