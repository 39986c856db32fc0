"""Which cells of a column of strings are odd by themselves: marks for missing, garbled letters, formulas; and which are numbers."""

from __future__ import annotations

import re

import polars as pl

from nohero.data.number_form import NUMBER
from nohero.data.table_types import MISSING, NONE

PLAIN = ("", "na", "n/a", "nan", "null", "none", "<na>", "#n/a")  # read as missing by common readers
OTHER = ("<nooutput>", "<noinput>", "unknown", "unk", "not available", "not known", "tbd", "undefined", "unspecified", "no data", "n.a.", "-", "--", "?", "missing", "(null)", "nil", "#na", "#ref!", "#value!", "#div/0!", "#num!", ".", "..", "*")
BEHIND = "\u0080-\u00a0€‚ƒ„†‡ˆ‰Š‹Œ˜™š›œžŸ¡-¿"  # what the second byte of a letter becomes; signs that end a quotation are left out where they may do so
GARBLED = re.compile(
    "[ÃÂâ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œžŸ¡-¿]|\ufffd|ï»¿"
    f"|[ÄÅ][{BEHIND}Ž]|(?<=[a-z])[ÄÅÆÇÈ][{BEHIND}Ž…‘’“”•–—]"  # the other letters of Latin: a capital amid small ones
    f"|(?:[ÐÑÎÏØÙ][{BEHIND}Ž…‘’“”•–—]){{2}}|(?:á[º»][{BEHIND}Ž…‘’“”•–—])"  # Cyrillic, Greek and Arabic; Vietnamese
)  # fmt: skip
FORMULA = re.compile(r"^\s?(?:[=+@-]+[A-Za-z_.][\w.]*[(!|]|[=+]+\(|[=+]+\$?[A-Za-z]{1,3}\$?\d+\b|=+\d+\s*[-+*/^])")  # a call, a sheet, a program, a cell, a sum: @someone and -But are words
PADDED = r"^0\d+$"  # a code that is filled up with zeros
CODED = r"^[0-9]*\p{L}{1,2}[0-9]*$"  # a letter or two among the figures of such a code: 2A, V57
NUMBERED = r"^\p{Lu}{1,2}[-.]?\d[\d.]*$|^\d+[ACDEFGHJ]$"  # V57, E909.1, 12B: what may be a code among numbers; K and M are thousands and millions, B is either
LEAST_CODES, NEARLY_ALL, LEAST_CONTINENTS = 20, 0.98, 4  # different codes of two letters, their share of the values, and continents
CONTINENTS = frozenset(["AF", "AN", "AS", "EU", "OC", "SA"])
STATES = frozenset(["AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS", "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY", "AS", "GU", "MP", "PR", "VI", "AA", "AE", "AP", "AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"])  # and Canada's provinces
LONGEST = 16  # bytes of the longest mark: longer cells are not looked at twice


def are_missing(values: pl.Series, *, words: bool = False) -> pl.Series:
    """Bool [N]: nothing, or a mark that stands for it; in a column of `words`, "none" is one of them."""
    return _lowered(values).is_in([*MISSING, *OTHER, *(() if words else (NONE,))])


def are_marks(values: pl.Series) -> pl.Series:
    """Bool [N]: a mark for missing that common readers take for a value."""
    return _lowered(values).is_in([m for m in (*MISSING, *OTHER) if m not in PLAIN])


def around_garbled(value: str, letters: int = 40) -> str:
    """The place of a cell at which it is garbled."""
    found = GARBLED.search(value)
    start = max(0, found.start() - letters // 2) if found and len(value) > letters else 0
    return f"{'…' if start else ''}{value[start : start + letters]}"


def read_away(values: pl.Series, full: pl.Series) -> pl.Series:
    """`NA`, where all other values are codes of two letters, and not those of America's states: Namibia's code, or that of North America."""
    codes = full.str.contains(r"^[A-Z]{2}$")
    known = set(full.to_list())
    are_codes = full.len() >= LEAST_CODES and int(codes.sum()) >= NEARLY_ALL * codes.len() and not known <= STATES
    return values.filter(values == "NA") if are_codes or (len(known) >= LEAST_CONTINENTS and known <= CONTINENTS) else values.head(0)


def are_numbers(values: pl.Series) -> pl.Series:
    """Bool [N]: a number, with a sign of currency or per cent or not."""
    signed: pl.Series = values.str.strip_chars().str.contains(r"^[+-]?[$€£]?\d[\d.,]*\s*[%€$£]?$")
    return signed | values.str.contains(NUMBER)


def are_padded_codes(values: pl.Series, numbers: pl.Series) -> pl.Series:
    """Bool [N]: codes with a letter in them, as long as one of the numbers, where some of these are filled up with zeros: 2A beside 01."""
    padded = numbers.filter(numbers.str.contains(PADDED))
    if not padded.len():
        return pl.repeat(value=False, n=values.len(), dtype=pl.Boolean, eager=True)
    bare = values.str.strip_chars()
    return bare.str.contains(CODED) & bare.str.contains(r"\d") & bare.str.len_chars().is_in(padded.str.len_chars().unique().implode())


def may_be_codes(values: pl.Series) -> bool:
    """Whether all of them are letters before figures, or one behind, as codes of diagnoses and houses have them."""
    return bool(values.len()) and bool(values.str.strip_chars().str.contains(NUMBERED).all())


def garbled(values: pl.Series) -> pl.Series:
    """Those that were read in the wrong encoding."""
    odd = values.filter(values.str.len_bytes() != values.str.len_chars())
    return _searched(odd, GARBLED)


def formulas(values: pl.Series) -> pl.Series:
    """Those that a spreadsheet would run."""
    return _searched(values.filter(values.str.contains(r"^\s?[=+@-]")), FORMULA)


def _lowered(values: pl.Series) -> pl.Series:
    return values.str.strip_chars().str.to_lowercase()


def _searched(values: pl.Series, pattern: re.Pattern[str]) -> pl.Series:
    return values.filter(pl.Series([bool(pattern.search(v)) for v in values.to_list()], dtype=pl.Boolean)) if values.len() else values
