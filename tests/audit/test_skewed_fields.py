"""What other forms of skewed fields gain: the short cuts against fitting without each item, the claim against other folds, and no alarm without cause."""

import numpy as np
import polars as pl
import pytest

from nohero.checks.check import find_check
from nohero.checkup import examine_collection
from nohero.evidence.audit import number_facts, profile, skew_trials
from nohero.evidence.audit.left_out import WIDTHS
from nohero.evidence.audit.left_out_losses import PENALTY, logistic_losses, squared_losses
from nohero.run.finding import Status
from nohero.setup.refusal import Unmeasurable
from nohero.sources.opening import open_source
from nohero.sources.table import of_cells

CHECK = find_check("skewed-fields")


def drawn(rows=60, features=4, seed=0):
    rng = np.random.default_rng(seed)
    x = np.stack([rng.normal(size=rows), rng.lognormal(0, 1, rows), rng.exponential(1, rows), rng.integers(0, 2, rows)], axis=1)[
        :, :features
    ]
    return (x - x.mean(0)) / x.std(0), rng


def test_squared_losses_are_those_of_fitting_without_each_item():
    x, rng = drawn()
    y = x @ [1.0, 0.5, 0.0, -1.0] + rng.normal(size=len(x))
    slow = []
    for width in WIDTHS:
        penalty = width * np.trace((x - x.mean(0)).T @ (x - x.mean(0))) / len(x)
        losses = []
        for i in range(len(x)):
            rest = np.arange(len(x)) != i
            whole = np.c_[np.ones(rest.sum()), x[rest] - x.mean(0)]
            weights = np.linalg.solve(whole.T @ whole + np.diag([0, *[penalty] * x.shape[1]]), whole.T @ y[rest])
            losses.append((y[i] - np.r_[1, x[i] - x.mean(0)] @ weights) ** 2)
        slow.append(np.array(losses))
    assert np.allclose(squared_losses(x, y), min(slow, key=np.mean), rtol=1e-8)


def test_logistic_losses_are_nearly_those_of_fitting_without_each_item():
    from sklearn.linear_model import LogisticRegression

    x, rng = drawn(200)
    y = (x @ [1.0, 0.5, 0.0, -1.0] + rng.logistic(size=len(x)) > 0).astype(float)
    quick, beta = logistic_losses(x, y)
    fitted = LogisticRegression(C=1 / PENALTY, tol=1e-10, max_iter=1000).fit(x, y)
    assert np.allclose(beta, [*fitted.intercept_, *fitted.coef_[0]], atol=1e-3)
    slow = []
    for i in range(len(x)):
        rest = np.arange(len(x)) != i
        p = LogisticRegression(C=1 / PENALTY, max_iter=1000).fit(x[rest], y[rest]).predict_proba(x[i : i + 1])[0, int(y[i])]
        slow.append(-np.log(p))
    assert np.median(np.abs(quick - slow)) < 1e-3
    assert abs(quick.mean() - np.mean(slow)) < 5e-3
    assert (quick < np.array(slow) + 0.05).all(), (
        "items far out are told too well, if anything: a tail left as it is has the benefit of the doubt"
    )
    again, _ = logistic_losses(x, y, beta)
    assert np.allclose(again, quick, atol=1e-4)


def test_a_label_that_is_told_wholly_stays_finite():
    x, _ = drawn(200)
    losses, _ = logistic_losses(x, (x[:, 1] > 0).astype(float))
    assert np.isfinite(losses).all()
    assert losses.mean() < 0.2


def table(seed, rows, *, raw):
    """Skewed fields that tell nothing of the label, or tell it as they are."""
    rng = np.random.default_rng(seed)
    fields = [
        rng.lognormal(0, rng.uniform(0.8, 2), rows) if k % 2 else rng.exponential(1, rows) ** rng.uniform(1, 3) for k in range(1 + seed % 5)
    ]
    told = sum(x / x.std() * rng.uniform(-1, 1) for x in fields) if raw else np.zeros(rows)
    kind = ("normal", "heavy", "skewed", "even", "rare")[seed % 5]
    if kind in ("even", "rare"):
        label = [("yes" if v else "no") for v in rng.random(rows) < 1 / (1 + np.exp(-np.clip(told, -30, 30) + 3 * (kind == "rare")))]
    else:
        noise = {"normal": rng.normal(size=rows), "heavy": rng.standard_t(3, rows), "skewed": rng.lognormal(0, 1, rows)}[kind]
        label = [f"{v:.6g}" for v in told + noise]
    cells = {f"x{k}": [f"{v:.6g}" for v in x] for k, x in enumerate(fields)}
    return of_cells(pl.DataFrame({**cells, "other": [f"{v:.4f}" for v in rng.normal(size=rows)], "y": label}), "t", label="y")


@pytest.mark.parametrize("raw", [False, True], ids=["nothing", "as-they-are"])
def test_no_form_is_suggested_where_none_helps(raw):
    rows = (150, 400, 1200)
    found = [examine_collection(table(seed, rows[seed % 3], raw=raw), checks=[CHECK]).findings[0] for seed in range(60)]
    assert [f.message for f in found if f.status not in (Status.PASS, Status.SKIP)] == []


