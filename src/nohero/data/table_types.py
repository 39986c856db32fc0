"""What a column of strings holds: numbers, true and false, dates, or labels; cells that do not fit are counted and named.

The form found in training ("number", "number, decimal comma", "date %Y-%m-%d" …) is kept, and later files are read in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import polars as pl

from nohero.data.number_form import NUMBERS, SHARE, bare_number, in_one_table, ornament, share

MISSING = ("", "?", "na", "n/a", "nan", "null", "#n/a", "#na", "<na>", "nil", "missing", "(null)")
NONE = "none"  # among numbers, dates and truths nothing; among words a value: no belt, no airbag
MISSING_AMONG_NUMBERS = (NONE, "-", "--", ".", "..", "*", "x", "#div/0!", "#value!", "#ref!", "#num!")
EXAMPLES = 5  # offending cells named in a note
PROBE = 200  # cells tried first, before a whole column is parsed
AT_ONCE = 256  # columns cast together: bounds the memory of the copies
DATES = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%b-%d-%Y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d-%b-%y")
STAMPS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%Y-%m-%d %I:%M:%S %p",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
)
FIRST_YEAR = 1000  # 01/08/19 is no day of the year 1
MONTH = "%Y-%m"
CODE = r"^0\d+$"  # 00123 is a code, not a number: as a number it would lose its zeros
LONG = r"^\d{19,}$"  # so many digits are a code too: no number holds them all
TEXT, TRUTH = "text", "boolean"


@dataclass(frozen=True, kw_only=True, eq=False)
class Typed:
    """A column in the type it holds, the form its cells are written in, and notes on cells that did not fit."""

    series: pl.Series
    form: str = TEXT
    notes: tuple[str, ...] = ()


@cache
def _written() -> pl.Series:
    """Every marker in every mixture of small and capital letters: looking them up is four times quicker than lowering each cell."""
    return _in_all_cases(MISSING)


@cache
def _nones() -> pl.Series:
    return _in_all_cases((NONE,))


def _in_all_cases(words: tuple[str, ...]) -> pl.Series:
    return pl.Series(sorted({"".join(letters) for word in words for letters in product(*({c.lower(), c.upper()} for c in word))}), dtype=pl.String)


def blank_missing(frame: pl.DataFrame) -> pl.DataFrame:
    """Every marker for a missing value in columns of strings becomes null."""
    cell = pl.col(pl.String)
    return frame.with_columns(pl.when(~cell.is_in(_written().implode())).then(cell).name.keep())


def type_columns(frame: pl.DataFrame, rows: np.ndarray[Any, Any]) -> list[Typed]:
    """Each column in the type it holds; plain numbers many columns at a time, as tables may have ten thousand."""
    columns: list[Typed] = []
    for start in range(0, frame.width, AT_ONCE):
        block = frame.select(frame.columns[start : start + AT_ONCE])
        gaps = block.null_count().row(0)
        number = _cast_where_it_may_fit(block, block.columns, pl.Float64).with_columns(pl.all().fill_nan(None))
        whole = _cast_where_it_may_fit(block, number.columns, pl.Int64)
        numbers, wholes = dict(zip(number.columns, number.null_count().row(0), strict=True)), dict(zip(whole.columns, whole.null_count().row(0), strict=True))
        for series, missing in zip(block, gaps, strict=True):
            name = series.name
            if missing == block.height or numbers.get(name, block.height) > missing:
                columns.append(typed(series, rows))
            elif wholes.get(name, block.height) > missing:
                columns.append(Typed(series=series) if are_long(series) else Typed(series=number[name], form=NUMBERS))
            else:
                columns.append(typed(series, rows) if _has_codes(series) else Typed(series=whole[name], form=NUMBERS))
    forms = [column.form for column in columns]
    return [c if c.form == form else _fitted(series, form, rows) for c, form, series in zip(columns, in_one_table(forms, frame), frame, strict=True)]


def _cast_where_it_may_fit(block: pl.DataFrame, names: list[str], kind: type[pl.DataType]) -> pl.DataFrame:
    """The columns whose first cells are all of that kind, cast as a whole; what does not fit becomes null."""
    head = block.select(names).head(PROBE)
    lost = head.select(pl.all().cast(kind, strict=False)).null_count().row(0) if names else ()
    maybe = [name for name, gaps, without in zip(names, head.null_count().row(0) if names else (), lost, strict=True) if gaps == without]
    return block.select(pl.col(maybe).cast(kind, strict=False)) if maybe else pl.DataFrame()


def _has_codes(series: pl.Series) -> bool:
    return bool(series.filter(series.str.starts_with("0")).str.contains(CODE).any())


def are_long(series: pl.Series) -> bool:
    """Whether most of the first cells are codes of more digits than a number holds."""
    head = series.drop_nulls().head(PROBE)
    return head.len() > 0 and share(head, LONG) > 0.5


def without_none(series: pl.Series, form: str) -> pl.Series:
    """The cells of a column of that form: in all but words, "none" is nothing."""
    if form in ("", TEXT):
        return series
    return pl.select(pl.when(~are_none(series)).then(series).alias(series.name)).to_series()


def are_none(series: pl.Series) -> pl.Series:
    """Bool [N]: "none" in any mixture of small and capital letters."""
    return series.is_in(_nones().implode()).fill_null(value=False)


def typed(series: pl.Series, rows: np.ndarray[Any, Any]) -> Typed:
    """`series` of strings in the type it holds; `rows` numbers them for the reader."""
    if not are_none(series).any():
        return _typed(series, rows)
    found = _typed(without_none(series, NUMBERS), rows)
    return Typed(series=series) if found.form == TEXT else found


def _typed(series: pl.Series, rows: np.ndarray[Any, Any]) -> Typed:
    full = series.drop_nulls()
    if full.is_empty():
        return Typed(series=series)
    if not are_long(full) and any(_fits_numbers(some, SHARE / 2) for some in (full.head(PROBE), full.gather_every(-(-full.len() // PROBE)))):
        form = _number_form(series, full)
        if form:
            return _fitted(series, form, rows)
    if full.head(PROBE).str.to_lowercase().is_in(("true", "false")).all() and _is_truth(full):
        return Typed(series=retype(series, TRUTH), form=TRUTH)
    if share(full.head(PROBE), r"\d[-/. ].*\d") >= SHARE / 2:
        form = _date_form(series, full)
        if form:
            return _fitted(series, form, rows)
    return Typed(series=series)


def retype(series: pl.Series, form: str) -> pl.Series:
    """`series` of strings as `form` says; what does not fit becomes null."""
    if form.startswith(NUMBERS):
        return _cast(bare_number(series, form))
    if form == TRUTH:
        lowered = series.str.to_lowercase()
        return pl.select(pl.when(lowered == "true").then(True).when(lowered == "false").then(False).alias(series.name)).to_series()
    if form.startswith("date "):
        return _dates(series, form.removeprefix("date "))
    return series


def misfits(series: pl.Series, fitted: pl.Series, form: str) -> pl.Series:
    """Places of cells that `form` could not read and that are not markers for missing either."""
    lost = fitted.is_null() & series.is_not_null()
    if form != TEXT and lost.any():
        lost = lost & ~are_none(series)
    if form.startswith(NUMBERS) and lost.any():
        lost = lost & ~series.str.to_lowercase().is_in(MISSING_AMONG_NUMBERS)
    return lost.arg_true()


def name_cells(places: pl.Series, series: pl.Series, rows: np.ndarray[Any, Any]) -> str:
    """'`abc` in row 3, …' for the first few of `places`."""
    shown = ", ".join(f"`{series[int(i)]}` in row {rows[int(i)]}" for i in places.head(EXAMPLES))
    return shown + (f" and {places.len() - EXAMPLES} more" if places.len() > EXAMPLES else "")


def _fitted(series: pl.Series, form: str, rows: np.ndarray[Any, Any]) -> Typed:
    fitted = retype(series, form)
    notes = [] if form == NUMBERS else [f"read as {form}"]
    lost = misfits(series, fitted, form)
    if lost.len():
        kind = form.split(" ", maxsplit=1)[0].rstrip(",")
        are = f"cell is not a {kind}" if lost.len() == 1 else f"cells are not {kind}s"
        notes.append(f"{lost.len()} {are}, read as missing: {name_cells(lost, series, rows)}")
    return Typed(series=fitted, form=form, notes=tuple(notes))


def _number_form(series: pl.Series, full: pl.Series) -> str:
    """The form in which nearly all cells are numbers, or ''."""
    form, fitted, lost = _as_numbers(series)
    numbers = fitted.len() - fitted.null_count()
    if numbers == 0 or numbers < SHARE * (numbers + lost):
        return ""
    return "" if fitted.dtype.is_integer() and share(full, CODE) > 0 else form


def _as_numbers(series: pl.Series) -> tuple[str, pl.Series, int]:
    """(a form of numbers, the cells read in it, how many of them are neither numbers nor markers)."""
    form, fitted = NUMBERS, _cast(series)
    lost = misfits(series, fitted, form)
    most = 2 * lost.len() > series.len() - series.null_count()
    pointed = lost.len() > 0 and bool(series.filter(fitted.is_not_null()).str.contains(r"^[+-]?\d*\.\d+$").any())
    in_the_way = ornament(series.gather(lost.head(PROBE)), most=most, pointed=pointed) if lost.len() else ""
    if not in_the_way:
        return form, fitted, lost.len()
    form += in_the_way
    fitted = retype(series, form)
    return form, fitted, misfits(series, fitted, form).len()


def _fits_numbers(full: pl.Series, part: float) -> bool:
    """Whether that part of the cells are numbers; markers among them are not counted."""
    _, fitted, lost = _as_numbers(full)
    numbers = fitted.len() - fitted.null_count()
    return numbers >= part * (numbers + lost)


def _cast(series: pl.Series) -> pl.Series:
    whole = series.cast(pl.Int64, strict=False)
    if whole.null_count() == series.null_count() and whole.len() > whole.null_count():
        return whole
    number = series.cast(pl.Float64, strict=False).fill_nan(None)
    exact = number.len() > number.null_count() and bool((number.drop_nulls().abs() < 2**53).all())
    whole_count = whole.null_count() == number.null_count()  # all that are numbers are whole: odd cells aside
    return whole if exact and whole_count else number


def _is_truth(full: pl.Series) -> bool:
    return bool(full.str.to_lowercase().is_in(("true", "false")).all())


def _date_form(series: pl.Series, full: pl.Series) -> str:
    form = find_date_form(series)
    if not form:
        return ""
    fitted = retype(series, form)
    return form if fitted.len() - fitted.null_count() >= SHARE * full.len() else ""


def find_date_form(series: pl.Series) -> str:
    """'date ' and the format that most of `series` follows (of equals, day before month), or ''."""
    probe = series.drop_nulls().head(PROBE)
    if share(probe, r"^\d{4}-\d{1,2}$") >= SHARE:
        return f"date {MONTH}"
    best, least = "", series.len() + 1
    for form in (*DATES, *STAMPS):
        if _dates(probe, form).null_count() > (1 - SHARE / 2) * probe.len():
            continue
        lost = _dates(series, form).null_count()
        if lost < least:
            best, least = f"date {form}", lost
    return best


def _dates(series: pl.Series, form: str) -> pl.Series:
    if form == MONTH:
        return (series + "-01").str.to_date(f"{MONTH}-%d", strict=False)
    if form in DATES:
        days = series.str.to_date(form, strict=False)
        return days if "%Y" not in form else pl.select(pl.when(days.dt.year() >= FIRST_YEAR).then(days).alias(series.name)).to_series()
    plain = series.str.replace(r"\s*(Z|[+-]\d\d:?\d\d)$", "")  # zones are left aside: clocks of one column agree
    return plain.str.to_datetime(form, strict=False, time_unit="us")
