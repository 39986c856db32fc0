"""One door for what lies on disk and for what a program holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nohero.run.errors import UsageError
from nohero.sources.objects import KNOWN, open_objects
from nohero.sources.opening import open_source

if TYPE_CHECKING:
    from nohero.sources.collection import Collection


def is_named(source: Any) -> bool:
    """Whether it is the name of something on disk."""
    return isinstance(source, str | Path)


def open_anything(
    *sources: Any, target: str | None = None, split: str | None = None, group: str | None = None, time: str | None = None, seed: int = 0, budget: float | None = None,
    memory: float | str | None = None,
) -> Collection:  # fmt: skip
    """Names of files and folders, or data sets, frames and arrays; not both at once."""
    names = [is_named(s) for s in sources]
    if all(names):
        return open_source(*map(str, sources), target=target, split=split, group=group, time=time, seed=seed, budget=budget, memory=memory)
    if any(names):
        raise UsageError("files and objects were handed over together", expected=KNOWN, mend="audit them one by one, or read the file into a frame")
    return open_objects(*sources, target=target, split=split, group=group, time=time, seed=seed, budget=budget)
