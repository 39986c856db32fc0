"""Figures that are not drawn but set: pictures side by side, tables, text as it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.report.decimate import pick, spread
from nohero.report.numbers import PLAIN_DIGITS, count, number
from nohero.report.untrusted import html_block, html_line, png_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.run.figure import Image, Images, Table, Text

ROWS = 200
LINES = 200
LETTERS = 2000  # of one line or cell
COLUMNS = (1, 24)
TONES = {"good": "✓", "bad": "✗"}

Cell = str | float | int | None


def draw_images(figure: Images) -> str:
    """A sheet of pictures that wraps to the width there is."""
    shown = [(image, source) for image in figure.images if (source := png_source(image.png)) is not None]
    lost = len(figure.images) - len(shown)
    note = f'<p class="fine">{count(lost, "picture")} left out: not a PNG.</p>' if lost else ""
    if not shown:
        return f'<p class="empty">No picture to show.</p>{note}'
    columns = min(max(figure.columns, COLUMNS[0]), COLUMNS[1])
    items = "".join(_image(image, source, i) for i, (image, source) in enumerate(shown, start=1))
    return f'<ul class="sheet" style="--columns:{columns}">{items}</ul>{note}'


def _image(image: Image, source: str, place: int) -> str:
    sign = TONES.get(image.tone, "")
    tone = image.tone if sign else "plain"
    caption = html_line(image.caption)
    mark = f'<b class="sign">{sign}</b> ' if sign else ""
    under = f"<span>{mark}{caption}</span>" if caption or sign else ""
    spoken = html_line(f"{image.tone}: {image.caption}" if sign else image.caption) or f"picture {place}"
    return f'<li class="{tone}"><img src="{source}" alt="{spoken}">{under}</li>'


def draw_table(figure: Table) -> str:
    """The rows, at most so many, evenly spread."""
    return rows_of(figure.columns, figure.rows)


def draw_text(figure: Text) -> str:
    """The lines in a fixed width."""
    kept = "\n".join(html_block(_cut(text)) for text in figure.lines[:LINES])
    more = len(figure.lines) - LINES
    note = f'<p class="fine">And {count(more, "more line")}.</p>' if more > 0 else ""
    return f'<pre tabindex="0">{kept}</pre>{note}' if figure.lines else '<p class="empty">No text to show.</p>'


def rows_of(columns: Sequence[str], rows: Sequence[Sequence[Cell]], *, digits: int = PLAIN_DIGITS, most: int = ROWS) -> str:
    """An HTML table in a box that scrolls sideways; columns of numbers are set to the right."""
    if not rows:
        return '<p class="empty">No rows.</p>'
    width = max(len(columns), *(len(row) for row in rows))
    heads = [*columns, *[""] * (width - len(columns))]
    numeric = [all(isinstance(row[i], int | float) or row[i] is None for row in rows if i < len(row)) for i in range(width)]
    marks = [' class="num"' if n else "" for n in numeric]
    head = "".join(f'<th scope="col"{mark}>{html_line(name)}</th>' for mark, name in zip(marks, heads, strict=True))
    kept = pick(rows, spread(len(rows), most))
    body = "".join(
        f"<tr>{''.join(f'<td{mark}>{_cell(value, digits)}</td>' for mark, value in zip(marks, row, strict=False))}</tr>" for row in kept
    )
    note = f'<p class="fine">{len(kept):,} of {len(rows):,} rows, evenly spread.</p>' if len(kept) < len(rows) else ""
    return f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{note}'


def _cell(value: Cell, digits: int) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number(value, digits=digits) if isinstance(value, int | float) else html_line(_cut(value))


def _cut(text: str) -> str:
    return text if len(text) <= LETTERS else text[:LETTERS] + " …"
