"""The texts of a collection, their keys and their classes, made once for all measurements of texts."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nohero.sources.collection import Collection

MOST_CLASSES, CLASS_SHARE = 100, 0.2  # distinct values of a label, in all and of the items
LONG_WORDS, LONG_LETTERS = 6, 40  # from which a text does not come twice by chance
SHOWN_LETTERS = 160  # of a text in a table
BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, kw_only=True, eq=False)
class Classes:
    """The label as classes: `codes` [N] point into `names`; -1 where there is none."""

    codes: Any  # numpy int64 [N]
    names: tuple[str, ...]


def texts_of(collection: Collection) -> list[str]:
    """Every text, "" where there is none."""
    from nohero.setup.refusal import Unmeasurable

    if collection.texts is None:
        why = "the items are no texts"
        raise Unmeasurable(why)
    found: list[str] = collection.shared("texts", lambda: collection.texts.fill_null("").to_list())
    return found


def texts_by_field(collection: Collection) -> list[tuple[str, list[str]]]:
    """The texts of each column that has some; ("", all of them) where there is one column."""
    if len(collection.text_fields) < 2:
        return [("", texts_of(collection))]
    return [(name, collection.frame[name].fill_null("").to_list()) for name in collection.text_fields]


def texts_and_short(collection: Collection) -> list[tuple[str, list[str]]]:
    """The same, with the columns of short texts beside them."""
    columns = texts_by_field(collection)
    if not collection.short_fields:
        return columns
    whole = collection.text_fields[0] if len(collection.text_fields) == 1 else ""
    return [*((name or whole, texts) for name, texts in columns), *((name, collection.frame[name].fill_null("").to_list()) for name in collection.short_fields)]


def keys_of(collection: Collection) -> list[str]:
    """Each text with case, width and blanks made equal: texts of one key are copies."""
    found: list[str] = collection.shared("text keys", lambda: [normal(t) for t in texts_of(collection)])
    return found


def normal(text: str) -> str:
    """One form for texts that differ in case, in blanks or in the form of a character alone."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return BLANKS.sub(" ", text).strip().casefold()


def is_long(key: str) -> bool:
    """Whether the text is long enough that two of them are no coincidence."""
    return len(key) >= LONG_LETTERS or key.count(" ") + 1 >= LONG_WORDS


def classes_of(collection: Collection) -> Classes | None:
    """The label as classes, or None where there is no label or it is a quantity."""
    import numpy as np

    labels = collection.labels
    if labels is None or labels.dtype.is_float() or labels.dtype.is_temporal():
        return None
    names = [str(v) for v in labels.drop_nulls().unique().sort().to_list()]
    if not 1 < len(names) <= min(MOST_CLASSES, max(2.0, CLASS_SHARE * len(collection))):
        return None
    place = {name: i for i, name in enumerate(names)}
    return Classes(codes=np.array([-1 if v is None else place[str(v)] for v in labels.to_list()], dtype=np.int64), names=tuple(names))


def parts_of(collection: Collection) -> list[str]:
    """Each item's part, or nothing where the source is not divided."""
    return [str(p) for p in collection.frame[collection.split].to_list()] if collection.split else []


def named(collection: Collection, rows: Iterable[int]) -> tuple[str, ...]:
    """The items' names."""
    return tuple(collection.items[int(i)] for i in rows)


def shown(text: str) -> str:
    """A text as one line of a table."""
    line = BLANKS.sub(" ", text).strip()
    return line if len(line) <= SHOWN_LETTERS else f"{line[: SHOWN_LETTERS - 1]}…"
