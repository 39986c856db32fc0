"""What it asks: are letters garbled, as text that was read in the wrong encoding is?

Why it matters: one word becomes two, and the network learns where the file came from.

How it is measured: cells with the pairs of signs that UTF-8 leaves when it is read as Windows-1252, or with the sign for "cannot be read".
A file some of whose lines are UTF-8 and some are not is told of too; it is read line by line.

When it is right to fail: never more than a warning.

What it cannot see: garbling that leaves plain letters.

Mend: read the file as UTF-8; mend cells by encode("cp1252").decode("utf-8").

Source: the recipe, the data ("become one with the data").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.cell_facts import CellFacts
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, warned
from nohero.sources.odd_cells import around_garbled

if TYPE_CHECKING:
    from nohero.sources.collection import Collection


def judge(cells: CellFacts) -> Finding:
    """Name the fields and the cells."""
    found = cells.of("garbled")
    if not found and cells.encodings:
        return warned(
            cells.encodings, expected="text in one encoding", component="data", effect="most readers refuse the file, or garble one part of it",
            remedies=("write the file anew in UTF-8, as it was read here", "find out which of its sources wrote the other lines"),
        )  # fmt: skip
    if not found:
        return passed(f"none among the cells of {cells.fields} fields")
    first = found[0]
    return warned(
        f"{first.count:,} of {first.of:,} cells of `{first.field}` are garbled: {', '.join(f'`{around_garbled(v)}`' for v in first.values)}",
        expected="text in one encoding",
        observed=Observed(value=float(first.count), unit="cells", n=first.of),
        component="data",
        where=tuple(o.field for o in found),
        items=cells.named(found),
        remedies=('read the file as UTF-8, or mend these cells by encode("cp1252").decode("utf-8")',),
        figure=Table(title="Garbled cells", columns=("field", "cells", "of", "as written"), rows=tuple((o.field, o.count, o.of, ", ".join(map(around_garbled, o.values))) for o in found)),
    )


def read_as_windows(collection: Collection) -> Collection:
    """Some towns were read in the wrong encoding."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["town"][2::25] = ["Malmö".encode().decode("cp1252")] * len(columns["town"][2::25])
        return columns

    return recelled(collection, change)


def letters_of_poland(collection: Collection) -> Collection:
    """Some towns have letters beyond those of western Europe, and were read in the wrong encoding."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        names = [name.encode().decode("cp1252", errors="replace").replace("\ufffd", "\u0081") for name in ("Gdańsk", "Żywiec", "Brașov", "İzmir")]
        columns["town"][2::25] = [names[i % 4] for i in range(len(columns["town"][2::25]))]
        return columns

    return recelled(collection, change)


def real_letters(collection: Collection) -> Collection:
    """Towns with letters beyond ASCII."""

    def change(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        columns["town"] = [{"Cork": "Malmö", "Faro": "Ærø", "Delft": "São João", "Visby": "„PÅ“ Úžas È…"}.get(c, c) for c in columns["town"]]
        return columns

    return recelled(collection, change)


CHECK = Check(
    code="DAT516", name="garbled-cells", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=read_as_windows), Case(toy="people", plant=letters_of_poland)),
    lookalikes=(Case(toy="people", plant=real_letters),),
    under=("DAT705",),  # of a table of texts both say it
)  # fmt: skip
