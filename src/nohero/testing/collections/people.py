"""A table of people with numbers, categories, a date, gaps at random and a label of two classes that is told only in part."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

ROWS = 900
TOWNS = ("Aarhus", "Bergen", "Cork", "Delft", "Espoo", "Faro")
TRADES = ("baker", "carpenter", "driver", "farmer", "nurse", "teacher", "welder")


def make() -> Collection:
    """Nothing is wrong: about 4 % of two columns are missing, amounts are skewed, one class is a third."""
    import numpy as np

    generator = np.random.default_rng(11)
    age = np.clip(generator.normal(42, 13, ROWS), 18, 90).round().astype(int)
    height = generator.normal(172, 9, ROWS).round(1)
    income = np.exp(generator.normal(10.2, 0.5, ROWS)).round(0).astype(int)
    town, trade = generator.integers(0, len(TOWNS), ROWS), generator.integers(0, len(TRADES), ROWS)
    visits = generator.poisson(2.5, ROWS)
    day = np.datetime64("2021-01-01") + generator.integers(0, 900, ROWS)
    told = 0.04 * (age - 42) + 0.9 * np.log(income / 27_000) + 0.35 * (visits - 2.5) + 0.5 * (trade == 4) + generator.logistic(0, 0.8, ROWS)
    rows = [
        [
            str(age[i]), "" if generator.random() < 0.04 else str(height[i]), str(income[i]), TOWNS[town[i]],
            "" if generator.random() < 0.04 else TRADES[trade[i]], str(visits[i]), str(day[i]), "yes" if told[i] > 0.8 else "no",
        ]
        for i in range(ROWS)
    ]  # fmt: skip
    return written(("age", "height", "income", "town", "trade", "visits", "joined", "returned"), rows, label="returned")


def written(names: tuple[str, ...], rows: list[list[str]], *, label: str = "", split: str = "") -> Collection:
    """A collection as from a csv file with these cells."""
    import polars as pl

    from nohero.sources.table import of_cells

    cells = pl.DataFrame([pl.Series(name, [row[i] for row in rows], dtype=pl.String) for i, name in enumerate(names)])
    return of_cells(cells, "people", label=label, split=split)
