"""Which measurements there are: found by walking this folder, named by the class that each returns."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import nohero.evidence

SUPPLIES = ("Problem", "Runs", "Allowance")  # what the engine hands in beside other evidence


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One file of this folder."""

    name: str  # the evidence's class name
    kind: type
    measure: Callable[..., Any]
    price: float  # seconds on small data
    always: bool  # measured whatever the time left: it cuts its own work short
    needs: tuple[str, ...]  # evidence and supplies, by class name, in the order of the parameters
    text: str  # what it measures: the file's docstring


@cache
def measurements() -> dict[str, Measurement]:
    """Every measurement by the name of its evidence."""
    found = {}
    for info in pkgutil.iter_modules(nohero.evidence.__path__):
        module = importlib.import_module(f"nohero.evidence.{info.name}")
        if (measure := getattr(module, "measure", None)) is None:
            continue
        signature = inspect.signature(measure)
        name = str(signature.return_annotation)
        needs = tuple(str(p.annotation) for p in signature.parameters.values())
        kind = getattr(module, name)
        found[name] = Measurement(name=name, kind=kind, measure=measure, price=module.PRICE, always=getattr(module, "ALWAYS", False), needs=needs, text=inspect.getdoc(module) or "")
    return found


def chain(names: tuple[str, ...]) -> tuple[str, ...]:
    """`names` and all they rest on, each after what it needs."""
    from graphlib import TopologicalSorter

    graph: dict[str, set[str]] = {}
    waiting = [n for n in names if n not in SUPPLIES]
    while waiting:
        name = waiting.pop()
        if name not in graph:
            graph[name] = {n for n in measurements()[name].needs if n not in SUPPLIES}
            waiting += graph[name]
    return tuple(TopologicalSorter(dict(sorted(graph.items()))).static_order())
