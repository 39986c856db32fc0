"""What the parts of a query mean: each is an expression over the columns and the kind of value that it has."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NUMBER, TEXT, TRUTH, DATE, NOTHING, OTHER = "number", "text", "truth", "date", "nothing", "other"
SAID = {NUMBER: "a number", TEXT: "text", TRUTH: "true or false", DATE: "a date", NOTHING: "None", OTHER: "neither number, text, date nor truth"}
LONGEST_PATTERN = 200  # characters
LARGEST_WHOLE = 2**63 - 1
MOMENT = pl.Datetime("us")


class Unfit(Exception):  # noqa: N818 (told as a UsageError with the place in the query)
    """A part that does not fit."""

    def __init__(self, what: str, *, expected: str, mend: str) -> None:
        """In three parts, as every error."""
        super().__init__(what)
        self.what, self.expected, self.mend = what, expected, mend


@dataclass(frozen=True, kw_only=True)
class Term:
    """An expression, what kind of value it has, and the value itself where it is written in the query."""

    expression: pl.Expr
    kind: str
    value: Any = None
    whole: bool = False  # whole numbers throughout
    name: str = ""

    def said(self) -> str:
        """What it is, in words."""
        return SAID[self.kind]


def constant(value: Any) -> Term:
    """A value as it is written."""
    if value is None:
        return Term(expression=pl.lit(None), kind=NOTHING)
    if isinstance(value, bool):
        return Term(expression=pl.lit(value), kind=TRUTH, value=value)
    if isinstance(value, int) and abs(value) <= LARGEST_WHOLE:
        return Term(expression=pl.lit(value, dtype=pl.Int64), kind=NUMBER, value=value, whole=True)
    if isinstance(value, int | float):
        large = float(value) if abs(value) < 10**300 else math.copysign(math.inf, value)
        return Term(expression=pl.lit(large), kind=NUMBER, value=large)
    if isinstance(value, str):
        return Term(expression=pl.lit(value), kind=TEXT, value=value)
    raise Unfit(f"a {type(value).__name__} cannot be compared", expected="a number, text, True, False or None", mend="write one of these")


def field_term(name: str, dtype: Any) -> Term:
    """A column; what is not a number counts as missing, and dates lose their zone."""
    column = pl.col(name)
    if dtype.is_float() or dtype.is_decimal() or dtype == pl.UInt64:
        return Term(expression=column.cast(pl.Float64).fill_nan(None), kind=NUMBER, name=name)
    if dtype.is_integer():
        return Term(expression=column.cast(pl.Int64), kind=NUMBER, whole=True, name=name)
    if dtype == pl.Boolean:
        return Term(expression=column, kind=TRUTH, name=name)
    if dtype in (pl.Date, pl.Datetime):
        moment = column.dt.replace_time_zone(None) if dtype == pl.Datetime else column
        return Term(expression=moment.cast(MOMENT), kind=DATE, name=name)
    if dtype in (pl.String, pl.Categorical, pl.Enum):
        return Term(expression=column.cast(pl.String), kind=TEXT, name=name)
    return Term(expression=column, kind=OTHER, name=name)


def both(terms: Sequence[Term]) -> Term:
    """All of them are true."""
    return _joined(and_, terms, "and")


def either(terms: Sequence[Term]) -> Term:
    """One of them is true."""
    return _joined(or_, terms, "or")


def opposite(term: Term) -> Term:
    """It is not true."""
    _need(term, TRUTH, "not")
    return Term(expression=~term.expression, kind=TRUTH)


def negated(term: Term) -> Term:
    """With the other sign."""
    _need(term, NUMBER, "-")
    if term.value is not None:
        return constant(-term.value)
    return Term(expression=_real(-term.expression.cast(pl.Float64)), kind=NUMBER)


def arithmetic(sign: str, left: Term, right: Term) -> Term:
    """In floating point, but for the remainder of whole numbers; what is divided by zero is missing."""
    signs: dict[str, Callable[[Any, Any], Any]] = {"Add": lambda a, b: a + b, "Sub": lambda a, b: a - b, "Mult": lambda a, b: a * b, "Div": lambda a, b: a / b, "Mod": lambda a, b: a % b}
    if sign not in signs:
        raise Unfit("this sign is not known", expected="+ - * / %", mend="say it with these")
    for term in (left, right):
        _need(term, NUMBER, "arithmetic")
    whole = sign == "Mod" and left.whole and right.whole
    a, b = (t.expression if whole else t.expression.cast(pl.Float64) for t in (left, right))
    if sign in ("Div", "Mod"):
        b = pl.when(b == 0).then(None).otherwise(b)
    found = signs[sign](a, b)
    return Term(expression=found if whole else _real(found), kind=NUMBER, whole=whole)


def compared(sign: str, left: Term, right: Term) -> Term:
    """Two values of one kind; a text beside a date is read as one."""
    if sign in ("Is", "IsNot") or NOTHING in (left.kind, right.kind):
        return _is_none(sign, left, right)
    left, right = _dated(left, right), _dated(right, left)
    if left.kind != right.kind or left.kind == OTHER:
        raise Unfit(f"{_told(left)} is compared with {_told(right)}", expected="two values of one kind", mend=_kind_hint(left, right))
    if left.kind == TRUTH and sign not in ("Eq", "NotEq"):
        raise Unfit("true and false have no order", expected="== or !=", mend="write == True, for example")
    signs: dict[str, Callable[[Any, Any], Any]] = {
        "Eq": lambda a, b: a == b, "NotEq": lambda a, b: a != b, "Lt": lambda a, b: a < b,
        "LtE": lambda a, b: a <= b, "Gt": lambda a, b: a > b, "GtE": lambda a, b: a >= b,
    }  # fmt: skip
    return Term(expression=signs[sign](left.expression, right.expression), kind=TRUTH)


def member(term: Term, options: Sequence[Term]) -> Term:
    """It is one of the values written."""
    found = [_dated(option, term) for option in options]
    for option in found:
        if option.kind != term.kind or (option.value is None and option.kind != DATE):
            raise Unfit(f"{_told(term)} is looked for among {_told(option)}", expected=f"values that are {term.said()}, written out", mend=_kind_hint(term, option))
    if not found:
        raise Unfit("there is nothing in the list", expected="in ('a', 'b')", mend="write the values")
    if term.kind == TEXT:
        return Term(expression=term.expression.is_in([option.value for option in found]), kind=TRUTH)
    return Term(expression=reduce(or_, (term.expression == option.expression for option in found)), kind=TRUTH)


def call(name: str, terms: Sequence[Term]) -> Term:
    """A function of the language."""
    kinds, make = FUNCTIONS[name]
    if len(terms) != len(kinds):
        raise Unfit(f"{name}() is given {len(terms)} values", expected=f"{len(kinds)}", mend=f"{name}({', '.join(SAID.get(kind, 'a field') for kind in kinds)})")
    for term, kind in zip(terms, kinds, strict=True):
        if kind:
            _need(term, kind, f"{name}()")
    return make(*terms)


def _length(term: Term) -> Term:
    return Term(expression=term.expression.str.len_chars().cast(pl.Int64), kind=NUMBER, whole=True)


def _lower(term: Term) -> Term:
    return Term(expression=term.expression.str.to_lowercase(), kind=TEXT)


def _contains(term: Term, part: Term) -> Term:
    return Term(expression=term.expression.str.contains(part.expression, literal=True), kind=TRUTH)


def _starts(term: Term, part: Term) -> Term:
    return Term(expression=term.expression.str.starts_with(part.expression), kind=TRUTH)


def _matches(term: Term, pattern: Term) -> Term:
    """Somewhere in the text; the engine takes time in proportion to the text, whatever the pattern."""
    if pattern.value is None:
        raise Unfit("the pattern is not written out", expected="matches(name, '^A.*z$')", mend="write the pattern in quotation marks")
    if len(pattern.value) > LONGEST_PATTERN:
        raise Unfit(f"a pattern of {len(pattern.value)} characters", expected=f"at most {LONGEST_PATTERN}", mend="search for less, or in two steps")
    try:
        pl.Series([""]).str.contains(pattern.value)
    except pl.exceptions.ComputeError as error:
        said = [row.strip() for row in str(error).splitlines() if row.startswith("error:")]
        raise Unfit(f"`{pattern.value}` is no pattern: {(said or ['it cannot be read'])[0].removeprefix('error: ')}", expected="a regular expression without look-around and back-references", mend="r'\\d+' finds digits, for example") from error
    return Term(expression=term.expression.str.contains(pattern.value), kind=TRUTH)


def _absolute(term: Term) -> Term:
    return Term(expression=term.expression.cast(pl.Float64).abs(), kind=NUMBER)


def _year(term: Term) -> Term:
    return Term(expression=term.expression.dt.year().cast(pl.Int64), kind=NUMBER, whole=True)


def _month(term: Term) -> Term:
    return Term(expression=term.expression.dt.month().cast(pl.Int64), kind=NUMBER, whole=True)


def _missing(term: Term) -> Term:
    return Term(expression=term.expression.is_null(), kind=TRUTH)


FUNCTIONS: dict[str, tuple[tuple[str, ...], Callable[..., Term]]] = {
    "len": ((TEXT,), _length), "lower": ((TEXT,), _lower), "contains": ((TEXT, TEXT), _contains), "startswith": ((TEXT, TEXT), _starts),
    "matches": ((TEXT, TEXT), _matches), "abs": ((NUMBER,), _absolute), "year": ((DATE,), _year), "month": ((DATE,), _month), "missing": (("",), _missing),
}  # fmt: skip


def _joined(join: Callable[[Any, Any], Any], terms: Sequence[Term], word: str) -> Term:
    for term in terms:
        _need(term, TRUTH, word)
    return Term(expression=reduce(join, (term.expression for term in terms)), kind=TRUTH)


def _is_none(sign: str, left: Term, right: Term) -> Term:
    """`x is None`, `x == None` and their opposites."""
    term, other = (right, left) if left.kind == NOTHING else (left, right)
    if other.kind != NOTHING or sign not in ("Is", "IsNot", "Eq", "NotEq"):
        raise Unfit("this comparison has no answer", expected="is None, is not None, ==, !=", mend="a missing value is found by missing(field)")
    return Term(expression=term.expression.is_null() if sign in ("Is", "Eq") else term.expression.is_not_null(), kind=TRUTH)


def _dated(term: Term, beside: Term) -> Term:
    """A date written as text, beside a date."""
    if term.kind != TEXT or beside.kind != DATE or term.value is None:
        return term
    try:
        moment = datetime.fromisoformat(term.value)
    except ValueError:
        raise Unfit(f"`{term.value}` is no date", expected="'2024-01-31' or '2024-01-31 12:00'", mend="write it so") from None
    return Term(expression=pl.lit(moment.replace(tzinfo=None), dtype=MOMENT), kind=DATE, value=date(moment.year, moment.month, moment.day))


def _need(term: Term, kind: str, word: str) -> None:
    if term.kind != kind:
        raise Unfit(f"{word} needs {SAID[kind]}, and there stands {_told(term)}", expected=SAID[kind], mend="missing(field) and `is None` go with every kind" if term.kind == OTHER else f"give it {SAID[kind]}")


def _told(term: Term) -> str:
    if term.name:
        return f"field `{term.name}` ({term.said()})"
    return f"{term.value!r} ({term.said()})" if term.value is not None else term.said()


def _kind_hint(left: Term, right: Term) -> str:
    kinds = {left.kind, right.kind}
    written = next((t for t in (left, right) if t.value is not None), None)
    if kinds == {TEXT, NUMBER} and written is not None:
        return f"write '{written.value}' in quotation marks" if written.kind == NUMBER else "write the number without quotation marks"
    return "write True or False" if TRUTH in kinds else "compare fields of one kind"


def _real(expression: pl.Expr) -> pl.Expr:
    return expression.fill_nan(None)
