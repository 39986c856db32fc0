"""The five kinds of picture a finding or a stage may carry, as plain data; drawing them is the report's business."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Series:
    """One curve; `low` and `high` are the edges of its band, if it has one."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    dashed: bool = False


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A level to compare with, drawn as a line across the picture."""

    label: str
    value: float


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Curves over a common x axis."""

    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    rules: tuple[Rule, ...] = ()
    log_x: bool = False
    log_y: bool = False
    points: bool = False  # draw marks only, no connecting line (a scatter)
    sentence: str = ""  # what the picture shows, for those who cannot see it


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar with an interval; `role` is one of plain, baseline, ours, good, bad, muted."""

    label: str
    value: float
    low: float | None = None
    high: float | None = None
    role: str = "plain"
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Labelled bars, drawn lying, first on top: ladders, counts, histograms."""

    title: str
    value_label: str
    bars: tuple[Bar, ...]
    rules: tuple[Rule, ...] = ()
    start: float | None = 0.0  # where bars begin; None lets the picture choose (ladders of scores near 1)
    sentence: str = ""


@dataclass(frozen=True, kw_only=True)
class Image:
    """One small picture: PNG bytes in base64, a caption, and `tone` plain, good or bad for its frame."""

    png: str
    caption: str = ""
    tone: str = "plain"


@dataclass(frozen=True, kw_only=True)
class Images:
    """A sheet of small pictures."""

    title: str
    images: tuple[Image, ...]
    columns: int = 10
    sentence: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of text or numbers under named columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | int | None, ...], ...]
    sentence: str = ""


@dataclass(frozen=True, kw_only=True)
class Text:
    """Lines of text, as they stand."""

    title: str
    lines: tuple[str, ...]
    sentence: str = ""


Figure = Lines | Bars | Images | Table | Text
