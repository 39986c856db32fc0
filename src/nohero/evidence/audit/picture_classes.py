"""How many pictures each class has, in all and in each part."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from nohero.run.figure import Bar, Bars
from nohero.sources.collection import Collection

PRICE = 0.0  # seconds
SHOWN = 20  # bars
MANY = 0.5  # of the items: so many values are names or measures, no classes


@dataclass(frozen=True, kw_only=True)
class PictureClasses:
    """Commonest first."""

    label: str
    counts: tuple[tuple[str, int], ...]
    parts: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]  # the part and its counts, training first

    def bars(self, title: str) -> Bars:
        """The classes as bars; of many the commonest and the rarest."""
        shown = self.counts if len(self.counts) <= SHOWN else (*self.counts[: SHOWN // 2], *self.counts[-SHOWN // 2 :])
        return Bars(title=title, value_label="pictures", bars=tuple(Bar(label=name[:30], value=float(n)) for name, n in shown))

    def figures(self) -> tuple[Bars, ...]:
        """How the classes are spread."""
        return (self.bars(f"Pictures of each `{self.label}`"),)


def measure(collection: Collection) -> PictureClasses:
    """Counts of the label's values."""
    from nohero.setup.refusal import Unmeasurable
    from nohero.sources.collection import PICTURE

    if collection.kind != PICTURE:
        raise Unmeasurable("the items are no pictures")
    if not collection.label:
        raise Unmeasurable("there is no label")
    labels = ["no label" if v is None else str(v) for v in collection.labels.to_list()]
    counts = Counter(labels)
    if len(counts) > MANY * len(labels):
        raise Unmeasurable(f"`{collection.label}` has {len(counts):,} values among {len(labels):,} pictures: no classes")
    parts = collection.frame[collection.split].to_list() if collection.split else []
    by_part = tuple((part, tuple(Counter(label for label, p in zip(labels, parts, strict=True) if p == part).most_common())) for part in collection.parts)
    return PictureClasses(label=collection.label, counts=tuple(counts.most_common()), parts=by_part)
