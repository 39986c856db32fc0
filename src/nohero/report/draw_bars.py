"""Lying bars as SVG: ladders with intervals, counts, histograms; a role is shown by filling, sign and weight, not by colour alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from nohero.report.axes import Axis, has_place, make_axis
from nohero.report.lettering import pixels, shorten, wrap
from nohero.report.numbers import number, with_interval
from nohero.report.untrusted import anchor, html_line, line

if TYPE_CHECKING:
    from nohero.run.figure import Bar, Bars, Rule

WIDTH = 390  # as the curves: narrow, so that letters stay readable on a phone
LETTER, SMALL = 12, 11
LINE_HEIGHT = 15
BARS = 60  # drawn; further ones are in the table only
SHORT_LABEL = 100  # pixels: up to here labels stand beside their bars, else above them
MANY = 14  # from here on bars beside labels are thinner
EDGE = 8
ROLES = ("plain", "baseline", "ours", "good", "bad", "muted")
SIGNS = {"good": "✓ ", "bad": "✗ ", "ours": "▸ "}
ZOOM = 0.1  # share of the range left before the smallest value when the picture chooses where bars begin


@dataclass(frozen=True, kw_only=True)
class _Row:
    """One bar with its words, laid out but not yet put in its place."""

    bar: Bar
    label: list[str]
    value: str
    note: str
    height: float


@dataclass(frozen=True, kw_only=True)
class _Paper:
    """Where things stand: the value axis, the column of labels (0: they stand above), where bars begin, the pattern of bad ones."""

    axis: Axis
    labels: float
    begin: float
    hatch: str


@dataclass(frozen=True, kw_only=True)
class _Placed:
    """A rule's line and the middle and level of its label."""

    x: float
    centre: float
    level: int
    text: str


def draw_bars(figure: Bars, ident: str) -> str:
    """The picture; a word instead of it when there is nothing to draw. `ident` keeps ids within one page apart."""
    bars = figure.bars[:BARS]
    if not any(has_place(bar.value) for bar in bars):
        return '<p class="empty">No finite value to draw.</p>'
    beside = _labels_beside(bars)
    labels = max(pixels(_signed(bar), LETTER) for bar in bars) + 10 if beside else 0.0
    paper = _paper(figure, bars, labels, f"{anchor(ident)}-hatch")
    rows = [_row(bar, paper, many=len(bars) > MANY) for bar in bars]
    rules = _placed_rules(paper, figure.rules)
    top = (max(rule.level for rule in rules) + 1) * LINE_HEIGHT + 4 if rules else 4.0
    bottom = top + sum(row.height for row in rows)
    body, spans, y = [], [], top
    for row in rows:
        body.append(_beside(row, paper, y) if beside else _below(row, paper, y))
        spans.append(
            (y if beside else y + len(row.label) * LINE_HEIGHT - 1, y + row.height if beside else y + len(row.label) * LINE_HEIGHT + 17)
        )
        y += row.height
    foot, height = _foot(figure, paper, top, bottom)
    inner = _hatch(bars, paper) + foot + "".join(body) + _rules(rules, top, spans)
    return f'<svg viewBox="0 0 {WIDTH} {height:.0f}" aria-hidden="true" focusable="false">{inner}</svg>{_notes(figure, paper)}'


def _hatch(bars: tuple[Bar, ...], paper: _Paper) -> str:
    if not any(bar.role == "bad" for bar in bars):
        return ""
    stripe = '<rect class="stripe-ground" width="6" height="6"/><path class="stripe" d="M1.5 0V6"/>'
    return f'<defs><pattern id="{paper.hatch}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">{stripe}</pattern></defs>'


def _signed(bar: Bar) -> str:
    return SIGNS.get(bar.role, "") + line(bar.label)


def _value(bar: Bar) -> str:
    return with_interval(bar.value, bar.low, bar.high)


def _labels_beside(bars: tuple[Bar, ...]) -> bool:
    if any(bar.note or bar.low is not None for bar in bars):
        return False
    return max(pixels(_signed(bar), LETTER) for bar in bars) <= SHORT_LABEL


