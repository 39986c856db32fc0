"""Where a run took place: versions, processor, system; nothing that names a person or a machine."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import nohero

PACKAGES = ("torch", "numpy", "scikit-learn", "polars", "pillow", "torchmetrics", "optuna", "safetensors", "typer", "rich")


def environment() -> dict[str, str]:
    """One line a thing, ready for the report."""
    found = {"nohero": nohero.__version__, "python": platform.python_version()}
    found |= {name: said for name in PACKAGES if (said := version_of(name))}
    found["system"] = f"{platform.system()} {platform.machine()}"
    found["processor"] = processor()
    found["cores"] = str(cores())
    return found


def version_of(package: str) -> str:
    """The installed version, or '' where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def cores() -> int:
    """How many this process may use, which in a container can be fewer than there are."""
    usable = getattr(os, "sched_getaffinity", None)  # absent on some systems
    return len(usable(0)) if usable else os.cpu_count() or 1


def processor() -> str:
    """The processor's model."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor())
