"""Numbers that name a thing or a place: of them none is too large."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nohero.evidence.audit.earthly_places import HALF, LATITUDE, LONGITUDE

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

KEY = re.compile(r"(?:^|[\W_])(?i:ids?|key|code|zip|postcode)(?:$|[\W_])|[a-z]I[dD]$")


def only_a_name(field: str, collection: Collection) -> bool:
    """Whole numbers called id or code, and latitudes and longitudes in degrees."""
    series = collection.frame[field]
    if series.dtype.is_integer():
        return bool(KEY.search(field))
    degrees = LATITUDE.search(field) or LONGITUDE.search(field)
    return bool(degrees) and float(series.abs().max() or 0.0) <= HALF
