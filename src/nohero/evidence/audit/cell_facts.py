"""How the cells of each field are written: marks for missing, words among numbers, garbled letters, one value spelt in several ways.

Everything is judged on the values that differ, and counted over the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.data.table_text import TWO_ENCODINGS
from nohero.sources import odd_cells
from nohero.sources.edge_blanks import ODD_BLANKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.sources.collection import Collection
    from nohero.sources.whole import RowNames

PRICE = 0.5  # seconds
LABELS, AGAIN = 2000, 5  # values of a field of categories, and how often each comes on average, at least; more of them, or rarer, are text or names, of which capitals may be a part
SHOWN = 5
UNSEEN = "[\u00ad\u200b-\u200f\u2060\ufeff]"  # soft hyphens, blanks of no width, marks of direction and of byte order
MOSTLY = 0.9  # of a field's cells are numbers: the words among them are odd; ticket numbers of the Titanic have 0.74


@dataclass(frozen=True, kw_only=True)
class CellOddity:
    """One field's odd cells: kind is mark, code, mixed, garbled, variant or formula."""

    kind: str
    field: str
    values: tuple[str, ...]  # as they are written, commonest first
    rows: tuple[int, ...]  # of a table too large to be held, some of them
    count: int  # cells, all of them
    of: int  # cells of the field that hold something
    different: int = 0  # values of these cells
    among: str = "numbers"  # mixed: what the other cells are
    share: float = 0.0  # mixed: of these cells that are numbers
    codes: bool = False  # mixed: all of them may be codes


@dataclass(frozen=True, kw_only=True)
class CellFacts:
    """All odd cells."""

    oddities: tuple[CellOddity, ...]
    fields: int
    items: Sequence[str] | RowNames  # names of all the source's items
    encodings: str = ""  # what was said of a file of two
    blanks: str = ""  # what was said of odd blanks at the ends of cells

    def of(self, *kinds: str) -> tuple[CellOddity, ...]:
        """Those of some kinds, most rows first."""
        return tuple(sorted((o for o in self.oddities if o.kind in kinds), key=lambda o: -o.count))

    def named(self, found: tuple[CellOddity, ...]) -> tuple[str, ...]:
        """Names of the items concerned, each once."""
        return tuple(self.items[i] for i in sorted({i for o in found for i in o.rows}))

    def concerned(self, found: tuple[CellOddity, ...]) -> int:
        """How many items hold such a cell; at least, where the table is too large to be held."""
        return max(len({i for o in found for i in o.rows}), max((o.count for o in found), default=0))


def measure(collection: Collection) -> CellFacts:
    """Each field that holds strings, as written where the source is a text file."""
    import polars as pl

    from nohero.setup.refusal import Unmeasurable

    table = collection.tabled
    if table is None:
        raise Unmeasurable("the items are no rows of a table, nor named by one")
    collection = table
    if collection.whole is not None:
        return _of_whole(collection)
    written = collection.cells if collection.cells is not None else pl.DataFrame()
    source = [written[s.name] if s.name in written.columns else s for s in collection.frame if s.name != collection.split]
    strings = [s for s in source if s.dtype == pl.String]
    found = [o for s in strings for o in _field(s, _plain(s, collection), collection, dates=_are_dates(s, collection))]
    return CellFacts(oddities=tuple(found), fields=len(strings) if collection.cells is None else len(source), items=collection.items, encodings=_note(collection, TWO_ENCODINGS), blanks=_note(collection, ODD_BLANKS))


def _note(collection: Collection, about: str) -> str:
    return next((n for n in collection.notes if about in n), "")


def _plain(series: Any, collection: Collection) -> Any:
    """Bool [N]: cells that were read as finite numbers or as dates, in a field of these: nothing is odd about how they are written; else None."""
    typed = collection.frame[series.name] if collection.cells is not None and series.name in collection.frame.columns else None
    if typed is None or not (typed.dtype.is_numeric() or typed.dtype.is_temporal()):
        return None
    return typed.cast(float).is_finite().fill_null(value=False) if typed.dtype.is_numeric() else typed.is_not_null()


def _are_dates(series: Any, collection: Collection) -> bool:
    return series.name in collection.frame.columns and bool(collection.frame[series.name].dtype.is_temporal())


def _counted(series: Any, plain: Any, collection: Collection) -> Any:
    """The different cells and their counts; a field of words holds the same words as its cells, but where it has none."""
    import polars as pl

    field = collection.frame[series.name]
    if field.dtype != pl.String:
        return (series if plain is None else series.filter(~plain)).alias("value").value_counts(sort=True, name="count")
    words, beside = collection.counted(series.name).drop_nulls("value"), series.filter(field.is_null()).alias("value").value_counts(name="count")
    return pl.concat([words, beside]).sort("count", descending=True, maintain_order=True) if beside.height else words


