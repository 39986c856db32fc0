"""Curves and scatters as SVG: gaps where values are not finite, bands, levels to compare with, a legend by colour, dash and shape."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from nohero.report import marks
from nohero.report.axes import Axis, make_axis
from nohero.report.decimate import envelope, pick, spread
from nohero.report.lettering import pixels, shorten
from nohero.report.numbers import number
from nohero.report.untrusted import html_line, line

if TYPE_CHECKING:
    from nohero.run.figure import Lines, Series

WIDTH, HEIGHT = 390, 236  # narrow on purpose: its letters of 12 pixels are still 11 on a phone
LETTER = 12
TOP, BOTTOM, RIGHT = 26, 42, 14
CURVES = 24  # drawn; further ones are in the table only
POINTS = 1500  # marks of a scatter in all
FEW = 30  # so many points each get a mark
MARKS_A_CURVE = 6
LINE_HEIGHT = 14


@dataclass(frozen=True, kw_only=True)
class _Paper:
    x: Axis
    y: Axis


def _width(text: str) -> float:
    return pixels(text, LETTER)


def draw_lines(figure: Lines) -> str:
    """The picture and its legend; a word instead of them when there is nothing to draw."""
    series = figure.series[:CURVES]
    paper = _paper(figure, series)
    if not any(_places(paper, curve, range(len(curve.y))) for curve in series):
        return '<p class="empty">No finite value to draw.</p>'
    patterns = [marks.dash(i, dashed=s.dashed, some_dashed=any(t.dashed for t in series)) for i, s in enumerate(series)]
    bands = "".join(_band(paper, i, s) for i, s in enumerate(series))
    drawn = "".join(
        _scatter(paper, i, s, POINTS // len(series)) if figure.points else _curve(paper, i, s, patterns[i], alone=len(series) == 1)
        for i, s in enumerate(series)
    )
    svg = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true" focusable="false">{_grid(paper, figure)}{bands}{drawn}{_rules(paper, figure)}</svg>'
    return svg + _legend(figure, patterns) + _left_out(figure, paper)


def _paper(figure: Lines, series: tuple[Series, ...]) -> _Paper:
    ys = list(chain(*(chain(s.y, s.low, s.high) for s in series), (r.value for r in figure.rules)))
    y = make_axis(ys, start=HEIGHT - BOTTOM, end=TOP, log=figure.log_y)
    left = 10 + max((_width(text) for _, text in y.ticks), default=0)
    x = make_axis(chain(*(s.x for s in series)), start=left, end=WIDTH - RIGHT, log=figure.log_x, margin=0.04 if figure.points else 0.015)
    return _Paper(x=x, y=y)


def _grid(paper: _Paper, figure: Lines) -> str:
    left, right, floor = paper.x.start, paper.x.end, paper.y.start
    parts = [f'<path class="axis" d="M{left:.1f} {floor:.1f}H{right:.1f}"/>']
    for value, text in paper.y.ticks:
        y = paper.y.at(value)
        parts.append(
            f'<path class="grid" d="M{left:.1f} {y:.1f}H{right:.1f}"/><text x="{left - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{text}</text>'
        )
    taken = -1e9
    for value, text in paper.x.ticks:
        x, half = paper.x.at(value), _width(text) / 2
        parts.append(f'<path class="axis" d="M{x:.1f} {floor:.1f}v4"/>')
        if x - half > taken + 4:
            centre = min(x, WIDTH - half)  # the last number must not leave the paper
            parts.append(f'<text x="{centre:.1f}" y="{floor + 17:.1f}" text-anchor="middle">{text}</text>')
            taken = centre + half
    width = WIDTH - 8
    y_label = shorten(line(figure.y_label) + (" (log scale)" if figure.log_y else ""), width, _width)
    x_label = shorten(line(figure.x_label) + (" (log scale)" if figure.log_x else ""), width, _width)
    parts.append(f'<text class="label" x="2" y="13">{html_line(y_label)}</text>')
    parts.append(f'<text class="label" x="{right:.1f}" y="{HEIGHT - 6}" text-anchor="end">{html_line(x_label)}</text>')
    return "".join(parts)


def _places(paper: _Paper, series: Series, indices: range | list[int]) -> list[tuple[float, float]]:
    found = []
    for x, y in zip(pick(series.x, indices), pick(series.y, indices), strict=False):
        if paper.x.shows(x) and paper.y.shows(y):
            found.append((paper.x.at(x), paper.y.at(y)))
    return found


def _runs(paper: _Paper, series: Series) -> list[list[tuple[float, float]]]:
    """The curve in pieces, cut where a value cannot be shown."""
    runs: list[list[tuple[float, float]]] = [[]]
    for i in envelope(series.y[: len(series.x)]):
        if paper.x.shows(series.x[i]) and paper.y.shows(series.y[i]):
            runs[-1].append((paper.x.at(series.x[i]), paper.y.at(series.y[i])))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _curve(paper: _Paper, index: int, series: Series, pattern: str, *, alone: bool) -> str:
    runs = _runs(paper, series)
    dash = f' stroke-dasharray="{pattern}"' if pattern else ""
    path = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in run) for run in runs if len(run) > 1)
    drawn = f'<path class="curve {marks.colour(index)}" d="{path}"{dash}/>' if path else ""
    places = [place for run in runs for place in run]
    if len(places) <= FEW:
        shown = places
    elif alone:
        shown = []
    else:  # a few marks each, shifted so that those of neighbouring curves do not cover each other
        step = len(places) / MARKS_A_CURVE
        shown = [places[int(step * (k + (index % 5 + 1) / 6))] for k in range(MARKS_A_CURVE)]
    shown += [run[0] for run in runs if len(run) == 1 and run[0] not in shown]
    return drawn + "".join(marks.mark(index, x, y) for x, y in shown)


def _scatter(paper: _Paper, index: int, series: Series, most: int) -> str:
    places = _places(paper, series, spread(min(len(series.x), len(series.y)), max(1, most)))
    return f'<g class="scatter">{"".join(marks.mark(index, x, y) for x, y in places)}</g>'


def _band(paper: _Paper, index: int, series: Series) -> str:
    size = min(len(series.x), len(series.low), len(series.high))
    kept = sorted({*envelope(series.low[:size]), *envelope(series.high[:size])})
    runs: list[list[int]] = [[]]
    for i in kept:
        if paper.x.shows(series.x[i]) and paper.y.shows(series.low[i]) and paper.y.shows(series.high[i]):
            runs[-1].append(i)
        elif runs[-1]:
            runs.append([])
    path = ""
    for run in runs:
        edge = [(series.x[i], series.high[i]) for i in run] + [(series.x[i], series.low[i]) for i in reversed(run)]
        if len(run) > 1:
            path += "M" + "L".join(f"{paper.x.at(x):.1f} {paper.y.at(y):.1f}" for x, y in edge) + "z"
    return f'<path class="band {marks.colour(index)}" d="{path}"/>' if path else ""


def _rules(paper: _Paper, figure: Lines) -> str:
    shown = sorted(((paper.y.at(r.value), r) for r in figure.rules if paper.y.shows(r.value)), key=lambda pair: pair[0])
    parts = [f'<path class="rule" d="M{paper.x.start:.1f} {y:.1f}H{paper.x.end:.1f}"/>' for y, _ in shown]
    drawn = (
        [place for series in figure.series[:CURVES] for place in _places(paper, series, envelope(series.y[: len(series.x)]))]
        if shown
        else []
    )
    lowest = TOP - LINE_HEIGHT / 2
    for y, rule in shown:  # from the top down, each label below the last
        place = max(y - 4, lowest + LINE_HEIGHT)
        lowest = place
        width = (paper.x.end - paper.x.start) * 0.9
        text = shorten(f"{line(rule.label)} {number(rule.value, digits=3)}", width, _width)
        near = [x for x, other in drawn if place - LETTER < other < place + 4]
        right = sum(x > paper.x.end - _width(text) - 6 for x in near)
        left = sum(x < paper.x.start + _width(text) + 6 for x in near)
        x, anchor = (paper.x.end - 2, "end") if right <= left else (paper.x.start + 3, "start")
        parts.append(f'<text class="on-paper" x="{x:.1f}" y="{place:.1f}" text-anchor="{anchor}">{html_line(text)}</text>')
    return "".join(parts)


def _legend(figure: Lines, patterns: list[str]) -> str:
    series = figure.series[:CURVES]
    if len(series) == 1 and (not series[0].name or series[0].name == figure.y_label):
        return ""
    marked = [len(s.y) <= FEW or len(series) > 1 or figure.points for s in series]
    entries = (
        f"<li>{marks.swatch(i, patterns[i], line=not figure.points, marked=marked[i])} {html_line(s.name)}</li>"
        for i, s in enumerate(series)
    )
    return f'<ul class="legend">{"".join(entries)}</ul>'


def _left_out(figure: Lines, paper: _Paper) -> str:
    notes = []
    series = figure.series[:CURVES]
    if len(figure.series) > CURVES:
        notes.append(f"The first {CURVES} of {len(figure.series)} curves are drawn.")
    hidden = sum(not (paper.x.shows(x) and paper.y.shows(y)) for s in series for x, y in zip(s.x, s.y, strict=False))
    if hidden:
        why = "not finite, or not above 0 on a log scale" if figure.log_y or figure.log_x else "not finite"
        notes.append(f"Left out: {hidden:,} {'value' if hidden == 1 else 'values'} ({why}).")
    most = POINTS // len(series)
    if figure.points and any(len(s.x) > most for s in series):
        notes.append(f"At most {most:,} points of each group are drawn.")
    return f'<p class="fine">{" ".join(notes)}</p>' if notes else ""
