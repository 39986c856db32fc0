"""Run the checks on every planted fault and every odd but sound twin, and print the matrix.

  nohero prove
  nohero prove DAT110 SKE120
  nohero prove --door check
  nohero prove --format md -o matrix.md

A row is a toy, healthy or with one change planted; its evidence is measured once and judged by all checks. Exit code: 0, or
1 where a check misses its own fault or cries where nothing is wrong, or 3 where one broke.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nohero.report.untrusted import line
from nohero.run.errors import UsageError
from nohero.stored import BROKE, GATE_CLOSED
from nohero.verbs.speak import manner, one_of, put, tell

if TYPE_CHECKING:
    from nohero.testing.prove import Matrix

DOORS = ("run", "check")

Codes = Annotated[list[str] | None, typer.Argument(metavar="[CODE|NAME]...", help="these checks alone")]
Workers = Annotated[int | None, typer.Option("--workers", metavar="N", help="processes; one a core if left out")]
Format = Annotated[str, typer.Option("--format", metavar="F", help="text or md")]
Door = Annotated[str, typer.Option("--door", metavar="D", help="run: the recipe's checks; check: those of a user's own set-up")]
Output = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="write there instead of to stdout")]


def prove(*, codes: Codes = None, door: Door = "run", workers: Workers = None, format_: Format = "text", output: Output = None) -> None:
    """Measure, judge, print."""
    from nohero.checks.check import find_check
    from nohero.testing import prove as recipes
    from nohero.testing import prove_setup as setups

    one_of(format_, ("text", "md"), "format")
    chosen = tuple(find_check(word) for word in codes or ())
    doors = {check.door for check in chosen} or {one_of(door, DOORS, "door")}
    if len(doors) > 1 or not doors <= set(DOORS):
        raise UsageError(f"the checks named are asked by {' and '.join(sorted(doors))}", expected="checks of one door: run or check", mend="nohero list checks shows which is asked by what")
    matrix = recipes.matrix if doors == {"run"} else setups.matrix
    made = matrix(chosen or None, workers=workers, told=_row)
    put(made.markdown() if format_ == "md" else made.text(manner()["width"]), output)
    for title, code, message in (*made.false_alarms, *made.broken):
        tell(f"{code} on {line(title)}: {line(message)}")
    raise typer.Exit(_code(made))


def _row(done: int, of: int, cells: Any) -> None:
    tell(f"{done}/{of}  {line(cells.row.title)}  {cells.seconds:.1f} s")


def _code(made: Matrix) -> int:
    return GATE_CLOSED if made.missed or made.false_alarms else BROKE if made.broken else 0
