"""Words that a spreadsheet took for dates: 10-24 that is written 24-Oct now, 1-2 that is 2-Jan, and the gene SEPT2 that is 2-Sep."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

MONTHS = {
    name: number for number, names in enumerate((
        "jan", "feb", "mar mrz mär", "apr", "may mai", "jun", "jul", "aug", "sep sept", "oct okt", "nov", "dec dez",
    ), start=1) for name in names.split()
}  # fmt: skip
NAMES = "|".join(sorted(MONTHS, key=len, reverse=True))
DATED = re.compile(rf"(?:(\d{{1,2}})[-. ] ?({NAMES})|({NAMES})[- ](\d{{1,2}}))", re.IGNORECASE)
LIKE = rf"(?i)^(?:\d{{1,2}}[-. ] ?(?:{NAMES})|(?:{NAMES})[- ]\d{{1,2}})$"
NAMED = rf"(?i)\b(?:{NAMES})[a-z]*\b|\d{{4}}-\d\d-\d\d|^\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}"  # the others of a field of dates
FIGURES = r"^\D{0,3}\d{1,2} ?[-/–] ?\d{1,2}\b"  # what a spreadsheet takes for a date: 10-24, 3/1, 1-9km/h
GENE = r"^[A-Z][A-Z0-9]{1,7}(?:-[A-Z0-9]+)?$"
SHARE = 0.9  # of the rows at most; where all values are dates, they are meant
ENOUGH, GENES = 0.15, 0.8  # of the other different values that are two numbers, and that look like genes' names
FEW = 0.02  # of them that are dates: JUN is a gene
MANY = 50  # different names of genes


def may_be_dates(texts: pl.Series) -> bool:
    """Whether any of the different texts of a field is such a word."""
    return bool(texts.str.strip_chars().str.contains(LIKE).any())


def taken_for_dates(series: pl.Series) -> tuple[list[int], str] | None:
    """(rows, what they may have been); nothing where the others do not tell that they were no dates."""
    texts = series.str.strip_chars()
    dated = texts.str.contains(LIKE).fill_null(value=False)
    count, n = int(dated.sum()), int(texts.is_not_null().sum())
    if not count or count > SHARE * n:
        return None
    others = texts.filter(~dated).drop_nulls().unique()
    if float(others.str.contains(NAMED).mean() or 0) > FEW:  # type: ignore[arg-type]
        return None
    words = texts.filter(dated).value_counts(sort=True, name="times of it").to_series(0).head(3).to_list()
    numbers = float(others.str.contains(FIGURES).mean() or 0) >= ENOUGH  # type: ignore[arg-type]
    genes = others.len() >= MANY and float(others.str.contains(GENE).mean() or 0) >= GENES  # type: ignore[arg-type]
    if not numbers and not genes:
        return None
    were = ", ".join(f"`{w}` may have been `{_was(w, others, gene=genes and not numbers)}`" for w in words)
    return dated.arg_true().to_list(), were


def _was(word: str, others: pl.Series, *, gene: bool) -> str:
    """What stood there; of two readings the one that the field has elsewhere."""
    found = DATED.fullmatch(word)
    if found is None:
        return word
    day, month = int(found[1] or found[4]), MONTHS[(found[2] or found[3]).lower()]
    if gene:
        return f"{ {3: 'MARCH', 9: 'SEPT', 12: 'DEC'}.get(month, (found[2] or found[3]).upper())}{day}"
    first, second = sorted((day, month)) if day <= 12 else (month, day)
    readings = [f"{a}{sign}{b}" for a, b in ((first, second), (second, first)) for sign in "-/"]
    known = [r for r in readings if r in set(others.to_list())]
    return known[0] if known else readings[0]
