"""How curves are told apart: colour, dash and the shape of their points, so that none of the three carries the meaning alone."""

from __future__ import annotations

# A curve's colour is the CSS class c0 … c7: Okabe and Ito's palette, set in figure.css for light and dark paper.
COLOURS = 8
DASHES = ("", "7 4", "2 3", "9 3 2 3", "14 4", "4 2 1 2 1 2")
DASHED = "6 4"
MARKS = (
    "M-3.2 0a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0 -6.4 0z",  # disc
    "M-3 -3h6v6h-6z",  # square
    "M0 -4l3.8 6.6h-7.6z",  # triangle
    "M0 -4.2l4.2 4.2l-4.2 4.2l-4.2 -4.2z",  # diamond
    "M0 4l3.8 -6.6h-7.6z",  # triangle on its tip
    "M-1.3 -4h2.6v2.7h2.7v2.6h-2.7v2.7h-2.6v-2.7h-2.7v-2.6h2.7z",  # plus
    "M-4 -1.8h8v3.6h-8z",  # bar
)


def colour(index: int) -> str:
    """The class that gives curve `index` its colour."""
    return f"c{index % COLOURS}"


def dash(index: int, *, dashed: bool, some_dashed: bool) -> str:
    """The dash pattern of curve `index`: where the figure itself says which are dashed, the others are solid."""
    if dashed:
        return DASHED
    return "" if some_dashed else DASHES[index % len(DASHES)]


def mark(index: int, x: float, y: float) -> str:
    """One point of curve `index`."""
    return f'<path class="mark {colour(index)}" transform="translate({x:.1f} {y:.1f})" d="{MARKS[index % len(MARKS)]}"/>'


def swatch(index: int, pattern: str, *, line: bool, marked: bool) -> str:
    """The curve's sample in the legend."""
    stroke = f' stroke-dasharray="{pattern}"' if pattern else ""
    path = f'<path class="curve {colour(index)}" d="M1 6H29"{stroke}/>' if line else ""
    point = mark(index, 15, 6) if marked else ""
    return f'<svg class="swatch" viewBox="0 0 30 12" aria-hidden="true" focusable="false">{path}{point}</svg>'
