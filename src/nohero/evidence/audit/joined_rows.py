"""Cells in which other rows of the table stand, as a quotation mark without its partner leaves them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 0.1  # seconds
SEPARATORS = (",", ";", "\t", "|")
SHORTEST = 20  # bytes of a cell: two rows of two fields and the ends of others take more
LEAST_LINES = 2  # between the first and the last of a cell
ALIKE = 0.8  # of these lines that have the form of a row
LOOKED_AT = 5000  # rows that tell the forms of a field, and cells with line breaks that are looked at
MOST_FORMS = 50  # of a field whose cells are told by their form
NOT_READ = {"part", "file"}  # fields that the file does not have
LETTERS, DIGITS = re.compile(r"[^\W\d_]+"), re.compile(r"\d+")


@dataclass(frozen=True, kw_only=True)
class Joined:
    """A cell that holds rows."""

    item: str
    field: str
    rows: int  # that stand in it beside its own
    line: str  # one of them


@dataclass(frozen=True, kw_only=True)
class JoinedRows:
    """Cells with line breaks, and those of them that hold rows."""

    fields: int
    broken: int  # cells with so many line breaks
    joined: tuple[Joined, ...]


def measure(collection: Collection) -> JoinedRows:
    """A line within a cell is a row where it has as many separators and, left and right of the cell's field, cells of the forms that these fields have."""
    import polars as pl

    from nohero.setup.refusal import Unmeasurable

    frame = collection.frame
    names = [name for name in frame.columns if name not in NOT_READ]
    if collection.kind != "row" or len(names) < 2:
        raise Unmeasurable("the items are no rows of several fields")
    broken, joined = 0, []
    forms: dict[str, set[str]] = {}
    for k, name in enumerate(names):
        if frame[name].dtype != pl.String or int(frame[name].str.len_bytes().max() or 0) < SHORTEST:
            continue
        places = (frame[name].str.count_matches("\n") > LEAST_LINES).fill_null(value=False).arg_true().to_list()[:LOOKED_AT]
        broken += len(places)
        if places and not forms:
            forms = {n: _forms(collection, n) for n in names}
        around = [forms.get(n, set()) for n in names[:k]], [forms.get(n, set()) for n in names[k + 1 :]]
        found = [(i, _rows(frame[name][i].split("\n"), *around)) for i in places]
        joined += [Joined(item=collection.items[i], field=name, rows=told[0], line=told[1]) for i, told in found if told]
    return JoinedRows(fields=len(names), broken=broken, joined=tuple(joined))


def _forms(collection: Collection, name: str) -> set[str]:
    """The values of a field of few, else the forms of its cells; nothing where these are as many as texts have, or are words alone, which stand anywhere."""
    cells = {v.strip() for v in collection.written(name).head(LOOKED_AT).to_list()}
    if len(cells) <= MOST_FORMS:
        return cells
    found = {form_of(v) for v in cells}
    return found if len(found) <= MOST_FORMS and all("0" in form for form in found if form) else set()


def form_of(cell: str) -> str:
    """Letters and digits by kind: `53_1` and `2_17` have one form."""
    return DIGITS.sub("0", LETTERS.sub("a", cell.strip().strip('"')))


def _rows(lines: list[str], before: list[set[str]], behind: list[set[str]]) -> tuple[int, str] | None:
    inner = [line for line in lines[1:-1] if line.strip()]
    if len(inner) < LEAST_LINES or not any([*before, *behind]):
        return None
    for separator in SEPARATORS:
        fits = [line for line in inner if _fits(line.split(separator), before, behind)]
        if len(fits) >= max(LEAST_LINES, ALIKE * len(inner)):
            return len(lines) - 1, fits[0]
    return None


def _fits(pieces: list[str], before: list[set[str]], behind: list[set[str]]) -> bool:
    if len(pieces) <= len(before) + len(behind):
        return False
    sides: list[tuple[str, Any]] = [*zip(pieces, before, strict=False), *zip(pieces[len(pieces) - len(behind) :], behind, strict=True)]
    return all(not forms or piece.strip().strip('"') in forms or form_of(piece) in forms for piece, forms in sides)
