"""Whether the field that is named for the time holds times: which cells do not, and in which other form they are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

    from nohero.sources.collection import Collection

PRICE = 0.1  # seconds
SHOWN = 5  # values, and forms
OTHER = "no time"


@dataclass(frozen=True, kw_only=True)
class Written:
    """Cells of one form."""

    form: str  # "%Y-%m-%d %H:%M", with Z where a zone is told; OTHER for what is no time at all
    cells: int
    example: str


@dataclass(frozen=True, kw_only=True)
class TimeCells:
    """The cells of the field that was named."""

    field: str
    typed: str  # times, numbers, or what else the field was read as
    full: int  # cells that hold something
    missing: int
    astray: int  # cells that were not read as the others were
    values: tuple[str, ...]  # some of these
    items: tuple[str, ...]  # theirs
    forms: tuple[Written, ...]  # of a field that was not read as times, commonest first


def measure(collection: Collection) -> TimeCells:
    """What was typed is compared with what is written."""
    import polars as pl

    from nohero.setup.refusal import Unmeasurable

    if collection.kind != "row" or not collection.time:
        raise Unmeasurable("no field of times is named")
    series = collection.frame[collection.time]
    if series.dtype.is_nested() or series.dtype in (pl.Duration, pl.Binary, pl.Object):
        raise Unmeasurable(f"`{collection.time}` holds no moments but {series.dtype}")
    typed = "numbers" if series.dtype.is_numeric() else "times" if series.dtype == pl.Date or isinstance(series.dtype, pl.Datetime) else "words"
    looked = pl.int_range(series.len(), eager=True) if typed == "words" else series.is_null().arg_true()  # what was read needs no second look
    cells = pl.Series(collection.time, collection.written(collection.time)).gather(looked).replace("", None)
    missing = _missing(cells)
    forms = _forms(cells.filter(~missing)) if typed == "words" else ()
    lost = ~missing & (_form_of(cells) != forms[0].form if forms else True)
    at = lost.fill_null(value=False).arg_true()
    return TimeCells(
        field=collection.time, typed=typed, full=series.len() - int(missing.sum()), missing=int(missing.sum()), astray=at.len(),
        values=tuple(cells.gather(at).unique(maintain_order=True).head(SHOWN).to_list()), items=tuple(collection.item(i) for i in looked.gather(at).to_list()), forms=forms,
    )  # fmt: skip


def _missing(cells: pl.Series) -> pl.Series:
    from nohero.sources import odd_cells

    marks = cells.drop_nulls().unique()
    marks = marks.filter(odd_cells.are_missing(marks))
    return cells.is_null() | cells.is_in(marks.to_list()).fill_null(value=False)


def _form_of(cells: pl.Series) -> pl.Series:
    """The form of each cell, the commonest tried first; OTHER where none fits."""
    import polars as pl

    from nohero.data.table_types import DATES, STAMPS, find_date_form, retype
    from nohero.sources.moments import TOLD_ZONE
    from nohero.sources.period_forms import FORMS, read_period

    values = cells.drop_nulls().unique(maintain_order=True)
    usual = find_date_form(values)
    told = pl.Series("form", [OTHER] * values.len(), dtype=pl.String)
    zoned = values.str.contains(TOLD_ZONE)
    for form in dict.fromkeys(([usual] if usual else []) + [f"date {f}" for f in (*STAMPS, *DATES)]):
        free = (told == OTHER).arg_true()
        fits = free.filter(retype(values.gather(free), form).is_not_null())
        told = told.scatter(fits, form.removeprefix("date "))
    for form in FORMS:
        free = (told == OTHER).arg_true()
        fits = free.filter(read_period(values.gather(free), form).is_not_null())
        told = told.scatter(fits, form)
    named = pl.select(pl.when(zoned & (told != OTHER)).then(told + " with its zone").otherwise(told)).to_series()
    return cells.replace_strict(values, named, default=None, return_dtype=pl.String) if values.len() else cells


def _forms(cells: pl.Series) -> tuple[Written, ...]:
    import polars as pl

    frame = pl.DataFrame({"form": _form_of(cells), "cell": cells}).group_by("form").agg(pl.len(), pl.col("cell").first())
    rows: Any = frame.sort(pl.col("form") == OTHER, "len", descending=[False, True]).rows()
    return tuple(Written(form=form, cells=n, example=cell) for form, n, cell in rows[:SHOWN])
