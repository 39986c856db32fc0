"""One sentence a figure, made from its data, for those who cannot see it and those in a hurry."""

from __future__ import annotations

import math

from nohero.report.numbers import count, number, with_interval
from nohero.run.figure import Bars, Images, Lines, Series, Table, Text

DIGITS = 3
TOLD = 4  # curves described one by one
TOLD_OF_MANY = 2  # when there are more, the rest is counted
STEADY = 0.02  # share of the curve's whole range below which its ends are called equal
MARKED = 0.1  # share of the range by which a low or high point must lie beyond both ends to be named


def sentence(figure: Lines | Bars | Images | Table | Text) -> str:
    """The figure's own sentence, or one made from what it holds."""
    if figure.sentence:
        return figure.sentence
    if isinstance(figure, Lines):
        return _of_points(figure) if figure.points else _of_lines(figure)
    if isinstance(figure, Bars):
        return _of_bars(figure)
    if isinstance(figure, Images):
        return _of_images(figure)
    if isinstance(figure, Table):
        return f"{count(len(figure.rows), 'row')} of {', '.join(filter(None, figure.columns)) or 'nothing'}."
    return f"{count(len(figure.lines), 'line')} of text."


def _said(value: float) -> str:
    return number(value, digits=DIGITS)


def _told(figure: Lines) -> tuple[Series, ...]:
    return figure.series if len(figure.series) <= TOLD else figure.series[:TOLD_OF_MANY]


def _of_lines(figure: Lines) -> str:
    if not figure.series:
        return "There is no curve to show."
    told = _told(figure)
    parts = [_of_curve(series, figure.x_label) for series in told]
    if len(told) < len(figure.series):
        parts.append(f"{count(len(figure.series) - len(told), 'more curve')} in the table")
    parts += [f"{rule.label} is at {_said(rule.value)}" for rule in figure.rules[:TOLD]]
    return _ended("; ".join(parts))


def _of_curve(series: Series, x_label: str) -> str:
    name = series.name or "the curve"
    finite = [(x, y) for x, y in zip(series.x, series.y, strict=False) if math.isfinite(x) and math.isfinite(y)]
    lost = min(len(series.x), len(series.y)) - len(finite)
    after = f", {count(lost, 'value')} not finite" if lost else ""
    if not finite:
        return f"{name} has no finite value"
    if len(finite) == 1:
        return f"{name} is {_said(finite[0][1])} at {x_label} {_said(finite[0][0])}{after}"
    return _movement(name, finite, x_label) + after


def _movement(name: str, finite: list[tuple[float, float]], x_label: str) -> str:
    values = [y for _, y in finite]
    first, last = values[0], values[-1]
    lowest, highest = min(finite, key=lambda p: p[1]), max(finite, key=lambda p: p[1])
    span = highest[1] - lowest[1]
    if span == 0:
        return f"{name} stays at {_said(first)}"
    if abs(last - first) <= STEADY * span:
        said = f"{name} begins and ends near {_said(last)}"
    else:
        said = f"{name} {'falls' if last < first else 'rises'} from {_said(first)} to {_said(last)}"
    if min(first, last) - lowest[1] > MARKED * span:
        said += f", lowest {_said(lowest[1])} at {x_label} {_said(lowest[0])}"
    if highest[1] - max(first, last) > MARKED * span:
        said += f", highest {_said(highest[1])} at {x_label} {_said(highest[0])}"
    return said


def _of_points(figure: Lines) -> str:
    parts = []
    told = _told(figure)
    for series in told:
        finite = [(x, y) for x, y in zip(series.x, series.y, strict=False) if math.isfinite(x) and math.isfinite(y)]
        said = f"{series.name}: {count(len(finite), 'point')}" if series.name else count(len(finite), "point")
        if finite:
            xs, ys = [x for x, _ in finite], [y for _, y in finite]
            said += f", {figure.x_label} {_said(min(xs))} to {_said(max(xs))}, {figure.y_label} {_said(min(ys))} to {_said(max(ys))}"
        parts.append(said)
    if len(told) < len(figure.series):
        parts.append(f"{count(len(figure.series) - len(told), 'more group')} in the table")
    return _ended("; ".join(parts)) if parts else "There is no point to show."


def _of_bars(figure: Bars) -> str:
    finite = [bar for bar in figure.bars if math.isfinite(bar.value)]
    if not finite:
        return "There is no bar to show."
    highest, lowest = max(finite, key=lambda b: b.value), min(finite, key=lambda b: b.value)

    parts = [f"{highest.label} is highest with {with_interval(highest.value, highest.low, highest.high)}"]
    if lowest is not highest:
        parts.append(f"{lowest.label} lowest with {with_interval(lowest.value, lowest.low, lowest.high)}")
    if len(finite) == 1:
        parts = [f"{highest.label}: {with_interval(highest.value, highest.low, highest.high)}"]
    for ours in (b for b in finite if b.role == "ours" and b is not highest and b is not lowest):
        parts.append(f"{ours.label} has {with_interval(ours.value, ours.low, ours.high)}")
    parts += [f"{rule.label} is at {_said(rule.value)}" for rule in figure.rules[:TOLD]]
    return _ended("; ".join(parts))


def _of_images(figure: Images) -> str:
    said = count(len(figure.images), "picture")
    bad = sum(image.tone == "bad" for image in figure.images)
    good = sum(image.tone == "good" for image in figure.images)
    marks = [f"{size} marked {word}" for size, word in ((good, "good"), (bad, "bad")) if size]
    return _ended(", ".join([said, *marks]))


def _ended(text: str) -> str:
    return text[:1].upper() + text[1:] + "."
