"""The recipe for training neural networks, made executable: from raw data to a model that can be trusted.

The names below are loaded when they are first asked for: importing nohero costs nothing and changes nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.checks.check import Check
    from nohero.ci import assert_exact_resume, assert_trainable
    from nohero.equivalence import equivalent
    from nohero.leaks import assert_no_leak
    from nohero.outcome import Report, audit, check, check_layer
    from nohero.prediction import predict
    from nohero.problem import Problem
    from nohero.project import Project
    from nohero.run.errors import NoheroError
    from nohero.run.finding import Finding, Status
    from nohero.run.record import Record
    from nohero.sitting import run_recipe
    from nohero.stored import read_run
    from nohero.watching import watch

__version__ = "0.1.0"

_PLACES = {
    "Check": "nohero.checks.check",
    "Finding": "nohero.run.finding",
    "NoheroError": "nohero.run.errors",
    "Problem": "nohero.problem",
    "Project": "nohero.project",
    "Record": "nohero.run.record",
    "Report": "nohero.outcome",
    "Status": "nohero.run.finding",
    "assert_exact_resume": "nohero.ci",
    "assert_no_leak": "nohero.leaks",
    "assert_trainable": "nohero.ci",
    "audit": "nohero.outcome",
    "check": "nohero.outcome",
    "check_layer": "nohero.outcome",
    "equivalent": "nohero.equivalence",
    "predict": "nohero.prediction",
    "read_run": "nohero.stored",
    "run_recipe": "nohero.sitting",
    "watch": "nohero.watching",
}

__all__ = [
    "Check",
    "Finding",
    "NoheroError",
    "Problem",
    "Project",
    "Record",
    "Report",
    "Status",
    "__version__",
    "assert_exact_resume",
    "assert_no_leak",
    "assert_trainable",
    "audit",
    "check",
    "check_layer",
    "equivalent",
    "predict",
    "read_run",
    "run_recipe",
    "watch",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        msg = f"module 'nohero' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(importlib.import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_PLACES])
