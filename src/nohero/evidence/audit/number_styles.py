"""In how many ways the numbers of each field are written: with a decimal comma or a point, with commas between thousands or without, with a sign or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.data.number_form import DECIMAL_COMMA, GAPPED, NUMBER, POINTED, SIGNS, THOUSANDS
from nohero.sources import odd_cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from nohero.sources.collection import Collection

PRICE = 0.3  # seconds
LEAST = 3  # cells in either form: fewer are slips, which are named as cells that are no numbers
MOSTLY = 0.9  # of a field's cells are numbers in one form or another
PROBE = 200  # cells looked at first
SHOWN = 3
EITHER = r"^[+-]?\d{1,3},\d{3}$"  # 1,234 is a thousand, or a decimal comma
POINT = r"^[+-]?\d*\.(\d{1,2}|\d{4,})$"  # 1.234 may be a thousand too
BY_THOUSANDS, PLAIN_LARGE, PLAIN_FOUR = r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$", r"^[+-]?\d{5,}(\.\d+)?$", r"^[+-]?\d{4}(\.\d+)?$"
SIGN, NOTHING = "[%€$£¥]", r"^[+-]?0*[.,]?0*$"  # nothing needs no sign


@dataclass(frozen=True, kw_only=True)
class TwoStyles:
    """One field whose numbers are written in two forms; named are the cells of the rarer one."""

    field: str
    rare: str  # the rarer form, in words
    usual: str
    values: tuple[str, ...]  # some cells of the rarer form
    others: tuple[str, ...]  # and of the usual one
    rows: tuple[int, ...]
    of: int  # cells that are numbers, in whichever form
    words: bool  # the field is read as one of words, as nothing reads both forms


@dataclass(frozen=True, kw_only=True)
class NumberStyles:
    """All such fields."""

    found: tuple[TwoStyles, ...]
    fields: int  # looked at: those of numbers that are held as they are written
    items: Sequence[str]


def measure(collection: Collection) -> NumberStyles:
    """Each field whose cells are held as they are written and are numbers, whatever their form."""
    from nohero.setup.refusal import Unmeasurable

    table = collection.tabled
    if table is None:
        raise Unmeasurable("the items are no rows of a table, nor named by one")
    collection = table
    cells = collection.cells
    fields = [s for s in cells if s.name != collection.split and s.name in collection.frame.columns and _may_be_numbers(s)] if cells is not None else []
    found = [two for series in fields for two in _styles(series, words=not collection.frame[series.name].dtype.is_numeric())]
    return NumberStyles(found=tuple(found), fields=len(fields), items=collection.items)


def _may_be_numbers(series: pl.Series) -> bool:
    """Whether nearly all of the first cells hold a figure, and some of the others more than figures."""
    full = series.drop_nulls().head(50 * PROBE)
    probe = full.filter(full != "").head(PROBE)
    return probe.len() > 0 and float(probe.str.contains(r"^[-+(]?\s*[$€£¥]?\s*[\d.,]").mean() or 0) >= MOSTLY and bool(series.str.contains(r"[,%€$£¥]").any())  # type: ignore[arg-type]


def _styles(series: pl.Series, *, words: bool) -> list[TwoStyles]:
    """The pairs of forms that stand side by side in one field."""
    counted = series.drop_nulls().value_counts(name="times of it")
    cells, times = counted.to_series(0), counted.to_series(1)
    kept = ~odd_cells.are_missing(cells)
    cells, times = cells.filter(kept), times.filter(kept)
    bare = cells.str.replace_all(SIGNS, "").str.strip_chars()
    number = bare.str.contains(NUMBER) | bare.str.contains(DECIMAL_COMMA) | bare.str.contains(THOUSANDS) | bare.str.contains(GAPPED) | bare.str.contains(POINTED)
    of = int(times.filter(number).sum() or 0)
    if not of or of < MOSTLY * int(times.sum()):
        return []
    found = []
    for (one, ones), (two, twos) in _pairs(cells, bare, number):
        here, there = int(times.filter(ones).sum() or 0), int(times.filter(twos).sum() or 0)
        if min(here, there) >= LEAST:
            (rare, which), (usual, rest) = ((one, ones), (two, twos)) if here <= there else ((two, twos), (one, ones))
            rows = series.is_in(cells.filter(which).to_list()).fill_null(value=False).arg_true()
            found.append(TwoStyles(field=series.name, rare=rare, usual=usual, values=_some(cells, which), others=_some(cells, rest), rows=tuple(rows.to_list()), of=of, words=words))
    return found


def _pairs(cells: pl.Series, bare: pl.Series, number: pl.Series) -> list[tuple[tuple[str, Any], tuple[str, Any]]]:
    """((a form, bool [cells]), (the form that is at odds with it, bool [cells])), each."""
    either = bare.str.contains(EITHER)
    comma, point = bare.str.contains(DECIMAL_COMMA) & ~either, bare.str.contains(POINT)
    thousands = bare.str.contains(BY_THOUSANDS) if not comma.any() else bare.str.contains(r"^[+-]?\d{1,3}(,\d{3})+(,\d{3}|\.\d+)$")
    four = bool((thousands & bare.str.contains(r"^[+-]?\d,\d{3}(\.\d+)?$")).any())
    large = bare.str.contains(PLAIN_LARGE) | (bare.str.contains(PLAIN_FOUR) if four else False)
    signed = number & cells.str.contains(SIGN)
    unsigned = number & ~cells.str.contains(SIGN) & ~bare.str.contains(NOTHING)
    return [
        (("with a decimal comma", comma), ("with a decimal point", point)),
        (("with commas between thousands", thousands), ("without", large)),
        (("with a sign of currency or per cent", signed), ("without one", unsigned)),
    ]


def _some(cells: pl.Series, which: pl.Series) -> tuple[str, ...]:
    return tuple(cells.filter(which).sort().head(SHOWN).to_list())
