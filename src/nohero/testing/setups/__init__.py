"""Healthy training set-ups, one a kind of network: every check of a set-up must stay quiet on them; faults are planted in them."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.setup.given import Given


@cache
def setups() -> dict[str, Callable[[], Given]]:
    """Name -> maker: every file of this folder with a function `make`."""
    modules = [importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__)]
    return {m.__name__.rsplit(".", 1)[-1].replace("_", "-"): m.make for m in modules if hasattr(m, "make")}