def _paper(figure: Bars, bars: tuple[Bar, ...], labels: float, hatch: str) -> _Paper:
    found = chain(*((bar.value, bar.low, bar.high) for bar in bars), (rule.value for rule in figure.rules))
    values = [v for v in found if v is not None and has_place(v)]
    begin = _zoomed(values) if figure.start is None else figure.start
    values_width = max(pixels(_value(bar), LETTER) for bar in bars) + 8 if labels else EDGE
    axis = make_axis([*values, begin], start=labels or EDGE, end=WIDTH - values_width, pin=begin, margin=0.02)
    return _Paper(axis=axis, labels=labels, begin=begin, hatch=hatch)


def _zoomed(values: list[float]) -> float:
    """A round number a little below the smallest value; zero when that is not far below."""
    low, high = min(values), max(values)
    room = (high - low) * ZOOM or abs(low) * ZOOM or 0.5
    if low >= 0 and low - room <= (high - low) * ZOOM:
        return 0.0
    step = 10.0 ** math.floor(math.log10(max(high - low, room)))
    begin = math.floor((low - room) / (step / 2)) * step / 2
    begin = max(0.0, begin) if low >= 0 else begin
    return begin if has_place(begin) else low


def _row(bar: Bar, paper: _Paper, *, many: bool) -> _Row:
    value = _value(bar)
    if paper.labels:
        return _Row(bar=bar, label=[_signed(bar)], value=value, note="", height=18 if many else 24)
    room = WIDTH - pixels(value, LETTER) - 28
    label = wrap(_signed(bar), room, lambda t: pixels(t, LETTER))
    if len(label) > 2:
        label = [label[0], shorten(" ".join(label[1:]), room, lambda t: pixels(t, LETTER))]
    note = shorten(line(bar.note), WIDTH - 2 * EDGE, lambda t: pixels(t, SMALL)) if bar.note else ""
    return _Row(bar=bar, label=label, value=value, note=note, height=len(label) * LINE_HEIGHT + 20 + (LINE_HEIGHT if note else 4))


def _beside(row: _Row, paper: _Paper, y: float) -> str:
    middle, thick = y + row.height / 2, row.height - 8
    weight = ' class="strong"' if row.bar.role == "ours" else ""
    words = f'<text{weight} x="{paper.labels - 8:.1f}" y="{middle + 4:.1f}" text-anchor="end">{html_line(row.label[0])}</text>'
    value = f'<text class="value" x="{WIDTH - 2}" y="{middle + 4:.1f}" text-anchor="end">{row.value}</text>'
    return words + value + _bar(row.bar, paper, middle - thick / 2, thick)


def _below(row: _Row, paper: _Paper, y: float) -> str:
    weight = ' class="strong"' if row.bar.role == "ours" else ""
    parts = []
    for i, text in enumerate(row.label):
        parts.append(f'<text{weight} x="{EDGE}" y="{y + 12 + i * LINE_HEIGHT:.1f}">{html_line(text)}</text>')
    parts.append(f'<text class="value" x="{WIDTH - EDGE}" y="{y + 12:.1f}" text-anchor="end">{row.value}</text>')
    top = y + len(row.label) * LINE_HEIGHT + 2
    parts.append(_bar(row.bar, paper, top, 12))
    if row.note:
        parts.append(f'<text class="note" x="{EDGE}" y="{top + 25:.1f}">{html_line(row.note)}</text>')
    return "".join(parts)


