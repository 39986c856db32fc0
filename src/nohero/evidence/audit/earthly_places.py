"""Latitudes and longitudes by the names of their fields: beyond the poles, beyond the date line, and at the point where both are zero."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.sources.collection import Collection

PRICE = 0.05  # seconds
LATITUDE = re.compile(r"(?:^|[\W_])(?i:lat|latitude)(?:$|[\W_])|[a-z]Lat(?:itude)?$")
LONGITUDE = re.compile(r"(?:^|[\W_])(?i:lon|lng|long|longitude)(?:$|[\W_])|[a-z](?:Lon|Lng|Longitude)$")
POLE, HALF, ROUND = 90.0, 180.0, 360.0  # degrees
LEAST, SOUND = 30, 0.9  # places, and of them those that are on earth: else the numbers are in other units
ABOUT = 1.0  # degrees around the point of both zeros, in which no other place is


@dataclass(frozen=True, kw_only=True)
class EarthlyPlaces:
    """Of the first pair of such fields."""

    fields: tuple[str, str]  # latitude, longitude
    beyond: tuple[int, ...]  # no places on earth
    exchanged: tuple[int, ...]  # of these: on earth, and the latitude among the others', once both are exchanged
    zeros: tuple[int, ...]  # both are zero, and no other place is near
    num_places: int
    shown: tuple[tuple[float, float], ...]
    items: Sequence[str]


def measure(collection: Collection) -> EarthlyPlaces:
    """By name, and by most of the numbers."""
    import numpy as np

    from nohero.evidence.audit.order_rules import numbers_of
    from nohero.setup.refusal import Unmeasurable

    pair = _pair(collection) if collection.kind == "row" else None
    if pair is None:
        raise Unmeasurable("no fields are named as latitude and longitude")
    latitude, longitude = (numbers_of(collection.frame[n]) for n in pair)
    known = np.isfinite(latitude) & np.isfinite(longitude)
    with np.errstate(invalid="ignore"):
        limit = ROUND if np.nanmin(np.where(known, longitude, np.nan), initial=0) >= 0 else HALF
        off = known & ((np.abs(latitude) > POLE) | (np.abs(longitude) > limit))
        if known.sum() < LEAST or off.sum() > (1 - SOUND) * known.sum():
            raise Unmeasurable("there are few places, or the numbers are no degrees")
        sound = latitude[known & ~off]
        turned = off & (longitude >= sound.min()) & (longitude <= sound.max()) & (np.abs(latitude) <= limit)
        zero = known & (latitude == 0) & (longitude == 0)
        near = known & ~zero & (np.hypot(latitude, longitude) < ABOUT)
    zeros = np.flatnonzero(zero) if not near.any() else np.zeros(0, dtype=np.int64)
    rows = [*np.flatnonzero(off).tolist(), *zeros.tolist()]
    items = collection.items if collection.whole is None else [collection.item(i) for i in range(len(collection))]
    return EarthlyPlaces(
        fields=pair, beyond=tuple(np.flatnonzero(off).tolist()), exchanged=tuple(np.flatnonzero(turned).tolist()), zeros=tuple(zeros.tolist()),
        num_places=int(known.sum()), shown=tuple((float(latitude[i]), float(longitude[i])) for i in rows[:3]), items=items,
    )  # fmt: skip


def _pair(collection: Collection) -> tuple[str, str] | None:
    """The first field of either name, of numbers."""
    numeric: list[Any] = [s.name for s in collection.plain.frame if s.dtype.is_numeric()]
    one, other = (next((n for n in numeric if name.search(n)), None) for name in (LATITUDE, LONGITUDE))
    return (one, other) if one is not None and other is not None and one != other else None
