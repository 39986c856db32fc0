"""The numbers behind a drawn figure, as rows: exact values should be read, not guessed from a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.report.decimate import envelope, pick
from nohero.report.draw_sheets import ROWS, rows_of
from nohero.run.figure import Bars

if TYPE_CHECKING:
    from nohero.report.draw_sheets import Cell
    from nohero.run.figure import Lines, Series

DIGITS = 6  # more than a picture can show, fewer than a float has
SIDE_BY_SIDE = 6  # curves over the same x, one column each


def data_table(figure: Lines | Bars) -> str:
    """The figure's numbers, at most so many rows, folded away."""
    table = _of_bars(figure) if isinstance(figure, Bars) else _of_lines(figure)
    return f'<details class="data"><summary>Numbers</summary>{table}</details>'


def _of_bars(figure: Bars) -> str:
    columns = ["", figure.value_label or "value"]
    spans = any(bar.low is not None or bar.high is not None for bar in figure.bars)
    notes = any(bar.note for bar in figure.bars)
    columns += (["from", "to"] if spans else []) + (["note"] if notes else [])
    rows: list[list[Cell]] = [
        [bar.label, bar.value, *([bar.low, bar.high] if spans else []), *([bar.note] if notes else [])] for bar in figure.bars
    ]
    return rows_of(columns, rows, digits=DIGITS) + _levels(figure)


def _of_lines(figure: Lines) -> str:
    series = figure.series
    if series and len(series) <= SIDE_BY_SIDE and all(s.x == series[0].x for s in series):
        return _side_by_side(figure) + _levels(figure)
    rows: list[list[Cell]] = []
    bands = any(s.low and s.high for s in series)
    for curve in series:
        rows += [[curve.name, *values] for values in _points(curve, bands=bands, most=max(2, ROWS // len(series)))]
    columns = ["curve", figure.x_label, figure.y_label, *(["from", "to"] if bands else [])]
    return rows_of(columns, rows, digits=DIGITS) + _levels(figure)


def _points(curve: Series, *, bands: bool, most: int) -> list[list[Cell]]:
    """The curve's values with its extremes, thinned to about `most`."""
    size = min(len(curve.x), len(curve.y))
    kept = envelope(curve.y[:size], stretches=max(1, most // 4)) if size > most else list(range(size))
    low, high = _filled(curve.low, size), _filled(curve.high, size)
    return [[curve.x[i], curve.y[i], *([low[i], high[i]] if bands else [])] for i in kept]


def _side_by_side(figure: Lines) -> str:
    columns = [figure.x_label]
    values: list[list[Cell]] = [list(figure.series[0].x)]
    for curve in figure.series:
        name = curve.name or figure.y_label
        columns.append(name)
        values.append(_filled(curve.y, len(curve.x)))
        if curve.low and curve.high:
            columns += [f"{name}, from", f"{name}, to"]
            values += [_filled(curve.low, len(curve.x)), _filled(curve.high, len(curve.x))]
    rows = list(zip(*values, strict=True))
    if len(figure.series) == 1 and len(rows) > ROWS:
        rows = pick(rows, envelope(figure.series[0].y, stretches=ROWS // 4))
    return rows_of(columns, rows, digits=DIGITS)


def _filled(values: tuple[float, ...], size: int) -> list[Cell]:
    return [*values[:size], *[None] * (size - len(values))]


def _levels(figure: Lines | Bars) -> str:
    rows: list[list[Cell]] = [[rule.label, rule.value] for rule in figure.rules]
    return rows_of(["compared with", "value"], rows, digits=DIGITS) if rows else ""
