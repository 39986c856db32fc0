"""Which speakers, devices or takes lie in several parts: the group that was named, or what the names of the files propose."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.evidence.audit.text_items import parts_of

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 0.0  # seconds
NAMED = "name_"  # how fields from the names of files begin
SPEAKER = re.compile(r"(speaker|client|subject|singer|talker|patient|recordist|device)([ _-]?(id|name|no|number))?", re.IGNORECASE)  # fields of a table that say so
LEAST_ITEMS = 2.0  # of a speaker, on average


@dataclass(frozen=True, kw_only=True)
class Spread:
    """One field that may name speakers."""

    field: str
    declared: bool
    called: bool  # a speaker by the field's own name
    values: int
    across: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]  # value, items by part: only those in several
    items: tuple[str, ...]  # of the other parts than the first, whose speaker is in the first too
    outside: int  # items of the other parts


@dataclass(frozen=True, kw_only=True)
class Speakers:
    """What the parts share of each such field."""

    parts: tuple[str, ...]
    spreads: tuple[Spread, ...]


def measure(collection: Collection) -> Speakers:
    """The named group, or else each field that calls itself a speaker, or each of the files' names whose values are words and not the label."""
    from nohero.setup.refusal import Unmeasurable

    if collection.kind != "sound":
        why = "the items are no sounds"
        raise Unmeasurable(why)
    if not collection.split:
        why = "the source is not divided into parts"
        raise Unmeasurable(why)
    columns = [c for c in collection.frame.columns if c not in (collection.label, collection.split)]
    called = [c for c in columns if SPEAKER.fullmatch(c.strip()) and 1 < collection.frame[c].n_unique() < len(collection)]
    fields = [collection.group] if collection.group else called or [c for c in columns if c.startswith(NAMED) and _names_people(collection, c)]
    return Speakers(parts=collection.parts, spreads=tuple(_spread(collection, f) for f in fields))


def _names_people(collection: Collection, field: str) -> bool:
    """Words, each on several items, and neither the label nor another name of it."""
    column = collection.frame[field]
    if field == collection.label or column.n_unique() * LEAST_ITEMS > len(column) or column.n_unique() < 2:
        return False
    if collection.label and collection.frame.select(field, collection.label).n_unique() == column.n_unique():
        return False
    return not bool(column.str.contains(r"^\d+$").any())


def _spread(collection: Collection, field: str) -> Spread:
    values = ["" if v is None else str(v) for v in collection.frame[field].to_list()]
    parts = parts_of(collection)
    counts: dict[str, dict[str, int]] = {}
    for value, part in zip(values, parts, strict=True):
        counts.setdefault(value, {}).setdefault(part, 0)
        counts[value][part] += 1
    first = collection.parts[0]
    across = tuple((v, tuple(sorted(c.items()))) for v, c in sorted(counts.items()) if len(c) > 1)
    shared = {v for v, c in counts.items() if first in c}
    items = tuple(item for item, v, part in zip(collection.items, values, parts, strict=True) if part != first and v in shared)
    return Spread(field=field, declared=field == collection.group, called=bool(SPEAKER.fullmatch(field.strip())), values=len(counts), across=across, items=items, outside=sum(p != first for p in parts))
