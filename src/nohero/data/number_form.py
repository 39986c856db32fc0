"""Numbers as people write them: with signs of currency, units, gaps or commas between thousands, a decimal comma.

A form is a plain text that is kept with the model ("number, signs taken off, decimal comma"), and later files are read in it.
"""

from __future__ import annotations

import re

import polars as pl

SHARE = 0.95  # of the cells that must parse for a column to count as numbers or dates
NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$|^[+-]?(?i:inf(inity)?)$"
SIGNS = r"^[$€£¥]\s*|\s*[%€$£¥]$"
SIGNED = r"^([+-])[$€£¥]\s*"  # -$5
BRACKETED = r"^\([$€£¥]?\s*([\d.,]+)\)$"  # (5) among sums of money is -5
GAPS = "[ '\u2019\u00a0\u2009\u202f]"
GAPPED = rf"^[+-]?\d{{1,3}}({GAPS}\d{{3}})+([.,]\d+)?$"
THOUSANDS = r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"
POINTED = r"^[+-]?\d{1,3}(\.\d{3})+(,\d+)?$"  # 1.234,56
DECIMAL_COMMA = r"^[+-]?\d+,\d+$|^[+-]?\d{1,3}(\.\d{3})+,\d+$"
BELOW_ONE = r"^[+-]?0,\d"
UNITS = ("kg", "g", "mg", "lb", "lbs", "oz", "t", "km", "m", "cm", "mm", "mi", "ft", "in", "sqft", "m2", "m²", "l", "ml", "h", "hr", "hrs", "hours", "min", "mins", "minutes", "s", "sec", "secs", "ms", "days", "years", "yrs", "EUR", "USD", "GBP", "CHF", "INR", "JPY", "SEK", "NOK", "DKK", "Rs", "Rs.", "kr", "°C", "°F", "kW", "kWh", "Hz", "hp", "bhp", "mph", "km/h", "kmpl", "cc", "CC", "GB", "MB", "px")
BEFORE, BEHIND = rf"^({'|'.join(map(re.escape, UNITS))})\s+", rf"\s*({'|'.join(map(re.escape, sorted(UNITS, key=len, reverse=True)))})$"
NUMBERS = "number"
WITHOUT_SIGNS, WITHOUT_GAPS, WITHOUT_COMMAS, WITH_DECIMAL_COMMA = "signs taken off", "gaps between thousands", "thousands separators", "decimal comma"
UNIT = re.compile(r"unit `(.+?)` taken off")


def bare_number(series: pl.Series, form: str) -> pl.Series:
    """The cells without what `form` names, ready to be cast."""
    unit = UNIT.search(form)
    plain = _without_unit(series, unit[1]) if unit else series
    plain = _without_signs(plain) if WITHOUT_SIGNS in form else plain
    if WITHOUT_GAPS in form:
        plain = plain.str.replace_all(GAPS, "")
    if WITHOUT_COMMAS in form:
        plain = plain.str.replace_all(",", "", literal=True)
    if WITH_DECIMAL_COMMA in form:
        pointed = plain.str.contains(POINTED)
        plain = pl.select(pl.when(pointed).then(plain.str.replace_all(".", "", literal=True)).otherwise(plain).alias(series.name)).to_series()
        plain = plain.str.replace(",", ".", literal=True)
    return plain


def ornament(odd: pl.Series, *, most: bool = True, pointed: bool = False) -> str:
    """What stands in the way of reading these cells as numbers, in the words that `bare_number` knows; `most` says that most of the column is such.

    A unit in a few cells is not taken off: they may be in another unit than the others. Where others are `pointed`, a comma is no decimal sign.
    """
    said, bare = "", odd
    unit = _unit_of(odd) if most else ""
    if unit:
        bare, said = _without_unit(odd, unit), f", unit `{unit}` taken off"
    signed, bare = bare, _without_signs(bare)
    if share(bare, r"^[+-]?\d") >= SHARE / 2 and bool((bare != signed).any()):
        said += f", {WITHOUT_SIGNS}"
    if bool(bare.str.contains(GAPPED).any()):
        bare, said = bare.str.replace_all(GAPS, ""), f"{said}, {WITHOUT_GAPS}"
    rest = bare.filter(~bare.str.contains(NUMBER))  # $5.50 needs nothing more, and says nothing of $1,550.50
    if share(rest, THOUSANDS) >= SHARE / 2 and not rest.str.contains(BELOW_ONE).any():
        return f"{said}, {WITHOUT_COMMAS}"
    return f"{said}, {WITH_DECIMAL_COMMA}" if share(rest, DECIMAL_COMMA) >= SHARE / 2 and not pointed else said


def in_one_table(forms: list[str], frame: pl.DataFrame) -> list[str]:
    """The forms of all columns, with one decimal sign: where another column proves a decimal comma, 12,500 is twelve and a half."""
    if not any(WITH_DECIMAL_COMMA in form for form in forms):
        return forms
    return [form.replace(WITHOUT_COMMAS, WITH_DECIMAL_COMMA) if WITHOUT_COMMAS in form and not _pointed(cells) else form for form, cells in zip(forms, frame, strict=True)]


def share(full: pl.Series, pattern: str) -> float:
    """Of the cells, those that `pattern` fits."""
    return float(full.str.contains(pattern).mean() or 0.0)  # type: ignore[arg-type]


def _pointed(cells: pl.Series) -> bool:
    """Whether a comma can stand between thousands alone: a point or a second comma follows one."""
    return bool(cells.str.contains(r",.*[.,]").any())


def _unit_of(odd: pl.Series) -> str:
    """The one unit that stands behind the numbers, or before them with a blank; a letter before a number is a code."""
    for pattern in (rf"^[+-]?[\d.,'\s]*\d{BEHIND}", rf"{BEFORE}[+-]?\d"):
        found = odd.str.extract(pattern, 1).drop_nulls().unique()
        if found.len() == 1 and share(odd, pattern) >= SHARE:
            return str(found[0])
    return ""


def _without_unit(series: pl.Series, unit: str) -> pl.Series:
    return series.str.replace(rf"^{re.escape(unit)}\s+", "").str.replace(rf"\s*{re.escape(unit)}$", "")


def _without_signs(series: pl.Series) -> pl.Series:
    """Without signs of currency and per cent; brackets are a minus, and so is the sign of typesetters."""
    plain = series.str.replace("\u2212", "-", literal=True).str.replace(BRACKETED, "-${1}")
    return plain.str.replace(SIGNED, "${1}").str.replace_all(SIGNS, "")
