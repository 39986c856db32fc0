"""What the user's own code warns of is shown once, however often that code is run."""

from __future__ import annotations

import re
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def each_warning_once() -> Iterator[None]:
    """A warning of the same words, numbers aside, is not shown again, wherever it is raised; filters stay as they are."""
    before: Any = warnings.showwarning
    seen: set[tuple[type[Warning], str]] = set()

    def show(message: Warning | str, category: type[Warning], filename: str, lineno: int, file: Any = None, line: str | None = None) -> None:  # noqa: PLR0917 (the signature is Python's)
        words = (category, re.sub(r"\d+", "#", str(message)))
        if words not in seen:
            seen.add(words)
            before(message, category, filename, lineno, file, line)

    warnings.showwarning = show
    try:
        yield
    finally:
        warnings.showwarning = before
