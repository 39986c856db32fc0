"""What it asks: do latitudes and longitudes name places on earth?

Why it matters: a latitude beyond the pole is a longitude in the wrong field, or a number that lost its point; a place where both are zero, in the sea off Africa, is
what programs write where there was none. Distances, maps and neighbours of such rows are all wrong.

How it is measured: fields named as latitude and longitude whose numbers are degrees nine times in ten; rows beyond 90 and 180 degrees, of
which those are counted that lie among the others when both are exchanged; and rows where both are zero, when no other place is within a degree.

When it is right to fail: never more than a warning.

What it cannot see: exchanged places that are on earth either way, and fields of other names.

Mend: exchange both where that puts the row among the others; read two zeros as missing.

Source: the recipe, the data ("look for bugs in the data").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.earthly_places import EarthlyPlaces
from nohero.run import sources
from nohero.run.finding import Finding, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection


def judge(places: EarthlyPlaces) -> Finding:
    """Beyond the poles first."""
    rows = sorted({*places.beyond, *places.zeros})
    latitude, longitude = places.fields
    if not rows:
        return passed(f"`{latitude}` and `{longitude}` name places on earth in all {places.num_places:,} rows that have both")
    said = []
    if places.beyond:
        turned = f" ({len(places.exchanged):,} lie among the others when both are exchanged)" if places.exchanged else ""
        said.append(f"{len(places.beyond):,} of {places.num_places:,} places are beyond the poles or the date line{turned}")
    if places.zeros:
        said.append(f"{len(places.zeros):,} of {places.num_places:,} places are at zero and zero, and no other is near")
    return warned(
        f"{'; '.join(said)}: `{latitude}`, `{longitude}` = {', '.join(f'{a:g}, {b:g}' for a, b in places.shown[:1])}",
        expected="latitudes from -90 to 90 and longitudes from -180 to 180",
        observed=Observed(value=float(len(rows)), unit="rows", n=places.num_places),
        component="data",
        where=places.fields,
        items=tuple(places.items[i] for i in rows),
        effect="distances, maps and neighbours of these rows are wrong",
        remedies=(
            *((f"exchange `{latitude}` and `{longitude}` in these rows, once their source bears it out",) if places.exchanged else ()),
            *(("read two zeros as missing",) if places.zeros else ()), "look at the others at their source, or leave them out",
        ),
    )  # fmt: skip


def _places(columns: dict[str, list[str]]) -> list[tuple[float, float]]:
    """Of the United States, east to west."""
    return [(28 + i * 7919 % 2000 / 100, -120 + i * 104_729 % 5000 / 100) for i in range(len(columns["age"]))]


def longitude_first(collection: Collection) -> Collection:
    """A few have the longitude where the latitude belongs."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        pairs = [(b, a) if i % 150 == 3 and b < -90 else (a, b) for i, (a, b) in enumerate(_places(columns))]
        return {**columns, "lat": [f"{a:.2f}" for a, _ in pairs], "lon": [f"{b:.2f}" for _, b in pairs]}

    return recelled(collection, change)


def off_africa(collection: Collection) -> Collection:
    """Where no place was known both are zero."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        pairs = [(0.0, 0.0) if i % 90 == 4 else p for i, p in enumerate(_places(columns))]
        return {**columns, "home latitude": [f"{a:.2f}" for a, _ in pairs], "home longitude": [f"{b:.2f}" for _, b in pairs]}

    return recelled(collection, change)


def around_the_world(collection: Collection) -> Collection:
    """Longitudes from 0 to 360, a row on the equator, and one on the meridian of Greenwich."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        pairs = [(0.0, 33.0) if i == 7 else (51.5, 0.0) if i == 9 else (a, b + 360) for i, (a, b) in enumerate(_places(columns))]
        return {**columns, "lat": [f"{a:.2f}" for a, _ in pairs], "long": [f"{b:.2f}" for _, b in pairs]}

    return recelled(collection, change)


def metres_of_a_grid(collection: Collection) -> Collection:
    """Northing and easting under the same names."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        return {**columns, "lat": [f"{5_200_000 + 900 * a:.0f}" for a, _ in _places(columns)], "lon": [f"{400_000 + 900 * b:.0f}" for _, b in _places(columns)]}

    return recelled(collection, change)


CHECK = Check(
    code="DAT581", name="impossible-places", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=longitude_first), Case(toy="people", plant=off_africa)), lookalikes=(Case(toy="people", plant=around_the_world), Case(toy="people", plant=metres_of_a_grid)),
)  # fmt: skip
