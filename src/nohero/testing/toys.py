"""Healthy toys: one small sound problem a kind of data, on which every check must stay quiet.

Made afresh from fixed seeds, small enough that all seven stages take a few seconds on one thread of a CPU. Faults are planted
in them to prove the checks, and users may try their own checks on them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.problem import Effort, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.data.raw import Raw

SMALL = Effort(steps=100, seeds=2, sizes=2, trials=6, members=2, batch_steps=300, race_steps=60, pictures=20)
BRIEF = Effort(steps=60, seeds=2, sizes=2, trials=5, members=2, batch_steps=100, race_steps=40, pictures=20)  # pictures: dearer steps
ROWS = 720  # items of a made table
DIGITS = 5  # classes of the pictures
PICTURES = 360
RATES = (1e-3, 1e-1)  # searched: short trainings want large ones
SPARED = "left out to keep the toy short"


def table() -> Problem:
    """Binary: a made table with numbers, two columns of words and some empty cells."""
    rng = _rng()
    frame, strength = _columns(rng, ROWS)
    ones = rng.random(ROWS) < _sigmoid(2.2 * strength)
    return _assembled(_raw("table", frame, _labels(ones), "bought"), "binary", rate=3e-3)


def rare() -> Problem:
    """Binary with about 8 % ones."""
    rng = _rng()
    rows = 960
    frame, strength = _columns(rng, rows)
    ones = rng.random(rows) < _sigmoid(2.5 * strength - 4.5)
    return _assembled(_raw("rare", frame, _labels(ones), "bought"), "binary", rate=3e-3)


def pictures() -> Problem:
    """Multi-class: a few of scikit-learn's 8x8 digits."""
    import numpy as np

    from nohero.data.builtin import read_builtin

    raw = read_builtin("built-in:digits")
    few = np.flatnonzero(np.isin(raw.target, [str(d) for d in range(DIGITS)]))[:PICTURES]
    problem = _assembled(replace(raw.take(few), name="pictures"), "multiclass", rate=4e-3, effort=BRIEF)
    return replace(problem, ladder=((6, 2), (12, 2)), start=replace(problem.start, width=6, depth=2), rates=(1e-3, 1.0))


def numbers() -> Problem:
    """Regression: a made table whose target is a smooth function of some columns, with noise."""
    import numpy as np

    rng = _rng()
    frame, strength = _columns(rng, ROWS)
    price = 200 + 40 * strength + 15 * np.sin(3 * strength) + 12 * rng.standard_normal(ROWS)
    return _assembled(_raw("numbers", frame, np.round(price, 1), "price"), "regression", rate=3e-3)


def grouped() -> Problem:
    """Binary, several rows of each of 60 people, split by person."""
    import numpy as np

    rng = _rng()
    frame, strength = _columns(rng, ROWS)
    ones = rng.random(ROWS) < _sigmoid(2.2 * strength)
    people = np.array([f"person {i:02d}" for i in rng.integers(0, 60, ROWS)])
    raw = replace(_raw("grouped", frame, _labels(ones), "bought"), groups=people, group_name="person")
    return _assembled(raw, "binary", rate=3e-3)


def timed() -> Problem:
    """Regression on rows in order of time, split by time; nothing drifts."""
    import numpy as np

    rng = _rng()
    frame, strength = _columns(rng, ROWS)
    price = 200 + 40 * strength + 12 * rng.standard_normal(ROWS)
    days = np.datetime64("2023-01-01") + np.sort(rng.choice(900, ROWS, replace=False)).astype("timedelta64[D]")
    raw = replace(_raw("timed", frame, np.round(price, 1), "price"), times=days, time_name="day")
    return _assembled(raw, "regression", rate=3e-3)


TOYS: dict[str, Callable[[], Problem]] = {
    "table": table,
    "rare": rare,
    "pictures": pictures,
    "numbers": numbers,
    "grouped": grouped,
    "timed": timed,
}


def _columns(rng: Any, rows: int) -> tuple[Any, Any]:
    """Feature columns as a frame, and the strength [rows], about standard normal, that targets are drawn from."""
    import numpy as np
    import polars as pl

    age = rng.normal(45, 12, rows).round(1)
    income = np.exp(rng.normal(10, 0.6, rows)).round(0)
    visits = rng.poisson(4, rows).astype(float)
    town = rng.choice(["Ashby", "Borley", "Corwen", "Denby"], rows, p=[0.4, 0.3, 0.2, 0.1])
    member = rng.choice(["yes", "no"], rows)
    weight = rng.normal(70, 9, rows).round(1)
    by_town = np.select([town == "Ashby", town == "Corwen"], [0.6, -0.8], 0.0)
    drive = 0.7 * (age - 45) / 12 + 0.5 * (np.log(income) - 10) / 0.6 + 0.25 * (visits - 4) / 2 + by_town + 0.4 * (member == "yes")
    told = [None if gap else value for gap, value in zip(rng.random(rows) < 0.08, income, strict=True)]
    frame = pl.DataFrame({"age": age, "income": told, "visits": visits, "town": town, "member": member, "weight": weight})
    return frame, (drive - drive.mean()) / drive.std()


def _raw(name: str, frame: Any, target: Any, target_name: str) -> Raw:
    import hashlib

    import numpy as np

    from nohero.data.raw import Raw

    digest = hashlib.sha256(frame.write_csv().encode() + "\x1f".join(map(str, target)).encode()).hexdigest()
    items = np.array([f"row {i}" for i in range(1, len(target) + 1)])
    return Raw(
        name=name, source=f"toy:{name}", modality="table", frame=frame, target=target, target_name=target_name, items=items,
        sha256=digest, columns=(*frame.columns, target_name),
    )  # fmt: skip


def _labels(ones: Any) -> Any:
    import numpy as np

    return np.where(ones, "yes", "no").astype(object)


def _assembled(raw: Raw, kind: str, *, rate: float, effort: Effort = SMALL) -> Problem:
    from nohero.bring import assemble

    problem = assemble(raw, kind, effort=effort)
    start = replace(problem.start, steps=effort.steps, learning_rate=rate)
    declined = {**problem.declined, "smaller network": SPARED, "smaller input": SPARED}
    return replace(problem, start=start, ladder=problem.ladder[:2], declined=declined, rates=RATES, threads=1)


def _rng() -> Any:
    import numpy as np

    return np.random.default_rng(20)


def _sigmoid(values: Any) -> Any:
    import numpy as np

    return 1 / (1 + np.exp(-values))
