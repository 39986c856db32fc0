"""A figure as HTML: its title, a sentence that says what it shows, the picture, and the numbers behind it.

Curves and bars are one image to a screen reader: `role="img"` hides what is inside, so the table of numbers stands beside that
element, not in it. Pictures, tables and text speak for themselves and keep their structure.
"""

from __future__ import annotations

from nohero.report.data_table import data_table
from nohero.report.draw_bars import draw_bars
from nohero.report.draw_lines import draw_lines
from nohero.report.draw_sheets import draw_images, draw_table, draw_text
from nohero.report.sentences import sentence
from nohero.report.untrusted import html_line, html_prose
from nohero.run.figure import Bars, Images, Lines, Table, Text


def draw(figure: Lines | Bars | Images | Table | Text, ident: str) -> str:
    """One figure; `ident` must differ between the figures of a page."""
    if isinstance(figure, Lines):
        return _drawn(figure, draw_lines(figure), "lines")
    if isinstance(figure, Bars):
        return _drawn(figure, draw_bars(figure, ident), "bars")
    if isinstance(figure, Images):
        return _set(figure, draw_images(figure), "images")
    if isinstance(figure, Table):
        return _set(figure, draw_table(figure), "table")
    return _set(figure, draw_text(figure), "text")


def _drawn(figure: Lines | Bars, picture: str, kind: str) -> str:
    spoken = html_line(". ".join(part for part in (figure.title.rstrip("."), sentence(figure)) if part))
    head = f'<figure role="img" aria-label="{spoken}">{_caption(figure)}{picture}</figure>'
    return f'<div class="figure {kind}">{head}{data_table(figure)}</div>'


def _set(figure: Images | Table | Text, body: str, kind: str) -> str:
    return f'<div class="figure {kind}"><figure>{_caption(figure)}{body}</figure></div>'


def _caption(figure: Lines | Bars | Images | Table | Text) -> str:
    title = f"<strong>{html_prose(figure.title)}</strong> " if figure.title else ""
    return f"<figcaption>{title}<span>{html_prose(sentence(figure))}</span></figcaption>"
