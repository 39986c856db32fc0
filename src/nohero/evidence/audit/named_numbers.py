"""Numbers that name a thing or a place: of them none is too large."""

from __future__ import annotations

from nohero.evidence.audit.earthly_places import HALF, LATITUDE, LONGITUDE
from nohero.evidence.audit.item_names import says_so


def only_a_name(field: str, value: float, *, whole: bool) -> bool:
    """Whether the farthest value is a number of a thing, such as an id, or degrees of latitude or longitude that are on earth."""
    return says_so(field) if whole else bool(LATITUDE.search(field) or LONGITUDE.search(field)) and abs(value) <= HALF
