"""Search, filter and sort the items of a collection by anything that is known of them, in a small language that only reads.

    len(text) > 300 and label == 'spam'
    age < 0 or missing(age)
    year(sold) in (2019, 2020) and not startswith(lower(name), 'test')

A comparison that meets a missing value is neither true nor false, so such an item is chosen by neither it nor its negation.
"""

from __future__ import annotations

import ast
import io
import keyword
import tokenize
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from nohero.run.errors import UsageError, did_you_mean
from nohero.sources import query_terms as terms
from nohero.sources.query_terms import FUNCTIONS, TRUTH, Term, Unfit

if TYPE_CHECKING:
    import numpy.typing as npt

    from nohero.sources.collection import Collection

LONGEST = 2000  # characters of a query
MOST_NODES = 400  # parts of a query
LANGUAGE = f"fields, numbers, 'text', == != < <= > >=, and or not, + - * / %, in (...), is None, {', '.join(f'{name}()' for name in FUNCTIONS)}"
GRAMMAR = {"and", "or", "not", "in", "is", "None", "True", "False"}
ODD = "field('{}')"  # how a name that is no plain word is written


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What a query chose."""

    rows: npt.NDArray[np.intp]  # places in the collection, in the order asked for
    found: int  # before the limit
    fields: tuple[str, ...]  # that the query names


def choose(collection: Collection, *, where: str = "", sort: str = "", limit: int | None = None) -> Chosen:
    """The items for which `where` holds, by the keys of `sort` (a minus before a key: largest first), at most `limit`."""
    if limit is not None and limit < 1:
        raise UsageError(f"--limit {limit}", expected="1 or more", mend="--limit 20, for example")
    known = known_fields(collection)
    frame = pl.DataFrame(list(known.values()))
    named: dict[str, None] = {}
    kept = np.arange(frame.height)
    if where.strip():
        reader = _Reader(where, known)
        term = reader.read()
        if term.kind != TRUTH:
            raise UsageError(f"`{where}` is {term.said()}, not a condition", expected="something that is true or false of each item", mend="compare it with something, as in age > 30")
        kept = np.flatnonzero(_values(frame, term.expression).fill_null(value=False).to_numpy())
        named |= dict.fromkeys(reader.named)
    if sort.strip():
        reader = _Reader(sort, known)
        keys = reader.keys()
        order = frame[kept].with_columns(**{f"key {i}": _sortable(term) for i, (term, _) in enumerate(keys)}, place=np.arange(len(kept)))
        names = [f"key {i}" for i in range(len(keys))]
        kept = kept[order.sort(names, descending=[down for _, down in keys], nulls_last=True, maintain_order=True)["place"].to_numpy()]
        named |= dict.fromkeys(reader.named)
    return Chosen(rows=kept[:limit], found=len(kept), fields=tuple(named))


def known_fields(collection: Collection) -> dict[str, pl.Series]:
    """Every field by name, and item, label, split and text where no field is called so."""
    frame: pl.DataFrame = collection.frame
    known = {name: frame[name] for name in frame.columns}
    also: dict[str, Any] = {"item": pl.Series(list(collection.items), dtype=pl.String), "text": collection.texts}
    also |= {word: frame[name] for word, name in (("label", collection.label), ("split", collection.split)) if name}
    for name, series in also.items():
        if series is not None and name not in known:
            known[name] = series.alias(name)
    return known


def _values(frame: pl.DataFrame, expression: pl.Expr) -> pl.Series:
    return frame.with_columns(expression.alias("value of the query"))["value of the query"]


def _sortable(term: Term) -> pl.Expr:
    return term.expression.cast(pl.String) if term.kind not in ("number", "date", TRUTH) else term.expression


class _Reader:
    """One expression, taken apart."""

    def __init__(self, text: str, known: dict[str, pl.Series]) -> None:
        if len(text) > LONGEST:
            raise UsageError(f"a query of {len(text):,} characters", expected=f"at most {LONGEST:,}", mend="search in two steps")
        self.text, self.known = text.strip(), known
        self.named: dict[str, None] = {}
        self.stand_ins: dict[str, str] = {}  # for fields that are called like a word of Python's: class, from, ...
        self.source = self._without_keywords()

    def read(self) -> Term:
        """The whole as one term."""
        return self._term(self._parsed())

    def keys(self) -> list[tuple[Term, bool]]:
        """The whole as keys to sort by, and whether the largest comes first."""
        node = self._parsed()
        found = []
        for part in node.elts if isinstance(node, ast.Tuple) else [node]:
            down = isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.USub)
            found.append((self._term(part.operand if isinstance(part, ast.UnaryOp) and down else part), down))
        return found

    def _without_keywords(self) -> str:
        try:
            tokens = list(tokenize.generate_tokens(io.StringIO(self.text).readline))
        except (tokenize.TokenError, SyntaxError):
            return self.text  # the parser will say what is wrong
        words = [t for t in tokens if t.type == tokenize.NAME and keyword.iskeyword(t.string) and t.string not in GRAMMAR and t.string in self.known]
        lines = self.text.splitlines(keepends=True)
        for token in reversed(words):
            (row, start), (_, end) = token.start, token.end
            stand_in = f"{token.string}_"
            while stand_in in self.known or self.stand_ins.get(stand_in, token.string) != token.string:
                stand_in += "_"
            self.stand_ins[stand_in] = token.string
            lines[row - 1] = lines[row - 1][:start] + stand_in + lines[row - 1][end:]
        return "".join(lines)

    def _parsed(self) -> ast.expr:
        try:
            node = ast.parse(self.source, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            said = getattr(error, "msg", None) or "too deeply nested"
            place = f" at character {error.offset}" if isinstance(error, SyntaxError) and error.offset else ""
            raise UsageError(f"`{self.text}` cannot be read: {said}{place}", expected=LANGUAGE, mend="text stands in quotation marks; a name that is no plain word is written " + ODD.format("that name")) from error
        if sum(1 for _ in ast.walk(node)) > MOST_NODES:
            raise UsageError(f"a query of more than {MOST_NODES} parts", expected="a shorter one", mend="search in two steps")
        return node

    def _term(self, node: ast.expr) -> Term:
        try:
            return self._made(node)
        except Unfit as unfit:
            raise UsageError(f"`{self._quoted(node)}`: {unfit.what}", expected=unfit.expected, mend=unfit.mend) from unfit

    def _made(self, node: ast.expr) -> Term:
        match node:
            case ast.Constant():
                return terms.constant(node.value)
            case ast.Name() | ast.Attribute():
                return self._field(self._dotted(node), node)
            case ast.BoolOp():
                parts = [self._term(value) for value in node.values]
                return terms.both(parts) if isinstance(node.op, ast.And) else terms.either(parts)
            case ast.UnaryOp(op=ast.Not()):
                return terms.opposite(self._term(node.operand))
            case ast.UnaryOp(op=ast.USub()):
                return terms.negated(self._term(node.operand))
            case ast.BinOp():
                return terms.arithmetic(type(node.op).__name__, self._term(node.left), self._term(node.right))
            case ast.Compare():
                return self._comparison(node)
            case ast.Call(func=ast.Name(id=name), keywords=[]):
                return self._call(name, node)
        raise self._foreign(node)

    def _comparison(self, node: ast.Compare) -> Term:
        """`a < b < c` is `a < b and b < c`."""
        found, left = [], node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            sign = type(operator).__name__
            if sign in ("In", "NotIn"):
                if isinstance(right, ast.Tuple | ast.List | ast.Set):
                    one = terms.member(self._term(left), [self._term(item) for item in right.elts])
                else:
                    one = terms.call("contains", [self._term(right), self._term(left)])
                found.append(terms.opposite(one) if sign == "NotIn" else one)
            else:
                found.append(terms.compared(sign, self._term(left), self._term(right)))
            left = right
        return terms.both(found) if len(found) > 1 else found[0]

    def _call(self, name: str, node: ast.Call) -> Term:
        if name == "field":
            if len(node.args) == 1 and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
                return self._field(node.args[0].value, node)
            raise Unfit("field() takes a name", expected=ODD.format("name of a field"), mend="write the name in quotation marks")
        if name not in FUNCTIONS:
            raise Unfit(f"there is no function `{name}`", expected=", ".join(f"{f}()" for f in FUNCTIONS), mend=did_you_mean(name, FUNCTIONS))
        return terms.call(name, [self._term(argument) for argument in node.args])

    def _field(self, name: str, node: ast.expr) -> Term:
        name = self.stand_ins.get(name, name)
        if name not in self.known:
            near = did_you_mean(name, self.known)
            raise UsageError(f"no field `{name}` in `{self._quoted(node)}`", expected=f"one of {len(self.known)} fields", mend=f"{near}; text stands in quotation marks")
        self.named[name] = None
        return terms.field_term(name, self.known[name].dtype)

    def _dotted(self, node: ast.expr) -> str:
        """The fields inside an object of a json line are called `outer.inner`."""
        if isinstance(node, ast.Name):
            return node.id
        if isinstance(node, ast.Attribute):
            return f"{self._dotted(node.value)}.{node.attr}"
        raise self._foreign(node)

    def _foreign(self, node: ast.expr) -> UsageError:
        return UsageError(f"`{self._quoted(node)}` is not part of the language of queries", expected=LANGUAGE, mend="say it with these")

    def _quoted(self, node: ast.expr) -> str:
        said = ast.get_source_segment(self.source, node) or self.text
        for stand_in, name in self.stand_ins.items():
            said = said.replace(stand_in, name)
        return said[:80]
