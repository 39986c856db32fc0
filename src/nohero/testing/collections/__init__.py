"""Healthy collections of data, small and made here: the toys of the audit's checks. `collections()` names them."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.sources.collection import Collection


@cache
def collections() -> dict[str, Callable[[], Collection]]:
    """Each module's `make`, by the module's name; made once a process, as faults are planted in copies."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    return {name.replace("_", "-"): cache(importlib.import_module(f"{__name__}.{name}").make) for name in names}
