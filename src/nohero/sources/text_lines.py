"""What the lines of a text file hold: a table, texts, or texts with their label in front or behind."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.data.table_text import SEPARATORS

if TYPE_CHECKING:
    from collections.abc import Sequence

LOOKED_AT = 1000  # lines that decide
MOSTLY = 0.95  # of the lines that must have the form
MOST_LABELS, LABEL_SHARE, LABEL_LETTERS = 100, 0.2, 30  # distinct labels, in all and of the lines, and the letters of one
LEAST_WORDS = 2.5  # of a text on average, beside its label
LEAST_LINES = 4  # fewer tell no form
FEW_BLANKS = 0.01  # of the lines: so few blank ones are items without a text, more of them part paragraphs
FASTTEXT = "__label__"
HEADINGS = {"label", "class", "target", "category", "text", "message", "sentence", "sentiment", "y", "x"}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One item: its place in the file, its text and its label."""

    number: int
    text: str
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class Lines:
    """The items of one file, the lines that have not its form, and what reading decided."""

    items: tuple[Line, ...]
    labelled: bool
    odd: tuple[tuple[int, str], ...] = ()  # line, why it is set aside
    notes: tuple[str, ...] = ()


def split_lines(text: str) -> list[str]:
    """At line feeds alone: other characters that end a line stand inside texts."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return lines[:-1] if lines and not lines[-1] else lines


def is_table(lines: Sequence[str]) -> bool:
    """Cells of one number a line, columns between spaces of which half are numbers, or numbers in all lines; a label beside a text is none."""
    head = [line for line in lines[:LOOKED_AT] if line.strip()]
    if len(head) < 2 or labels_of(head) is not None:
        return False
    if _share(_is_number(line) for line in head[1:]) >= MOSTLY:
        return True
    if any(_even(head, separator) for separator in SEPARATORS):
        return True
    widths = {len(line.split()) for line in head}
    if len(widths) != 1 or widths == {1}:
        return False
    columns = list(zip(*(line.split() for line in head[1:]), strict=True))
    return sum(_share(map(_is_number, column)) >= MOSTLY for column in columns) >= 0.5 * len(columns)


def parse_lines(text: str) -> Lines:
    """The items of a file of lines."""
    lines = split_lines(text)
    blank = sum(not line.strip() for line in lines)
    full = [line for line in lines if line.strip()]
    side = labels_of(full)
    notes = []
    parting = blank > FEW_BLANKS * len(lines)
    if parting:
        notes.append(f"{blank:,} blank lines of {len(lines):,} passed over: they part paragraphs")
    items, odd = [], []
    for number, line in enumerate(lines, start=1):
        if not line.strip() and (parting or side is not None):
            if not parting:
                odd.append((number, "a blank line"))
        elif side is None:
            items.append(Line(number=number, text=line))
        elif (cut := _cut(line, side)) is None:
            odd.append((number, "no tab between label and text" if side != FASTTEXT else f"no {FASTTEXT} in front"))
        else:
            items.append(Line(number=number, text=cut[1], label=cut[0]))
    if side is not None:
        notes.append({"first": "label, tab, text in each line", "last": "text, tab, label in each line"}.get(side, f"labels stand behind {FASTTEXT}"))
        if items and items[0].number == 1 and items[0].label.casefold() in HEADINGS and sum(i.label == items[0].label for i in items) == 1:
            items = items[1:]
            notes.append("the first line names the columns")
    return Lines(items=tuple(items), labelled=side is not None, odd=tuple(odd), notes=tuple(notes))


def labels_of(lines: Sequence[str]) -> str | None:
    """Where the label stands: `first` or `last` beside a tab, behind fastText's mark, or nowhere."""
    head = [line for line in lines[:LOOKED_AT] if line.strip()]
    if len(head) < LEAST_LINES:
        return None
    if _share(line.startswith(FASTTEXT) for line in head) >= MOSTLY:
        return FASTTEXT
    if _share(line.count("\t") == 1 for line in head) < MOSTLY:
        return None
    cells = [line.split("\t") for line in head if line.count("\t") == 1]
    first, last = [c[0].strip() for c in cells], [c[1].strip() for c in cells]
    if _are_labels(first) and _are_texts(last):
        return "first"
    return "last" if _are_labels(last) and _are_texts(first) else None


def _cut(line: str, side: str) -> tuple[str, str] | None:
    if side == FASTTEXT:
        found = re.match(rf"(?:{FASTTEXT}(\S+)\s*)(.*)", line, re.DOTALL)
        return (found.group(1), found.group(2)) if found else None
    before, tab, after = line.partition("\t") if side == "first" else line.rpartition("\t")
    if not tab:
        return None
    return (before.strip(), after) if side == "first" else (after.strip(), before)


def _are_labels(cells: Sequence[str]) -> bool:
    distinct = set(cells)
    return 1 < len(distinct) <= min(MOST_LABELS, max(2, LABEL_SHARE * len(cells))) and max(map(len, distinct)) <= LABEL_LETTERS


def _are_texts(cells: Sequence[str]) -> bool:
    return sum(len(cell.split()) for cell in cells) / len(cells) >= LEAST_WORDS and len(set(cells)) > 0.3 * len(cells)


def _even(lines: Sequence[str], separator: str) -> bool:
    """Whether most lines are cut into as many cells, two at least."""
    try:
        widths = Counter(len(record) for record in csv.reader(lines, delimiter=separator) if record)
    except csv.Error:
        return False
    width, count = widths.most_common(1)[0]
    return width > 1 and count >= MOSTLY * widths.total()


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _share(answers: object) -> float:
    found = list(answers)  # type: ignore[call-overload]
    return sum(found) / len(found) if found else 0.0
