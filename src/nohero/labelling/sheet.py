"""What one person is asked: so many items in random order, the classes to choose from, and the fields that would give the answer away."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.run.errors import DataError, UsageError, did_you_mean
from nohero.sources.rows_file import number_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.sources.collection import Collection

KEYS = "123456789abcdefghijklmnopqrstvwxyz"  # u is for "cannot tell"
MOST_CLASSES = 100  # buttons that one can still look through
TELLING = 0.9  # share of items whose field holds the label as a word: it tells, whatever it is
LOOKED_AT = 2000  # items that decide whether a field tells


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The items in the order they are asked, and what may be answered."""

    collection: Collection
    rows: tuple[int, ...]  # places in the collection
    classes: tuple[str, ...]
    given: tuple[str | None, ...]  # labels of the rows as the source gives them; all None without a label
    shown: tuple[str, ...]  # fields that are shown
    seed: int
    annotator: str = ""

    def __len__(self) -> int:
        """How many items are asked."""
        return len(self.rows)

    def item(self, number: int) -> str:
        """The name of the item asked as number 1, 2, ..."""
        return self.collection.items[self.rows[number - 1]]

    def fingerprint(self) -> str:
        """Of all that makes answers comparable, but for how many are asked."""
        said = "\x1f".join((self.collection.sha256 or self.collection.source, self.collection.label, str(self.seed), self.annotator, *self.classes))
        return hashlib.sha256(said.encode()).hexdigest()[:10]


def make_sheet(collection: Collection, *, number: int, seed: int, classes: Sequence[str] = (), hidden: Sequence[str] = (), annotator: str = "") -> Sheet:
    """The first `number` items of an order that the seed decides; more items later begin with the same ones."""
    if number < 1:
        raise UsageError(f"-n {number}", expected="1 or more", mend="-n 100, for example")
    for name in hidden:
        if name not in collection.frame.columns:
            raise UsageError(f"no field `{name}` to hide", expected=f"one of {len(collection.frame.columns)} fields", mend=did_you_mean(name, collection.frame.columns))
    labels = answers_of(collection.labels) if collection.label else (None,) * len(collection)
    choices = tuple(dict.fromkeys(c.strip() for c in classes if c.strip())) or _classes(collection, labels)
    rows = tuple(np.random.default_rng(seed).permutation(len(collection))[:number].tolist())
    return Sheet(
        collection=collection, rows=rows, classes=choices, given=tuple(labels[row] for row in rows), shown=_shown(collection, labels, choices, hidden),
        seed=seed, annotator=annotator,
    )  # fmt: skip


def answers_of(series: Any) -> tuple[str | None, ...]:
    """A field as answers: text, and None where it is missing; 3.0 and 3 are one answer."""
    return tuple(None if v is None or v != v else number_text(v) if isinstance(v, float) else str(v) for v in series.to_list())  # noqa: PLR0124 (not a number)


def _classes(collection: Collection, labels: Sequence[str | None]) -> tuple[str, ...]:
    if not collection.label:
        raise UsageError("there is no label to choose classes from", expected="the label's field, or the classes", mend="--target FIELD, or --classes cat,dog")
    found = {label for label in labels if label is not None}
    if not 1 < len(found) <= MOST_CLASSES:
        raise DataError(f"label `{collection.label}` has {len(found):,} values", expected=f"from 2 to {MOST_CLASSES} classes that a person can choose from", mend="name another field with --target, or the classes with --classes")
    return tuple(sorted(found, key=_numbers_first))


def _numbers_first(text: str) -> tuple[int, float, str]:
    try:
        return 0, float(text), text
    except ValueError:
        return 1, 0.0, text


def _shown(collection: Collection, labels: Sequence[str | None], classes: Sequence[str], hidden: Sequence[str]) -> tuple[str, ...]:
    """Every field but the label, what is hidden by name, and what tells the label: other annotations, paths with class folders."""
    aside = {collection.label, collection.split, *hidden}
    found = []
    for name in collection.frame.columns:
        if name in aside:
            continue
        values = answers_of(collection.frame[name].head(LOOKED_AT))
        if not _tells(values, labels[: len(values)], set(classes)):
            found.append(name)
    return tuple(found)


def _tells(values: Sequence[str | None], labels: Sequence[str | None], classes: set[str]) -> bool:
    """It holds nothing but the classes' own names, or the item's own label as a word in nearly every item."""
    known = {v for v in values if v is not None}
    words = {c for c in classes if re.search(r"[^\W\d]", c)}  # a number says nothing: it may be a count
    if known and words and known <= classes:
        return True
    pairs = [(v, label) for v, label in zip(values, labels, strict=True) if v is not None and label in words]
    return bool(pairs) and sum(_holds(v, str(label)) for v, label in pairs) >= TELLING * len(pairs)


def _holds(text: str, word: str) -> bool:
    return re.search(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", text, re.IGNORECASE) is not None
