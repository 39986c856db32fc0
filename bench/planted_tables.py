"""Defects planted at known places into real tables: which of them the audit finds, and what it finds beside them.

    python bench/planted_tables.py ../shared/data

Precision is over the items that the unplanted table does not have: real tables hold natural twins. Fields count as items where a defect is a
field. For flipped labels the area under the ROC curve of the ranking is told, and the share of the flips in its lowest twentieth.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from planting import HEAD, RANKED, ranking, some

from nohero.checks.check import find_check
from nohero.checkup import examine_collection
from nohero.sources.opening import open_source
from nohero.sources.table import of_cells

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.sources.collection import Collection

SETS = (("adult/adult-train.csv", "c14", "c2", "c5"), ("california-housing/housing.csv", "", "median_income", "ocean_proximity"), ("wine-quality/winequality-white.csv", "c11", "c10", ""))
Columns = dict[str, list[str]]


def written(rows: list[int], column: list[str], change: Callable[[str], str]) -> list[int]:
    """The cells of these rows that hold something, changed."""
    done = [i for i in rows if column[i].strip()]
    for i in done:
        column[i] = change(column[i])
    return done


def plants(number: str, word: str, label: str) -> dict[str, Callable[[Columns, int], list[int] | list[str]]]:
    """Check -> what is done to the columns; the rows or the fields that must be named."""

    def repeated(c: Columns, n: int) -> list[int]:
        rows = some(n, 0.01, 8)
        for name, column in c.items():
            c[name] = column + [column[i] for i in rows]
        return list(range(n, n + len(rows)))

    def contrary(c: Columns, n: int) -> list[int]:
        rows = some(n, 0.005, 9)
        values = sorted(set(c[label]))
        for name, column in c.items():
            c[name] = column + [column[i] if name != label else values[(values.index(column[i]) + 1) % len(values)] for i in rows]
        return list(range(n, n + len(rows)))

    def capped(c: Columns, _n: int) -> list[int]:
        limit = float(np.quantile([float(v) for v in c[number] if v], 0.93))
        return written([i for i, v in enumerate(c[number]) if v and float(v) >= limit], c[number], lambda _: f"{limit:g}")

    def field(name: str, values: Callable[[Columns], list[str]]) -> Callable[[Columns, int], list[str]]:
        def plant(c: Columns, _n: int) -> list[str]:
            c[name] = values(c)
            return [name]

        return plant

    found: dict[str, Any] = {
        "sentinel-numbers": lambda c, n: written(some(n, 0.01, 1), c[number], lambda _: "-9999"),
        "mixed-cells": lambda c, n: written(some(n, 0.005, 2), c[number], lambda v: f"{v} kg"),
        "odd-units": lambda c, n: written(some(n, 0.01, 3), c[number], lambda v: f"{float(v) * 1000:g}"),
        "gross-outliers": lambda c, n: written(some(n, 0.0, 4), c[number], lambda v: f"{float(v) * 1e5:g}"),
        "cut-values": capped,
        "idle-fields": field("planted", lambda c: ["7"] * len(c[number])),
        "twin-fields": field("planted", lambda c: [f"{float(v) * 2.2046:.4f}" if v else "" for v in c[number]]),
        "identifier-fields": field("planted", lambda c: [f"id{(i * 7919) % 1_000_003}" for i in range(len(c[number]))]),
        "repeated-rows": repeated,
    }
    if word:
        found |= {
            "hidden-missing": lambda c, n: written(some(n, 0.01, 5), c[word], lambda _: "unknown"),
            "garbled-cells": lambda c, n: written(some(n, 0.005, 6), c[word], lambda v: v + " CafÃ©"),
            "spelling-variants": lambda c, n: written(some(n, 0.01, 7), c[word], str.swapcase),
            "formula-cells": lambda c, n: written(some(n, 0.0, 7), c[word], lambda v: f"=HYPERLINK({v})"),
        }
    if label:
        found |= {"contrary-rows": contrary, "label-leak": field("planted", lambda c: [f"g{sorted(set(c[label])).index(v)}" for v in c[label]])}
    return found


def audited(collection: Collection, name: str) -> Any:
    """One check's finding."""
    return examine_collection(collection, checks=[find_check(name)]).findings[0]


def of_columns(columns: Columns, label: str) -> Collection:
    """The table anew."""
    return of_cells(pl.DataFrame([pl.Series(k, v, dtype=pl.String) for k, v in columns.items()]), "planted", label=label)


def filed(columns: Columns, label: str) -> Collection:
    """The same, by way of a csv file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "planted.csv")
        of_columns(columns, label).cells.write_csv(path)
        return open_source(str(path), target=label or None)


def main() -> None:
    """Print the table."""
    print(HEAD)
    ranks = []
    for path, label, number, word in SETS:
        base = open_source(str(Path(sys.argv[1]) / path), target=label or None)
        columns = {name: base.written(name).to_list() for name in base.frame.columns}
        for name, plant in plants(number, word, label).items():
            changed = {k: list(v) for k, v in columns.items()}
            planted = plant(changed, len(base))
            before, after = audited(filed(columns, label), name), audited(filed(changed, label), name)
            fields = isinstance(planted[0], str)
            wanted = set(planted) if fields else {f"row {i + 1}" for i in planted}
            said = (set(after.where) if fields else set(after.items)) - ((set(before.where) if fields else set(before.items)) - wanted)
            hit = len(wanted & said)
            partners = said - wanted if fields and hit else set()  # the field that a planted one is the twin of
            precision = hit / max(1, len(said - partners))
            print(f"| {path.split('/')[0]} | {name} | {len(wanted):,} | {hit / len(wanted):.3f} | {precision:.3f} | {after.status} | {before.status} |", flush=True)
        ranks += [ranking(path.split("/", maxsplit=1)[0], base)] if label else []
    print(RANKED, *ranks, sep="\n")


if __name__ == "__main__":
    main()
