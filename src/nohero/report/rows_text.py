"""A few rows of a table for the terminal: as many columns as there is room for, and a word on the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.report.lettering import cells, shorten
from nohero.report.manner import Manner
from nohero.report.numbers import count

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 400  # letters of a cell that are looked at
WIDEST = 40  # columns of the terminal for one cell, while others want to stand beside it
GAP = "  "


def rows_text(columns: Sequence[str], rows: Sequence[Sequence[str]], *, color: bool = False, width: int = 80, verbose: bool = False, ascii_only: bool = False) -> str:
    """The rows under their heads; columns come in the order of their importance."""
    manner = Manner(color=color, width=width, verbose=verbose, ascii_only=ascii_only)
    said = [[manner.say(cell[:LONGEST]) for cell in row] for row in (columns, *rows)]
    widest = manner.room if verbose else WIDEST
    widths = [min(widest, max(1, *(cells(row[i]) for row in said))) for i in range(len(columns))]
    shown = _fitting(widths, manner.room)
    lines = [GAP.join(_set(row[i], widths[i], manner) for i in range(shown)).rstrip() for row in said]
    left = len(columns) - shown
    lines[0] = manner.paint(lines[0], "quiet")
    return "\n".join([*lines, *([manner.say(f"and {count(left, 'more field')}: -o rows.csv writes all")] if left else [])]) + "\n"


def _fitting(widths: list[int], room: int) -> int:
    """How many of the first columns stand side by side; the last of them may be cut short."""
    used = 0
    for i, width in enumerate(widths):
        used += width + (len(GAP) if i else 0)
        if used > room:
            if i == 0:
                widths[0] = room
                return 1
            spare = room - (used - width)
            if spare < 8:  # too little to say anything
                return i
            widths[i] = spare
            return i + 1
    return len(widths)


def _set(text: str, width: int, manner: Manner) -> str:
    if cells(text) > width:
        text = manner.say(shorten(text, width - (2 if manner.ascii_only else 0)))  # the ellipsis is three points there
    return text + " " * max(0, width - cells(text))
