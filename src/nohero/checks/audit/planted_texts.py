"""A collection with other texts, for the proofs of the checks of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.sources.collection import Collection


def changed(collection: Collection, texts: Sequence[str], labels: Sequence[str] | None = None, parts: Sequence[str] | None = None) -> Collection:
    """The same kind of collection with these texts, and with these labels and parts."""
    from nohero.sources.text_files import Text, made

    told = collection.labels.to_list() if labels is None else labels
    where = parts if parts is not None else collection.frame[collection.split].to_list() if collection.split else [""] * len(texts)
    items = [Text(item=f"line {i}", text=t, label=label, part=part) for i, (t, label, part) in enumerate(zip(texts, told, where, strict=True), start=1)]
    return made(items, collection.name, collection.source)
