"""Whether the first line of a text table names its columns, and what they are called when it does not."""

from __future__ import annotations

import itertools
from collections import Counter

import polars as pl

from nohero.data.number_form import NUMBER
from nohero.data.table_types import MISSING, MISSING_AMONG_NUMBERS
from nohero.run.errors import DataError

LOOKED_AT = 2000  # rows below the first that are compared with it
YEARS = (1700, 2100)  # that may name columns
MOSTLY = 0.9  # of a column that must be numbers for a word above it to be its name


def has_header(grid: pl.DataFrame) -> bool:
    """A first cell that is no number above a column of numbers, or first cells that never come again below."""
    if grid.height == 0 or grid.width == 0:
        return False
    first = [cell or "" for cell in grid.row(0)]
    rest = grid.slice(1, LOOKED_AT)
    words = [not _is_number(cell) for cell in first]
    if not any(words):
        return False
    if rest.height == 0:
        return all(words)
    if _are_years(first, rest):
        return True
    if any(_is_word(cell) and numbers for cell, numbers in zip(first, _mostly_numbers(rest), strict=True)):
        return True
    if not all(words) or len({cell.casefold() for cell in first if cell}) < len([cell for cell in first if cell]):
        return False
    return not any(cell and bool((rest[:, i] == cell).any()) for i, cell in enumerate(first))


def _are_years(first: list[str], rest: pl.DataFrame) -> bool:
    """Whether years in even steps stand beside words, above columns that hold no years: a table with a column a year."""
    numbers = [(i, cell) for i, cell in enumerate(first) if _is_number(cell)]
    if len(numbers) < 2 or not all(len(cell) == 4 and cell.isdecimal() and YEARS[0] <= int(cell) <= YEARS[1] for _, cell in numbers):
        return False
    steps = {int(b) - int(a) for (_, a), (_, b) in itertools.pairwise(numbers)}
    return len(steps) == 1 and steps != {0} and not any(bool(rest[:, i].str.contains(r"^(1[789]|20)\d\d$").any()) for i, _ in numbers)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _is_word(cell: str) -> bool:
    lowered = cell.lower()
    return lowered not in MISSING and lowered not in MISSING_AMONG_NUMBERS and not _is_number(cell)


def _mostly_numbers(rest: pl.DataFrame) -> list[bool]:
    """For each column, whether nearly all its cells that are not markers for missing are numbers."""
    cells = pl.all()
    marks = rest.select(cells.str.to_lowercase().is_in((*MISSING, *MISSING_AMONG_NUMBERS)).sum()).row(0)
    numbers = rest.select(cells.str.contains(NUMBER).sum()).row(0)
    return [count > 0 and count >= MOSTLY * (rest.height - marked) for count, marked in zip(numbers, marks, strict=True)]


def column_names(first: list[str], source: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names from the first line, with a note on those that it leaves empty; a name that stands twice is an error."""
    names = tuple(cell or f"c{i}" for i, cell in enumerate(first))
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        places = [str(i + 1) for i, name in enumerate(names) if name == twice[0]]
        more = f" ({len(twice)} names stand more than once: {', '.join(f'`{n}`' for n in twice[:8])})"
        raise DataError(
            f"the column name `{twice[0]}` stands {len(places)} times in {source}, at columns {', '.join(places)}"
            + (more if len(twice) > 1 else ""),
            expected="every column with a name of its own",
            mend="rename or remove the repeats in the first line of the file",
        )
    empty = [name for name, cell in zip(names, first, strict=True) if not cell]
    return names, (f"columns without a name are called {', '.join(empty[:8])}",) if empty else ()


def unique_names(first: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """A name for every column; what stands twice gets a number."""
    seen: Counter[str] = Counter()
    names, twice = [], []
    for i, cell in enumerate(first):
        name = cell or f"c{i}"
        seen[name] += 1
        if seen[name] > 1:
            twice.append(name)
            name = f"{name} ({seen[name]})"
        names.append(name)
    return names, (f"column names that stand more than once: {', '.join(f'`{n}`' for n in dict.fromkeys(twice))}",) if twice else ()
