"""JSON objects as rows: one a line, or a list of them in one file, as pandas and most services write them."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from nohero.data.raw import Unusable
from nohero.data.table_header import unique_names
from nohero.data.table_text import decode
from nohero.run.errors import DataError

LINES = (".jsonl", ".ndjson")
JSON = ".json"
KEY = "name"  # field of the names of objects that are rows
NESTED = 8  # fields of one object inside another that become fields of their own
FORM = "a list of objects, a row each; objects one a line; or columns by name, each a list or an object of rows"


def json_lines(content: bytes, before: int = 0) -> tuple[pl.DataFrame | None, tuple[Unusable, ...], int]:
    """(one row for each line that is an object, the other lines, how many lines); `before` lines stand above these."""
    found: list[dict[str, Any]] = []
    unusable = []
    lines = decode(content)[0].split("\n")
    for number, line in enumerate(lines, start=before + 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            unusable.append(Unusable(where=f"line {number}", reason=f"not JSON: {str(error)[:80]}"))
            continue
        if isinstance(value, dict):
            found.append(value)
        else:
            unusable.append(Unusable(where=f"line {number}", reason=f"a {type(value).__name__}, not an object"))
    return _frame(found), tuple(unusable), len(lines) - (not lines[-1])


def json_rows(content: bytes, source: str) -> tuple[pl.DataFrame, tuple[Unusable, ...], tuple[str, ...]]:
    """(the rows, what is no row, notes) of a whole file, in whichever of the usual forms it was written."""
    text, said = decode(content)
    try:
        held = json.loads(text)
    except (ValueError, RecursionError) as error:
        frame, unusable, _ = json_lines(content)
        if frame is None or 2 * len(unusable) > frame.height:
            raise DataError(f"{source} is not JSON: {str(error)[:80]}", expected=FORM, mend="check how the file was written: it may have been cut off") from error
        return frame, unusable, (*said, "read as one object a line")
    rows, told = _rows(held)
    notes = (*said, *told)
    objects = [row for row in rows if isinstance(row, dict)]
    frame = _frame(objects)
    if frame is None:
        raise DataError(f"{source} holds {_told(held)}, and no rows", expected=FORM, mend="write it as a list of objects, or as csv")
    where = "item" if len(objects) < len(rows) else ""
    return frame, tuple(Unusable(where=f"{where} {i}", reason=f"a {type(row).__name__}, not an object") for i, row in enumerate(rows, start=1) if not isinstance(row, dict)), notes


def column_of(name: str, values: list[Any]) -> pl.Series:
    """Plain values in the narrowest type that holds them all."""
    kinds = {type(v) for v in values if v is not None}
    if kinds <= {bool}:
        return pl.Series(name, values, dtype=pl.Boolean)
    if kinds <= {int} and all(v is None or abs(v) < 2**63 for v in values):
        return pl.Series(name, values, dtype=pl.Int64)
    if kinds <= {int, float}:
        return pl.Series(name, values, dtype=pl.Float64, strict=False)
    return pl.Series(name, [None if v is None else str(v) for v in values], dtype=pl.String)


def _rows(held: Any) -> tuple[list[Any], tuple[str, ...]]:
    """The rows of a list, of the only list of objects in an object, or of columns by name."""
    if isinstance(held, list):
        return held, ()
    if not isinstance(held, dict):
        return [], ()
    if isinstance(held.get("columns"), list) and isinstance(held.get("data"), list):  # as pandas writes with orient="split"
        names = unique_names([str(name) for name in held["columns"]])[0]
        return [dict(zip(names, row, strict=False)) if isinstance(row, list) else row for row in held["data"]], ()
    lists = {name: part for name, part in held.items() if isinstance(part, list) and part and isinstance(part[0], dict)}
    if len(lists) == 1:
        name, rows = next(iter(lists.items()))
        return rows, (f"rows are those of `{name}`",)
    columns = list(held.values())
    if columns and all(isinstance(c, dict) for c in columns):
        if _are_columns(held):
            return [{name: column[key] for name, column in held.items()} for key in columns[0]], ()
        name = next(n for n in (KEY, *(f"{KEY} {i}" for i in range(1, len(columns) + 2))) if not any(n in row for row in columns))
        return [{name: key, **row} for key, row in held.items()], (f"rows are the objects by name; their names are `{name}`",)
    if columns and all(isinstance(c, list) for c in columns) and len({len(c) for c in columns}) == 1:
        return [dict(zip(held, row, strict=True)) for row in zip(*columns, strict=True)], ()
    return [], ()


def _are_columns(held: dict[str, dict[str, Any]]) -> bool:
    """Whether objects of the same keys are columns by row, and not rows by name: rows are numbered, or more than the columns."""
    keys = [tuple(column) for column in held.values()]
    return len(set(keys)) == 1 and (keys[0] == tuple(str(i) for i in range(len(keys[0]))) or len(keys[0]) > len(keys))


def _told(held: Any) -> str:
    if isinstance(held, dict):
        return f"an object with {', '.join(f'`{name}`' for name in list(held)[:6])}" if held else "an empty object"
    return f"a list of {len(held):,}" if isinstance(held, list) else f"a {type(held).__name__}"


def _frame(found: list[dict[str, Any]]) -> pl.DataFrame | None:
    rows = [dict(_flat(row)) for row in found]
    names = list(dict.fromkeys(k for row in rows for k in row))
    return pl.DataFrame([column_of(name, [_whole(row.get(name)) for row in rows]) for name in names]) if names else None


def _whole(value: Any) -> Any:
    """Half of a pair of code points is no letter: a question mark stands in its place."""
    return value.encode(errors="replace").decode() if isinstance(value, str) and not value.isascii() else value


def _flat(value: dict[str, Any], before: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, part in value.items():
        name = f"{before}{_whole(key)}"
        if isinstance(part, dict) and len(part) <= NESTED and not before:
            found += _flat(part, f"{name}.")
        else:
            found.append((name, json.dumps(part, ensure_ascii=False) if isinstance(part, dict | list) else part))
    return found