def _field(series: Any, plain: Any, collection: Collection, *, dates: bool) -> list[CellOddity]:
    """The oddities of one field; where cells are held, numbers are strings too."""
    import polars as pl

    numbers, whole = 0 if plain is None else int(plain.sum()), collection.cells is not None
    counted = _counted(series, plain, collection)
    values, counts = counted["value"].fill_null(""), counted["count"]
    missing = odd_cells.are_missing(values, words=plain is None)
    full, full_counts = values.filter(~missing), counts.filter(~missing)
    number = odd_cells.are_numbers(full)
    of = numbers + int(full_counts.sum() or 0)
    share = numbers / max(1, of) if plain is not None else float(full_counts.filter(number).sum() or 0) / max(1, of)
    found: list[tuple[str, pl.Series]] = [("mark", values.filter(odd_cells.are_marks(values)))]
    if whole:
        found.append(("code", odd_cells.read_away(values, full)))
    if whole and MOSTLY <= share < 1:
        strays = full if plain is not None else full.filter(~number)  # of a field of numbers, all that could not be read as one
        found.append(("mixed", strays.filter(~(_in_another_form(strays) if dates else odd_cells.are_padded_codes(strays, full.filter(number))))))
    found += [("garbled", odd_cells.garbled(full)), ("formula", odd_cells.formulas(full))]
    variants = _variants(full, full_counts) if full.len() <= LABELS and share < 0.5 and full.len() * AGAIN <= of else full.head(0)
    found.append(("variant", variants))
    oddities = []
    for kind, odd in found:
        if odd.len():
            rows = tuple(series.fill_null("").is_in(odd.to_list()).arg_true().to_list())
            oddities.append(CellOddity(kind=kind, field=series.name, values=tuple(odd.head(SHOWN).to_list()), rows=rows, count=len(rows), of=of, share=share, different=full.len(), among="dates" if dates else "numbers", codes=odd_cells.may_be_codes(odd)))
    return oddities


def _in_another_form(values: Any) -> Any:
    """Bool [N]: dates that are written otherwise than the others, of which another check tells."""
    import polars as pl

    from nohero.sources.date_forms import read_date

    return pl.Series([read_date(v) is not None for v in values.to_list()], dtype=pl.Boolean)


def _of_whole(collection: Collection) -> CellFacts:
    """Counts over all rows; named are those of the sample, and the first thousand."""
    import polars as pl

    whole = collection.whole
    source = collection.cells if collection.cells is not None else collection.frame
    strings = [s for s in source if s.dtype == pl.String and s.name != collection.split]
    found: list[CellOddity] = []
    for series in strings:
        column = whole.columns[series.name]
        of = column.n - column.gaps
        share = (column.numbers if column.lengths.n else column.full) / max(1, of)
        odd = {kind: one for kind, one in column.odd.items() if kind != "mixed" or MOSTLY <= share < 1}
        here = series.fill_null("")
        for kind, one in odd.items():
            values = sorted(one.values, key=lambda v: (-one.values[v], v))
            rows = {*whole.rows[here.is_in(values).to_numpy()].tolist(), *one.rows}
            found.append(CellOddity(kind=kind, field=series.name, values=tuple(values[:SHOWN]), rows=tuple(sorted(rows)), count=one.count, of=of, share=share, different=round(column.distinct.count), among="numbers" if column.span is None else "dates"))
        if column.counts.of is not None and share < 0.5 and len(column.counts.of) <= min(LABELS, of / AGAIN):
            spelt = {v: c for v, c in column.counts.of.items() if isinstance(v, str)}
            values = _variants(pl.Series(list(spelt), dtype=pl.String), pl.Series(list(spelt.values()), dtype=pl.Int64)).to_list()
            rows = set(whole.rows[here.is_in(values).to_numpy()].tolist())
            found += [CellOddity(kind="variant", field=series.name, values=tuple(values[:SHOWN]), rows=tuple(sorted(rows)), count=sum(spelt[v] for v in values), of=of, share=share)] if values else []
    return CellFacts(oddities=tuple(found), fields=len(strings), items=whole.names)


def _variants(values: Any, counts: Any) -> Any:
    """The rarer spellings of values that differ in case and blanks alone; signs are kept, as <=50 and >50 are not the same."""
    import polars as pl

    before = values.str.extract(r"^\s*(_*)")  # _exit is another name than exit
    folded = before + values.str.replace_all(UNSEEN, "").str.to_lowercase().str.replace_all(r"[\s_]+", " ").str.strip_chars(" .")
    frame = pl.DataFrame({"value": values, "folded": folded, "count": counts})
    most = frame.sort("count", descending=True).group_by("folded", maintain_order=True).agg(pl.col("value").first().alias("best"), pl.len().alias("spellings"))
    odd = frame.join(most.filter(pl.col("spellings") > 1), on="folded").filter(pl.col("value") != pl.col("best"))
    return odd.sort("count", descending=True)["value"]