def judged(real, path, target, **words):
    collection = open_source(real(path), target=target).with_(**words)
    return examine_collection(collection, checks=[CHECK]).findings[0]


@pytest.mark.parametrize("seed", range(3))
def test_housing_gains_by_the_logarithm_of_its_counts_together(real, seed):
    found = judged(real, "california-housing/housing.csv", "median_house_value", seed=seed)
    assert found.status == Status.WARN
    assert found.where[0] == "population"
    assert set(found.where) == {"population", "total_rooms", "total_bedrooms", "households"}
    assert found.observed.low < 0.0243 < found.observed.high, "what five folds of all 20,640 rows gain: R2 .644 to .668"
    assert "Log.fit" in found.remedies[0].text


def test_red_wine_gains_by_the_place_of_its_sulphates(real):
    found = judged(real, "wine-quality/winequality-red.csv", "-1")
    assert found.status == Status.WARN
    assert found.where == ("c9",)
    assert found.observed.low < 0.0237 < found.observed.high, "what ten times five folds gain: R2 .342 to .366"
    assert "Quantile.fit(train[['c9']])" in found.remedies[0].text


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("adult/adult-train.csv", "c14"),
        ("titanic/train.csv", "Survived"),
        ("wine-quality/winequality-white.csv", "-1"),
        ("abalone/abalone.csv", "-1"),
        ("time-series/daily-min-temperatures.csv", "Temp"),
    ],
)
def test_elsewhere_nothing_is_suggested(real, path, target):
    assert judged(real, path, target).status == Status.PASS


def test_the_form_is_what_the_remedy_says(real):
    """Taken as told, the form leaves a linear model less open on rows that the audit has not seen."""
    from sklearn.linear_model import LinearRegression

    from nohero.data.preprocessing import Log

    frame = pl.read_csv(real("california-housing/housing.csv")).drop("ocean_proximity").drop_nulls()
    y, fields = frame["median_house_value"].to_numpy(), ["population", "households", "total_bedrooms", "total_rooms"]
    frame, half = frame.drop("median_house_value"), frame.height // 2
    order = np.random.default_rng(1).permutation(frame.height)
    train, test = order[:half], order[half:]
    fitted = Log.fit(frame[train][fields])
    logged = np.c_[frame.drop(fields).to_numpy(), fitted.apply(frame[fields])]
    plain = frame.to_numpy()
    scores = [LinearRegression().fit(x[train], y[train]).score(x[test], y[test]) for x in (plain, logged)]
    assert scores[1] > scores[0] + 0.01


def measured(collection):
    return skew_trials.measure(collection, profile.measure(collection), number_facts.measure(collection))


def test_a_mistake_is_no_skew():
    """One slipped key and a group in another unit spoil the field for a linear model: what they need is mending."""
    from nohero.checks.audit.recelled import recelled
    from nohero.testing.collections import collections

    def change(columns):
        columns["income"][77] += "000"
        columns["height"][9::90] = [f"{float(c) * 10:.0f}" if c else c for c in columns["height"][9::90]]
        return columns

    assert examine_collection(recelled(collections()["people"](), change), checks=[CHECK]).findings[0].message.startswith("none of 4")


def test_the_test_part_is_not_looked_at():
    rng = np.random.default_rng(0)
    x, part = rng.lognormal(0, 1.5, 600), np.repeat(["train", "test"], 300)
    y = np.log(x) + rng.normal(size=600)

    def with_test(values):
        cells = {"x": [f"{v:.6g}" for v in np.where(part == "train", x, values)], "y": [f"{v:.5f}" for v in y], "part": part.tolist()}
        return measured(of_cells(pl.DataFrame(cells), "t", label="y", split="part"))

    assert with_test(x) == with_test(x[::-1] * 1000)
    assert with_test(x).n == 300


@pytest.mark.parametrize(
    ("cells", "label", "told"),
    [
        ({"x": ["1", "2"] * 100}, "", "no field is named"),
        ({"x": [str(k**3) for k in range(50)], "y": ["a", "b"] * 25}, "y", "50 items with a label"),
        ({"x": [f"{k**3}.5" for k in range(200)], "y": [f"name {k}" for k in range(200)]}, "y", "neither of few classes"),
        ({"x": ["7"] * 200, "y": ["a", "b"] * 100}, "y", "no field beside the label"),
    ],
)
def test_what_cannot_be_measured_is_told(cells, label, told):
    with pytest.raises(Unmeasurable, match=told):
        measured(of_cells(pl.DataFrame(cells), "t", label=label))


def test_a_wide_table_is_cut_to_the_fields_that_tell():
    rng = np.random.default_rng(0)
    x = rng.lognormal(0, 1.5, (400, 120))
    y = np.log(x[:, 3]) + rng.normal(size=400)
    cells = {f"x{k}": [f"{v:.5g}" for v in x[:, k]] for k in range(120)}
    found = measured(of_cells(pl.DataFrame({**cells, "y": [f"{v:.4f}" for v in y]}), "t", label="y"))
    assert len(found.trials) == skew_trials.TRIED
    assert found.skewed > 100