def _bar(bar: Bar, paper: _Paper, top: float, thick: float) -> str:
    if not paper.axis.shows(bar.value):
        return ""
    zero, end = paper.axis.at(paper.begin), paper.axis.at(bar.value)
    role = bar.role if bar.role in ROLES else "plain"
    # an inline style, because a fill attribute would lose against the style sheet
    fill = f' style="fill:url(#{paper.hatch})"' if role == "bad" else ""
    shape = f'x="{min(zero, end):.1f}" y="{top:.1f}" width="{max(abs(end - zero), 0.5):.1f}" height="{thick:.1f}"'
    drawn = f'<rect class="bar {role}" {shape}{fill}/>'
    if bar.low is None or bar.high is None or not (paper.axis.shows(bar.low) and paper.axis.shows(bar.high)):
        return drawn
    low, high, middle = paper.axis.at(bar.low), paper.axis.at(bar.high), top + thick / 2
    path = f"M{low:.1f} {middle:.1f}H{high:.1f}M{low:.1f} {middle - 4:.1f}v8M{high:.1f} {middle - 4:.1f}v8"
    return f'{drawn}<path class="whisker-halo" d="{path}"/><path class="whisker" d="{path}"/>'


def _placed_rules(paper: _Paper, rules: tuple[Rule, ...]) -> list[_Placed]:
    """Each rule with its label on the first level, counted upwards, where it does not touch another."""
    levels: list[float] = []  # where the last label of each level ends
    placed = []
    for rule in sorted((r for r in rules if paper.axis.shows(r.value)), key=lambda r: r.value):
        text = shorten(f"{line(rule.label)} {number(rule.value)}", WIDTH - 2 * EDGE, lambda t: pixels(t, LETTER))
        half = pixels(text, LETTER) / 2
        x = paper.axis.at(rule.value)
        centre = min(max(x, half + 2), WIDTH - half - 2)
        level = next((i for i, end in enumerate(levels) if centre - half > end + 6), len(levels))
        levels[level : level + 1] = [centre + half]
        placed.append(_Placed(x=x, centre=centre, level=level, text=text))
    return placed


def _rules(rules: list[_Placed], top: float, spans: list[tuple[float, float]]) -> str:
    """The levels as standing lines that cross the bars but not the words above them."""
    parts = []
    for rule in rules:
        y = top - 7 - rule.level * LINE_HEIGHT
        crossed = "".join(f"M{rule.x:.1f} {start:.1f}V{end:.1f}" for start, end in spans)
        parts.append(f'<path class="rule" d="M{rule.x:.1f} {y + 3:.1f}V{top:.1f}{crossed}"/>')
        parts.append(f'<text class="on-paper" x="{rule.centre:.1f}" y="{y:.1f}" text-anchor="middle">{html_line(rule.text)}</text>')
    return "".join(parts)


def _foot(figure: Bars, paper: _Paper, top: float, bottom: float) -> tuple[str, float]:
    """Grid and value axis under the bars, and the height of the whole picture."""
    zero = paper.axis.at(paper.begin)
    parts = [f'<path class="axis" d="M{zero:.1f} {top:.1f}V{bottom:.1f}"/>']
    taken = -1e9
    for value, text in paper.axis.ticks:
        x, half = paper.axis.at(value), pixels(text, LETTER) / 2
        parts.append(f'<path class="grid" d="M{x:.1f} {top:.1f}V{bottom:.1f}"/>')
        centre = min(max(x, half), WIDTH - half)
        if centre - half > taken + 6:
            parts.append(f'<text x="{centre:.1f}" y="{bottom + 15:.1f}" text-anchor="middle">{text}</text>')
            taken = centre + half
    label = shorten(line(figure.value_label), WIDTH - 2 * EDGE, lambda t: pixels(t, LETTER))
    parts.append(f'<text class="label" x="{WIDTH - EDGE}" y="{bottom + 32:.1f}" text-anchor="end">{html_line(label)}</text>')
    return "".join(parts), bottom + 38


def _notes(figure: Bars, paper: _Paper) -> str:
    notes = []
    if paper.begin != 0:
        notes.append(f"Bars begin at {number(paper.begin)}, not at 0: compare their ends, not their lengths.")
    if len(figure.bars) > BARS:
        notes.append(f"The first {BARS} of {len(figure.bars):,} bars are drawn.")
    return f'<p class="fine">{" ".join(notes)}</p>' if notes else ""
