"""Run the checks on every planted fault and every odd but sound twin, and print the matrix.

  nohero prove
  nohero prove DAT110 SKE120
  nohero prove --format md -o matrix.md

A row is a toy, healthy or with one change planted; its evidence is measured once and judged by all checks. Exit code: 0, or
1 where a check misses its own fault or cries where nothing is wrong, or 3 where one broke.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nohero.report.untrusted import line
from nohero.stored import BROKE, GATE_CLOSED
from nohero.verbs.speak import manner, one_of, put, tell

if TYPE_CHECKING:
    from nohero.testing.prove import Matrix

Codes = Annotated[list[str] | None, typer.Argument(metavar="[CODE|NAME]...", help="these checks alone")]
Workers = Annotated[int | None, typer.Option("--workers", metavar="N", help="processes; one a core if left out")]
Format = Annotated[str, typer.Option("--format", metavar="F", help="text or md")]
Output = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="write there instead of to stdout")]


def prove(*, codes: Codes = None, workers: Workers = None, format_: Format = "text", output: Output = None) -> None:
    """Measure, judge, print."""
    from nohero.checks.check import find_check
    from nohero.testing.prove import matrix

    one_of(format_, ("text", "md"), "format")
    chosen = tuple(find_check(word) for word in codes or ())
    made = matrix(chosen or None, workers=workers, told=_row)
    put(made.markdown() if format_ == "md" else made.text(manner()["width"]), output)
    for title, code, message in (*made.false_alarms, *made.broken):
        tell(f"{code} on {line(title)}: {line(message)}")
    raise typer.Exit(_code(made))


def _row(done: int, of: int, cells: Any) -> None:
    tell(f"{done}/{of}  {line(cells.row.title)}  {cells.seconds:.1f} s")


def _code(made: Matrix) -> int:
    return GATE_CLOSED if made.missed or made.false_alarms else BROKE if made.broken else 0
