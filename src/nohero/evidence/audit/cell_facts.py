"""How the cells of each field are written: marks for missing, words among numbers, garbled letters, one value spelt in several ways.

Everything is judged on the values that differ, and counted over the rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.data.table_types import MISSING, MISSING_AMONG_NUMBERS, NUMBER

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 0.5  # seconds
PLAIN = ("", "na", "n/a", "nan", "null", "none", "<na>", "#n/a")  # read as missing by common readers
OTHER = ("unknown", "unk", "not available", "not known", "tbd", "undefined", "unspecified", "no data", "n.a.", "-", "--", "?", "missing", "(null)", "nil", "#na", "#ref!", "#value!", "#div/0!", "#num!", ".", "..", "*")
GARBLED = re.compile("[ÃÂâ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œžŸ¡-¿]|\ufffd|ï»¿")
FORMULA = re.compile(r"^\s?(?:[=+@-]+[A-Za-z_.][\w.]*[(!|]|[=+]+\(|[=+]+\$?[A-Za-z]{1,3}\$?\d+\b|=+\d+\s*[-+*/^])")  # a call, a sheet, a program, a cell, a sum: @someone and -But are words
LABELS = 2000  # values of a field of categories; more are text or names
SHOWN = 5
MOSTLY = 0.9  # of a field's cells are numbers: the words among them are odd; ticket numbers of the Titanic have 0.74


@dataclass(frozen=True, kw_only=True)
class CellOddity:
    """One field's odd cells: kind is mark, mixed, garbled, variant or formula."""

    kind: str
    field: str
    values: tuple[str, ...]  # as they are written, commonest first
    rows: tuple[int, ...]
    of: int  # cells of the field that hold something
    different: int = 0  # values of these cells
    share: float = 0.0  # mixed: of these cells that are numbers


@dataclass(frozen=True, kw_only=True)
class CellFacts:
    """All odd cells."""

    oddities: tuple[CellOddity, ...]
    fields: int
    items: tuple[str, ...]  # names of all the collection's items

    def of(self, *kinds: str) -> tuple[CellOddity, ...]:
        """Those of some kinds, most rows first."""
        return tuple(sorted((o for o in self.oddities if o.kind in kinds), key=lambda o: -len(o.rows)))

    def named(self, found: tuple[CellOddity, ...]) -> tuple[str, ...]:
        """Names of the items concerned, each once."""
        return tuple(self.items[i] for i in sorted({i for o in found for i in o.rows}))


def measure(collection: Collection) -> CellFacts:
    """Each field that holds strings, as written where the source is a text file."""
    import polars as pl

    from nohero.setup.refusal import Unmeasurable

    if collection.kind != "row":
        raise Unmeasurable("the items are no rows of a table")
    source = collection.cells if collection.cells is not None else collection.frame
    strings = [s for s in source if s.dtype == pl.String and s.name != collection.split]
    found = [o for s in strings for o in _field(s, whole=collection.cells is not None)]
    return CellFacts(oddities=tuple(found), fields=len(strings), items=collection.items)


def _field(series: Any, *, whole: bool) -> list[CellOddity]:
    """The oddities of one field; `whole` says that numbers are written as strings too."""
    import polars as pl

    counted = series.value_counts(sort=True, name="times of it")
    values, counts = counted.to_series(0).fill_null(""), counted.to_series(1)
    lowered = values.str.strip_chars().str.to_lowercase()
    missing = lowered.is_in([*MISSING, *OTHER])
    full, full_counts = values.filter(~missing), counts.filter(~missing)
    number = full.str.contains(NUMBER) | full.str.strip_chars().str.contains(r"^[+-]?[$€£]?\d[\d.,]*\s*[%€$£]?$")
    of = int(full_counts.sum() or 0)
    share = float(full_counts.filter(number).sum() or 0) / max(1, of)
    found: list[tuple[str, pl.Series]] = []
    marks = values.filter(missing & ~lowered.is_in(PLAIN) & (lowered.is_in([*MISSING, *MISSING_AMONG_NUMBERS]) | lowered.is_in(OTHER)))
    if marks.len():
        found.append(("mark", marks))
    if whole and MOSTLY <= share < 1:
        found.append(("mixed", full.filter(~number)))
    garbled = full.filter(full.map_elements(lambda v: bool(GARBLED.search(v)), return_dtype=pl.Boolean)) if full.len() and not full.str.contains(r"^[\x00-\x7f]*$").all() else full.head(0)
    if garbled.len():
        found.append(("garbled", garbled))
    formula = full.filter(full.str.contains(r"^[=+@\t-]")) if full.len() else full
    formula = formula.filter(formula.map_elements(lambda v: bool(FORMULA.search(v)), return_dtype=pl.Boolean)) if formula.len() else formula
    if formula.len():
        found.append(("formula", formula))
    variants = _variants(full, full_counts) if full.len() <= LABELS and share < 0.5 else full.head(0)
    if variants.len():
        found.append(("variant", variants))
    return [
        CellOddity(kind=kind, field=series.name, values=tuple(odd.head(SHOWN).to_list()), rows=tuple(series.fill_null("").is_in(odd.to_list()).arg_true().to_list()), of=of, share=share, different=full.len())
        for kind, odd in found
    ]


def _variants(values: Any, counts: Any) -> Any:
    """The rarer spellings of values that differ in case and blanks alone; signs are kept, as <=50 and >50 are not the same."""
    import polars as pl

    folded = values.str.to_lowercase().str.replace_all(r"[\s_]+", " ").str.strip_chars(" .")
    frame = pl.DataFrame({"value": values, "folded": folded, "count": counts})
    most = frame.sort("count", descending=True).group_by("folded", maintain_order=True).agg(pl.col("value").first().alias("best"), pl.len().alias("spellings"))
    odd = frame.join(most.filter(pl.col("spellings") > 1), on="folded").filter(pl.col("value") != pl.col("best"))
    return odd.sort("count", descending=True)["value"]
