"""What the planting benches share: places, copies of a folder to plant in, and what is counted.

A defect is planted alone, the checks that should name it are asked before and after, and of what they say only what the unplanted set does
not have counts: real sets hold defects of their own. A check that names one of two copies is right whichever it names.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from nohero.checks.check import find_check
from nohero.checkup import examine_collection
from nohero.run.finding import Status
from nohero.sources.opening import open_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nohero.sources.collection import Collection

FLIPS = 0.03
LOUD = (Status.FAIL, Status.WARN, Status.UNSURE)
HEAD = "| set | defect | planted | recall | precision | verdict | before |\n|---|---|---|---|---|---|---|"


@dataclass(frozen=True, kw_only=True)
class Planted:
    """Names that should be said; for some, another name that is as good (the other of two copies). No names: the verdict is asked for."""

    collection: Any
    names: tuple[str, ...] = ()
    partners: dict[str, str] = field(default_factory=dict)
    fields: bool = False  # the names are fields or classes, told as places, not items


def some(n: int, share: float, seed: int) -> list[int]:
    """Places from 0 to n - 1, at least three."""
    return sorted(np.random.default_rng(seed).choice(n, max(3, int(share * n)), replace=False).tolist())


def copied(folder: Path, change: Callable[[Path], Any]) -> tuple[Collection, Any]:
    """A copy of the folder, changed and opened, and what `change` gave back."""
    kept = Path(tempfile.mkdtemp(prefix="planted-"))
    atexit.register(shutil.rmtree, kept, ignore_errors=True)
    target = kept / folder.name
    shutil.copytree(folder, target)
    answer = change(target)
    return open_source(str(target)), answer


def said(collection: Collection, checks: Iterable[str], *, fields: bool = False) -> tuple[set[str], list[str]]:
    """What these checks name, and their statuses."""
    findings = examine_collection(collection, checks=[find_check(name) for name in checks]).findings
    return {name for f in findings if f.items or f.status in LOUD for name in (f.where if fields else f.items)}, [str(f.status) for f in findings]


def row(name: str, defect: str, base: Collection, checks: tuple[str, ...], planted: Planted) -> str:
    """One line of the table."""
    before, was = said(base, checks, fields=planted.fields)
    after, now = said(planted.collection, checks, fields=planted.fields)
    if not planted.names:
        found = float(any(b != a and a in ("WARN", "FAIL", "UNSURE") for a, b in zip(now, was, strict=True)))
        return _line(name, defect, "the set", found, found, now, was)
    wanted = set(planted.names)
    right = wanted | set(planted.partners.values())
    new = after - (before - right)
    hit = {n for n in wanted if n in new or planted.partners.get(n, "") in new}
    named = {n for n in new if n in right}
    return _line(name, defect, f"{len(wanted):,}", len(hit) / len(wanted), len(named) / len(new) if new else 0.0, now, was)


def _line(name: str, defect: str, count: str, recall: float, precision: float, *statuses: list[str]) -> str:
    return f"| {name} | {defect} | {count} | {recall:.3f} | {precision:.3f} | {' | '.join(', '.join(s) for s in statuses)} |"


def told(name: str, base: Collection, defects: dict[str, tuple[tuple[str, ...], Callable[[], Planted]]]) -> None:
    """Every defect of a set, a line each as it is known."""
    for defect, (checks, plant) in defects.items():
        try:
            print(row(name, defect, base, checks, plant()), flush=True)
        except Exception as error:  # noqa: BLE001 (one defect that breaks the bench leaves the others)
            print(f"| {name} | {defect} | | | | {type(error).__name__}: {str(error).splitlines()[0]} | |", flush=True)


def flipped(collection: Collection, *, seed: int = 0) -> tuple[Collection, Any]:
    """The collection with some labels drawn anew from the others, and which."""
    rng = np.random.default_rng(seed)
    labels = collection.frame[collection.label].cast(str).to_numpy().astype(object)
    names = np.unique(labels.astype(str))
    wrong = rng.random(len(labels)) < FLIPS
    for i in np.flatnonzero(wrong):
        labels[i] = rng.choice([n for n in names if n != labels[i]])
    return collection.with_(frame=collection.frame.with_columns(pl.Series(collection.label, labels.tolist(), dtype=pl.String))), wrong


def ranking(name: str, collection: Collection) -> str:
    """How flipped labels are ranked: area under the ROC curve, the share of them in the lowest twentieth, and what it costs."""
    from sklearn.metrics import roc_auc_score

    from nohero.evidence.audit import label_doubts, profile

    planted, wrong = flipped(collection)
    label_doubts.LISTED = len(wrong)
    began = time.process_time()
    doubts = label_doubts.measure(planted, profile.measure(planted))
    seconds = time.process_time() - began
    given = np.zeros(len(wrong))
    given[list(doubts.order)] = doubts.given
    lowest = np.argsort(given)[: len(wrong) // 20]
    share = wrong[lowest].sum() / wrong.sum()
    return f"| {name} | {len(wrong):,} | {roc_auc_score(wrong, -given):.4f} | {share:.2f} | {seconds:.1f} | {doubts.noise:.1%} [{doubts.low:.1%}, {doubts.high:.1%}] |"


RANKED = "\n| set, 3 % of the labels flipped | items | AUROC | flips within the lowest 5 % | CPU s | noise as told |\n|---|---|---|---|---|---|"
