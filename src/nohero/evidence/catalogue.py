"""Which measurements there are: found by walking this folder, `setup/` and `audit/`, named by the class that each returns."""

from __future__ import annotations

import importlib.util
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import nohero.evidence
import nohero.evidence.audit
import nohero.evidence.setup

SUPPLIES = ("Problem", "Runs", "Allowance")  # what the recipe's engine hands in beside other evidence
SETUP = "Setup"  # what a check of the user's own set-up hands in
WATCH = "Watch"  # what a watched training hands in
LAYER = "Layer"  # what `check_layer` hands in
COLLECTION = "Collection"  # what an audit hands in: the data alone
GIVEN = (*SUPPLIES, SETUP, WATCH, LAYER, COLLECTION)


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One file of this folder."""

    name: str  # the evidence's class name
    kind: type
    measure: Callable[..., Any]
    price: float  # seconds on small data
    always: bool  # measured whatever the time left: it cuts its own work short
    needs: tuple[str, ...]  # evidence and supplies, by class name, in the order of the parameters
    steps: int  # on a user's set-up: about so many forward and backward passes besides the price
    text: str  # what it measures: the file's docstring


@cache
def measurements() -> dict[str, Measurement]:
    """Every measurement by the name of its evidence."""
    return _walked(nohero.evidence) | _walked(nohero.evidence.setup) | _walked(nohero.evidence.audit)


@cache
def measurement_of(name: str) -> Measurement:
    """One measurement; nothing but its file is imported where that is named for what it gives, as nearly all are."""
    file = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).strip("_")
    for package in (nohero.evidence.setup, nohero.evidence.audit, nohero.evidence):
        if importlib.util.find_spec(f"{package.__name__}.{file}") is not None:
            found = _measurement(importlib.import_module(f"{package.__name__}.{file}"))
            if found is not None and found.name == name:
                return found
    return _walked(nohero.evidence.setup).get(name) or _walked(nohero.evidence.audit).get(name) or measurements()[name]


@cache
def _walked(package: ModuleType) -> dict[str, Measurement]:
    modules = [importlib.import_module(f"{package.__name__}.{info.name}") for info in pkgutil.iter_modules(package.__path__)]
    return {found.name: found for found in map(_measurement, modules) if found is not None}


def _measurement(module: ModuleType) -> Measurement | None:
    if (measure := getattr(module, "measure", None)) is None:
        return None
    signature = inspect.signature(measure)
    name = str(signature.return_annotation)
    return Measurement(
        name=name, kind=getattr(module, name), measure=measure, price=module.PRICE, always=getattr(module, "ALWAYS", False),
        needs=tuple(str(p.annotation) for p in signature.parameters.values()), steps=getattr(module, "STEPS", 0), text=inspect.getdoc(module) or "",
    )  # fmt: skip


def chain(names: tuple[str, ...]) -> tuple[str, ...]:
    """`names` and all they rest on, each after what it needs."""
    from graphlib import TopologicalSorter

    graph: dict[str, tuple[str, ...]] = {}  # in an order of its own, so that every process walks alike
    waiting = [n for n in names if n not in GIVEN]
    while waiting:
        name = waiting.pop()
        if name not in graph:
            graph[name] = tuple(n for n in measurement_of(name).needs if n not in GIVEN)
            waiting += list(graph[name])
    return tuple(TopologicalSorter(dict(sorted(graph.items()))).static_order())


def door_of(names: tuple[str, ...]) -> str:
    """What this evidence rests on: `check`, a user's set-up; `watch`, a training under way; `layer`, one layer; `audit`, the data alone; or `run`, a problem of the recipe."""
    needed = {need for link in chain(names) for need in measurement_of(link).needs}
    if COLLECTION in needed:
        return "audit"
    return "check" if SETUP in needed else "watch" if WATCH in needed else "layer" if LAYER in needed else "run"
