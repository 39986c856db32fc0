"""Labels, however many, to one of a fixed number of buckets by a hash that is the same everywhere.

Legend: N items, B buckets. Source: Weinberger et al. 2009, Feature hashing (arXiv:0902.2206).
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, ClassVar, NoReturn

import numpy as np

from nohero.data.preprocessing.labels import Label, labels_of
from nohero.data.preprocessing.numbers import Array, no_way_back
from nohero.run.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Hashing:
    """The number of buckets, and how many of the labels of train share theirs with another. A label need not be known; a gap has the code B."""

    buckets: int
    num_labels: int  # of train, different ones
    num_sharing: int
    lost: ClassVar[str] = "which of the labels that share a bucket it was"

    @classmethod
    def fit(cls, train: Any, buckets: int = 1024) -> Hashing:
        """Nothing but counts is taken from train [N]."""
        if buckets < 1:
            raise UsageError(
                f"{buckets} buckets hold nothing", expected="at least one bucket", mend="take about four times as many as there are labels"
            )
        labels = {label for label in labels_of(train) if label is not None}
        _, counts = np.unique([_place(label, buckets) for label in labels], return_counts=True)
        return cls(buckets=buckets, num_labels=len(labels), num_sharing=int(counts[counts > 1].sum()))

    @property
    def num_codes(self) -> int:
        """B + 1: rows of an embedding."""
        return self.buckets + 1

    def apply(self, values: Any) -> Array:
        """int64 [N]."""
        labels = labels_of(values)
        places = {label: self.buckets if label is None else _place(label, self.buckets) for label in set(labels)}
        return np.array([places[label] for label in labels], dtype=np.int64)

    def invert(self, codes: Any) -> NoReturn:  # noqa: ARG002 (there is none, and the reason is told)
        """There is none: an error that says why."""
        no_way_back("a hash", self.lost)


def _place(label: Label, buckets: int) -> int:
    """Numbers by Python's own hash of numbers, which is one for all that are equal and no secret of the process as that of text is."""
    text = label if isinstance(label, str) else f"\0{hash(label)}"
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") % buckets
