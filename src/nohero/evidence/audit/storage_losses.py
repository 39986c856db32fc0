"""What fields lost where they were stored: figures of long numbers, zeros before codes, numbers beyond what a type holds, ends of texts, words that a spreadsheet took for dates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from nohero.evidence.audit.cut_beginnings import cut_beginnings
from nohero.evidence.audit.lost_zeros import SHOWN, lost_zeros

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.data.tally import Tally
    from nohero.sources.collection import Collection

PRICE = 0.3  # seconds
LEAST = 40  # values of a field
FIGURES, ZEROS = 6, 6  # that spreadsheets keep of a long number, at most, and nothing but zeros behind them, at least
DECADE = 10.0  # of the greatest to the least: names of things are of one length
NAME = re.compile(r"(^|[\W_])(?i:id|ids|key|number|nr|code|phone|isbn|ean|upc|account)$|(^|[a-z\W_])I[Dd]$", re.ASCII)  # neither liquid nor paid
POSTAL = re.compile(r"(^|[\W_])(zip|zipcode|plz|postcode|postal|fips)([\W_]|$)|zip_?code|postal_?code|post_?code")
DIGITS = 5  # of the postal codes that begin with a zero here and there: those of the United States, Germany, France, Spain, Italy
SLIPS, SHORT = 0.005, 0.5  # of such codes that are shorter: fewer are slips of the pen (Seattle's pet licences have 0.001), more are codes of another country
WIDTHS = (16, 32)  # bits
EDGE, DENSE = 0.05, 0.5  # of the range at either end, and how full it is at least, were all values spread evenly
UNEVEN = 0.1  # of the values: as many more are above zero than below, or the reverse, where a field was one-sided before
DIFFERENT, SHORTEST = 20, 8  # texts of the greatest length, and that length, at least
PILE, BELOW, MOST = 5.0, 3, 0.9  # times as many different texts as of any of the three lengths below; of all texts, at most: more are codes of one length


@dataclass(frozen=True, kw_only=True)
class Loss:
    """One field's: kind is figures, zeros, wrapped, cut or dated."""

    kind: str
    field: str
    what: str  # in words
    rows: tuple[int, ...]
    of: int
    sure: bool  # nothing else looks like this


@dataclass(frozen=True, kw_only=True)
class StorageLosses:
    """All of them."""

    found: tuple[Loss, ...]
    fields: int
    items: Sequence[str]


def measure(collection: Collection) -> StorageLosses:
    """Field by field, on the rows at hand."""
    from nohero.setup.refusal import Unmeasurable

    if collection.kind != "row":
        raise Unmeasurable("the items are no rows of a table")
    found: list[Loss | None] = []
    collection = collection.plain
    for series in collection.frame:
        if series.dtype.is_numeric():
            tally = collection.tally(series.name)
            if tally.n >= LEAST and tally.values[0] == round(tally.values[0]):
                found += [look(series, tally) for look in (_figures, _zeros, _wrapped)]
        elif series.dtype == pl.String and series.name != collection.split:
            texts = collection.counted(series.name)["value"].drop_nulls()
            found += [_cut(series, texts) or _cut_in_places(series), _dated(series, texts), _unpadded(series, texts)]
    return StorageLosses(found=tuple(loss for loss in found if loss), fields=collection.frame.width, items=collection.items)


def _figures(series: pl.Series, tally: Tally) -> Loss | None:
    """Long numbers of few figures, as 5.26E+08 leaves of them, of which several rows share one."""
    values = tally.values
    if not series.dtype.is_float() or values[0] < 10.0 ** (ZEROS + 1) or values[-1] > DECADE * values[0] or not 3 <= len(values) < tally.n:
        return None
    if max(_num_figures(v) for v in values[:LEAST].tolist()) > FIGURES:
        return None
    kept = max(_num_figures(v) for v in values.tolist())
    if kept > FIGURES or values[0] < 10.0 ** (kept + ZEROS - 1):
        return None
    rows = series.is_not_null().arg_true()
    return Loss(
        kind="figures", field=series.name, rows=tuple(rows.to_list()), of=tally.n, sure=bool(NAME.search(series.name)),
        what=f"numbers as long as {values[0]:.0f} of which no more than {kept} figures are kept, so that {tally.n:,} rows have {len(values):,} of them",
    )  # fmt: skip


def _num_figures(value: float) -> int:
    """Figures before the zeros at the end."""
    return len(f"{value:.15e}".split("e")[0].replace(".", "").replace("-", "").rstrip("0"))


