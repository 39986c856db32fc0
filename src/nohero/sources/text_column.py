"""The texts of a table: its columns of free text, alone or, where these are long, beside other fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from nohero.sources.chat_column import said_in

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

LEAST_WORDS = 4.0  # of a cell, on average
BESIDE_WORDS = 8.0  # the same beside other fields: names, places and addresses have fewer
SHORT_WORDS = 1.5  # of a cell, on average, from which it may be a short answer, a title or a phrase
UNSPACED, LETTERS_A_WORD = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]", 2.0  # scripts that write no blanks between words, and letters of a word there, about
LEAST_DISTINCT = 0.3  # of the cells; messages are sent again, categories much more often
MOST_CLASSES, CLASS_SHARE = 50, 0.2  # distinct values of a label, in all and of the rows
LEAST_LETTERS = 0.5  # of the characters: prose, not numbers
LOOKED_AT = 5000  # rows that decide


def with_texts(collection: Collection) -> Collection:
    """`texts` of a table that has them, and of a table of nothing else its label, where only one field can be it; any other collection as it is."""
    if collection.kind != "row" or collection.texts is not None or not len(collection):
        return collection
    frame, head = collection.frame, collection.frame.head(LOOKED_AT)
    aside = {collection.label, collection.split, collection.group, collection.time, "part", "file"}
    free = [n for n in frame.columns if n not in aside and is_free(head[n])]
    rest = [n for n in frame.columns if n not in aside and n not in free]
    classes = [n for n in rest if _is_class(head[n])]
    beside = any(n not in classes and not _is_number(head[n]) for n in rest) or len(classes) > 1 or bool(classes and collection.label)
    if beside:
        free = [n for n in free if _words(head[n].drop_nulls()) >= BESIDE_WORDS]
    short = tuple(n for n in frame.columns if (n == collection.label or n not in aside) and n not in free and is_free(head[n], SHORT_WORDS))
    if not free:
        beside_each_other = f"short texts in {' and '.join(f'`{n[:40]}`' for n in short[:6])} are compared row by row, and not looked at as texts"
        return collection.with_(short_fields=short, notes=(*collection.notes, beside_each_other) if len(short) > 1 else collection.notes)
    column = said_in(frame[free[0]]) if len(free) == 1 else pl.DataFrame([said_in(frame[n]) for n in free]).select(pl.concat_str(free, separator="\n", ignore_nulls=True)).to_series()
    note = f"texts are those of {' and '.join(f'`{n[:40]}`' for n in free)}" + (", beside other fields" if beside else "")
    label = collection.label or (classes[0] if classes and not beside else "")
    said = f"; the label is `{label}`, the only other field that can be it" if label and not collection.label else ""
    return collection.with_(texts=column.rename("text"), label=label, text_fields=tuple(free), short_fields=short, beside=beside, notes=(*collection.notes, note + said))


def is_free(column: pl.Series, least: float = LEAST_WORDS) -> bool:
    """Whether the cells are free text: so many words each, of letters, mostly different."""
    if column.dtype != pl.String or column.null_count() == len(column):
        return False
    full = column.drop_nulls()
    letters = float(full.str.count_matches(r"\p{L}").sum()) / max(1.0, float(full.str.len_chars().sum()))
    return letters >= LEAST_LETTERS and _words(full) >= least and full.n_unique() >= LEAST_DISTINCT * len(full)


def _words(full: pl.Series) -> float:
    """Words of a cell; where no blanks stand between them, by its letters."""
    return (float(full.str.count_matches(r"\S+").sum()) + float(full.str.count_matches(UNSPACED).sum()) / LETTERS_A_WORD) / max(1, len(full))


def _is_class(column: pl.Series) -> bool:
    if column.dtype.is_float() or column.dtype.is_temporal():
        return False
    return 1 < column.drop_nulls().n_unique() <= min(MOST_CLASSES, max(2.0, CLASS_SHARE * len(column)))


def _is_number(column: pl.Series) -> bool:
    """An identifier: a value of its own in nearly every row."""
    full = column.drop_nulls()
    return not column.dtype.is_float() and full.n_unique() > 0.95 * len(full)
