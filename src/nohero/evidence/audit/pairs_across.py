"""Pairs of rows, of which one lies in another part of the split than the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nohero.sources.collection import Collection


def pairs_across(collection: Collection, pairs: Iterable[tuple[int, int]], *, either_way: bool = False) -> tuple[tuple[str, str, tuple[int, ...], int], ...]:
    """(part, other part, rows of the other, its size): the parts in the order of the pair, or where a pair says the same either way in the order of the split."""
    if not collection.split:
        return ()
    order = {p: k for k, p in enumerate(collection.parts)}
    parts = collection.frame[collection.split].to_list()
    found: dict[tuple[str, str], set[int]] = {}
    for pair in pairs:
        if all(parts[i] in order for i in pair) and parts[pair[0]] != parts[pair[1]]:
            one, other = sorted(pair, key=lambda i: order[parts[i]]) if either_way else pair
            found.setdefault((parts[one], parts[other]), set()).add(other)
    return tuple((one, other, tuple(sorted(rows)), parts.count(other)) for (one, other), rows in found.items())
