"""Which measurements there are: found by walking this folder, `setup/` and `audit/`, named by the class that each returns."""

from __future__ import annotations

import importlib
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


def measurement_of(name: str) -> Measurement:
    """One measurement; for those of the second door the recipe's and the audit's, which need tables and searches, are not imported."""
    return _walked(nohero.evidence.setup).get(name) or _walked(nohero.evidence.audit).get(name) or measurements()[name]


@cache
def _walked(package: ModuleType) -> dict[str, Measurement]:
    found = {}
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        if (measure := getattr(module, "measure", None)) is None:
            continue
        signature = inspect.signature(measure)
        name = str(signature.return_annotation)
        needs = tuple(str(p.annotation) for p in signature.parameters.values())
        kind = getattr(module, name)
        found[name] = Measurement(
            name=name, kind=kind, measure=measure, price=module.PRICE, always=getattr(module, "ALWAYS", False),
            needs=needs, steps=getattr(module, "STEPS", 0), text=inspect.getdoc(module) or "",
        )  # fmt: skip
    return found


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
