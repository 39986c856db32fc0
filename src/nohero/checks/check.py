"""A check: one question to the evidence, its documentation, and the proof that it answers rightly.

The proof travels with the check: a `Case` names a healthy toy and a change to it. After a sabotage the check must FAIL or
WARN with a remedy; after a lookalike, which is odd but sound, it must do neither.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from nohero.run.errors import UsageError, did_you_mean
from nohero.run.stages import LETTERS, STAGES

if TYPE_CHECKING:
    from nohero.run.finding import Finding

COMPONENTS = ("data", "loader", "model", "loss", "optimizer", "step", "schedule", "evaluation", "dynamics")  # causes before what follows from them
FAMILIES = ("items", "tables", "labels", "copies", "splits", "pictures", "texts", "sounds", "marks")  # of the audit's checks
HEADS = ("What it asks", "Why it matters", "How it is measured", "When it is right to fail", "What it cannot see", "Mend", "Source")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A healthy toy by name, and one change planted in it: `plant(problem) -> problem`."""

    toy: str
    plant: Callable[[Any], Any]

    @property
    def name(self) -> str:
        """The change's name."""
        return self.plant.__name__.replace("_", "-")


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check; `judge` names the evidence it needs by the type of its parameters."""

    code: str
    name: str
    source: str
    judge: Callable[..., Finding]
    sabotages: tuple[Case, ...]
    lookalikes: tuple[Case, ...] = ()
    under: tuple[str, ...] = ()  # codes of root causes: where one of them fires, this finding is folded under it
    said_by: tuple[str, ...] = ()  # codes of checks of the recipe that ask the same: within a run this one is silent where they decide
    closes: bool = False  # of a check of the audit: within a run its FAIL closes the gate of the data stage
    symptom: bool = False  # says that something is wrong, not what: folded under any cause that is found

    @property
    def stage(self) -> str:
        """The stage whose letters the code begins with."""
        return next(stage for stage, letters in LETTERS.items() if self.code.startswith(letters))

    @property
    def door(self) -> str:
        """By what it is asked: `run` (the recipe), `check` (a user's own set-up), `watch` (a training while it runs), `layer` or `audit` (data alone)."""
        from nohero.evidence.catalogue import door_of

        return door_of(self.needs)

    @property
    def needs(self) -> tuple[str, ...]:
        """The evidence it asks for, by class name."""
        return needed(self.judge)

    @property
    def text(self) -> str:
        """Its documentation: the docstring of its file."""
        return inspect.cleandoc(sys.modules[self.judge.__module__].__doc__ or "")

    def stamp(self, finding: Finding) -> Finding:
        """The finding with this check's names on it."""
        return replace(finding, code=self.code, name=self.name, stage=self.stage, source=finding.source or self.source)


def needed(function: Callable[..., Any]) -> tuple[str, ...]:
    """The class names in a function's annotations, in order."""
    return tuple(str(p.annotation).rsplit(".", 1)[-1].strip("'") for p in inspect.signature(function).parameters.values())


@cache
def all_checks() -> tuple[Check, ...]:
    """The recipe's checks: the folders of the stages, then other packages' by the entry point `nohero.checks`; by stage and code."""
    found = []
    for stage in STAGES:
        package = importlib.import_module(f"nohero.checks.{stage}")
        names = [module.name for module in pkgutil.iter_modules(package.__path__)]
        found += [importlib.import_module(f"{package.__name__}.{name}").CHECK for name in names]
    found += [point.load() for point in entry_points(group="nohero.checks")]
    return tuple(sorted(found, key=lambda check: (STAGES.index(check.stage), check.code)))


@cache
def setup_checks() -> tuple[Check, ...]:
    """The checks of a user's own set-up: the folders below `setup/`, then other packages' by `nohero.setup_checks`; causes first."""
    found = []
    for component in COMPONENTS:
        package = importlib.import_module(f"nohero.checks.setup.{component}")
        names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
        mine = [importlib.import_module(f"{package.__name__}.{name}").CHECK for name in names]
        found += sorted(mine, key=lambda check: check.code)
    found += [point.load() for point in entry_points(group="nohero.setup_checks")]
    return tuple(found)


@cache
def watch_checks() -> tuple[Check, ...]:
    """The checks of a training that is watched while it runs: the folder `watch/`, by code."""
    return _of_folder("watch")


@cache
def audit_checks() -> tuple[Check, ...]:
    """The checks of data alone: the folders below `audit/`, then other packages' by `nohero.audit_checks`."""
    found = []
    for family in FAMILIES:
        found += list(_of_folder(f"audit.{family}"))
    found += [point.load() for point in entry_points(group="nohero.audit_checks")]
    return tuple(found)


@cache
def layer_checks() -> tuple[Check, ...]:
    """The checks of one layer: the folder `layer/`, by code."""
    return _of_folder("layer")


def _of_folder(name: str) -> tuple[Check, ...]:
    package = importlib.import_module(f"nohero.checks.{name}")
    found = [importlib.import_module(f"{package.__name__}.{info.name}").CHECK for info in pkgutil.iter_modules(package.__path__)]
    return tuple(sorted(found, key=lambda check: check.code))


def every_check() -> tuple[Check, ...]:
    """All doors' checks, by stage and code."""
    return tuple(sorted((*all_checks(), *setup_checks(), *watch_checks(), *layer_checks(), *audit_checks()), key=lambda check: (STAGES.index(check.stage), check.code)))


def find_check(word: str) -> Check:
    """The check with this code or name."""
    for check in every_check():
        if word.casefold() in (check.code.casefold(), check.name):
            return check
    known = [c.code for c in every_check()] + [c.name for c in every_check()]
    raise UsageError(f"unknown check `{word}`", expected="a code such as SKE110 or a check's name", mend=did_you_mean(word, known) + " (`nohero list checks` shows all)")
