"""List what there is: checks, runs, tasks, data or stages.

  nohero list checks
  nohero list runs --out runs
  nohero list checks --format json

Runs are those in --out.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nohero.report.untrusted import line
from nohero.verbs.run import RUNS, Out
from nohero.verbs.speak import one_of, say

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

What = Annotated[str, typer.Argument(metavar="WHAT", help="checks, runs, tasks, data or stages")]
Format = Annotated[str, typer.Option("--format", metavar="F", help="text or json")]


def list_(what: What, out: Out = RUNS, format_: Format = "text") -> None:
    """One line a thing."""
    rows = LISTS[one_of(what, tuple(LISTS), "list")](out)
    if one_of(format_, ("text", "json"), "format") == "json":
        say(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if not rows:
        say(f"no {what} yet")
        return
    columns = list(rows[0])
    widths = {column: max(len(row[column]) for row in rows) for column in columns[:-1]}
    for row in rows:
        say("  ".join([*(f"{row[column]:<{widths[column]}}" for column in columns[:-1]), row[columns[-1]]]).rstrip())


def checks(_out: Path) -> list[dict[str, str]]:
    """Every check with the first line of its text."""
    from nohero.checks.check import every_check

    return [{"code": c.code, "name": c.name, "stage": c.stage, "for": c.door, "about": first_sentence(c.text)} for c in every_check()]


def runs(out: Path) -> list[dict[str, str]]:
    """Every run with its state and its headline."""
    from nohero.report.numbers import duration
    from nohero.report.words import state_of_run, verdict
    from nohero.run.directory import list_runs
    from nohero.stored import record_of

    records = [record_of(directory) for directory in list_runs(out)]
    return [
        {"name": line(r.name), "task": r.task, "state": state_of_run(r), "took": duration(r.seconds), "headline": line(verdict(r))}
        for r in records
    ]


def tasks(_out: Path) -> list[dict[str, str]]:
    """The tasks, and how each is scored."""
    return [
        {"name": "binary", "target": "two labels or two numbers", "score": "accuracy, or AUROC where one class is rare"},
        {"name": "multiclass", "target": "several labels, or whole numbers from 0 or 1 on", "score": "accuracy"},
        {"name": "regression", "target": "a number", "score": "R2, with errors in the target's own unit"},
    ]


def data(_out: Path) -> list[dict[str, str]]:
    """The built-in sets and the kinds of files that are read."""
    from nohero.data.builtin import BUILTIN, PREFIX

    built_in = [{"source": f"{PREFIX}{name}", "about": "real data that ships with scikit-learn"} for name in BUILTIN]
    return [
        *built_in,
        {"source": "FILE.csv, .tsv", "about": "text with a header line or without; any usual separator"},
        {"source": "FILE.parquet", "about": "columns of numbers, text, dates and truth values"},
        {"source": "FOLDER/CLASS/*.jpg", "about": "pictures in class folders, with or without train, val and test above them"},
        {"source": "project.py", "about": "your own factories for model, loss, data and optimizer"},
    ]


def stages(_out: Path) -> list[dict[str, str]]:
    """The seven stages, each with its question."""
    from nohero.recipe import RECIPE

    return [{"name": stage.name, "question": stage.question} for stage in RECIPE]


def first_sentence(text: str) -> str:
    """The first paragraph of a check's text on one line."""
    return " ".join(text.partition("\n\n")[0].split()).removeprefix("What it asks: ").strip()


LISTS: dict[str, Callable[[Path], list[dict[str, Any]]]] = {"checks": checks, "runs": runs, "tasks": tasks, "data": data, "stages": stages}