def _zeros(series: pl.Series, tally: Tally) -> Loss | None:
    """Postal codes that were read as numbers: those that began with a zero are a figure shorter."""
    values = tally.values
    if not POSTAL.search(series.name.lower()) or values[0] <= 0 or not (values == values.round()).all():
        return None
    short, long = values < 10 ** (DIGITS - 1), (values >= 10 ** (DIGITS - 1)) & (values < 10**DIGITS)
    count = int(tally.counts[short].sum())
    if values[0] < 10 ** (DIGITS - 3) or count + int(tally.counts[long].sum()) < tally.n or not SLIPS * tally.n <= count <= SHORT * tally.n or not count:
        return None
    rows = (series < 10 ** (DIGITS - 1)).fill_null(value=False).arg_true()
    shown = ", ".join(f"{v:.0f}" for v in values[short][:3].tolist())
    return Loss(kind="zeros", field=series.name, rows=tuple(rows.to_list()), of=tally.n, sure=True, what=f"codes of {DIGITS} figures of which some have fewer ({shown}): the zeros before them are gone")


def _unpadded(series: pl.Series, texts: pl.Series) -> Loss | None:
    """Codes that are filled up with zeros in some rows and not in others."""
    found = lost_zeros(series, texts)
    if found is None:
        return None
    width, short, both = found
    rows = series.is_in(short).fill_null(value=False).arg_true()
    what = f"codes that are filled up to {width} figures with zeros, and in {len(rows):,} of {series.len() - series.null_count():,} values are not ({', '.join(f'`{v}`' for v in short[:SHOWN])})" + (f": `{short[0]}` and `{short[0].zfill(width)}` are one" if both else "")
    return Loss(kind="zeros", field=series.name, rows=tuple(rows.to_list()), of=series.len() - series.null_count(), sure=both, what=what)


def _wrapped(series: pl.Series, tally: Tally) -> Loss | None:
    """Whole numbers that fill what so many bits hold from end to end, as where greater ones began again from below."""
    values = tally.values
    for bits in WIDTHS:
        half = 2.0 ** (bits - 1)
        if values[0] < -half or values[-1] >= half or values[-1] < (1 - EDGE) * half or values[0] > -(1 - EDGE) * half or not (values == values.round()).all():
            continue
        ends = [float(tally.counts[where].sum()) / tally.n for where in (values >= (1 - EDGE) * half, values <= -(1 - EDGE) * half)]
        if min(ends) < DENSE * EDGE / 2:
            continue
        below = float(tally.counts[values < 0].sum()) / tally.n
        rows = (series < 0).fill_null(value=False).arg_true()
        what = f"whole numbers from {values[0]:.0f} to {values[-1]:.0f}, all that {bits} bits hold, and many at either end: greater ones began again from below"
        return Loss(kind="wrapped", field=series.name, rows=tuple(rows.to_list()), of=tally.n, sure=abs(1 - 2 * below) > UNEVEN, what=what)
    return None


def _cut(series: pl.Series, texts: pl.Series) -> Loss | None:
    """Texts of which many have the greatest length of all, and hardly any nearly so many letters; `texts` are the different ones."""
    import numpy as np

    if texts.len() < 2 * DIFFERENT:
        return None
    lengths = texts.str.len_chars().to_numpy()
    most = int(lengths.max())
    counts = np.bincount(lengths, minlength=most + 1)
    beside = counts[max(0, most - BELOW) : most].max()
    if most < SHORTEST or counts[most] < max(DIFFERENT, PILE * beside) or counts[most] > MOST * texts.len() or not beside:
        return None
    full = texts.filter(texts.str.len_chars() == most)
    if float(full.str.contains(r"^[^\d]*\p{L}[^\d]*$").mean() or 0) < 1 - DENSE:  # type: ignore[arg-type]
        return None  # names of files, codes and the like
    rows = (series.str.len_chars() == most).fill_null(value=False).arg_true()
    shown = ", ".join(f"`{_short(text)}`" for text in full.sort().head(3).to_list())
    return Loss(kind="cut", field=series.name, rows=tuple(rows.to_list()), of=series.len() - series.null_count(), sure=True, what=f"texts of {most} letters, the most of any, where few have one or two fewer ({shown}): longer ones were cut")


def _cut_in_places(series: pl.Series) -> Loss | None:
    """Names of which some rows have the beginning alone."""
    found = cut_beginnings(series)
    if found is None:
        return None
    length, names = found
    rows = series.is_in(names).fill_null(value=False).arg_true()
    shown = ", ".join(f"`{_short(name)}`" for name in names[:3])
    what = f"{len(names):,} names of {length} letters that are the beginnings of others in it, within a word ({shown}): they were cut"
    return Loss(kind="cut", field=series.name, rows=tuple(rows.to_list()), of=series.len() - series.null_count(), sure=True, what=what)


def _dated(series: pl.Series, texts: pl.Series) -> Loss | None:
    """Words that are a day and a month where the others are no dates."""
    from nohero.evidence.audit.spreadsheet_dates import may_be_dates, taken_for_dates

    found = taken_for_dates(series) if may_be_dates(texts) else None
    if found is None:
        return None
    return Loss(kind="dated", field=series.name, rows=tuple(found[0]), of=series.len() - series.null_count(), sure=True, what=f"a day and a month in {len(found[0]):,} of {series.len() - series.null_count():,} values, as a spreadsheet makes of what it takes for a date: {found[1]}")


def _short(text: Any) -> str:
    return str(text)[:20]
