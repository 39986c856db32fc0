"""Fitting the baselines: the best constant, a linear model, nearest neighbours, gradient-boosted trees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nohero.problem import Problem

MOST_ROWS = {"linear model": 20_000, "nearest neighbours": 10_000, "gradient-boosted trees": 30_000}
MOST_COLUMNS = 256  # wider inputs are first brought to their principal components
COMPONENTS = 48
ROUNDS = 100  # of boosting
ITERATIONS = 200  # of the linear model's solver
TREE_WORK_A_SECOND = 1.3e8  # histogram entries, on one core; both measured with bench/baseline_prices.py
MATRIX_WORK_A_SECOND = 4e9  # multiplications inside a matrix product, on one core


def prices(problem: Problem) -> dict[str, float]:
    """Each baseline by name with what it costs in seconds, roughly; cheapest first."""
    columns = int(problem.train.x[0].numel())
    wide = columns > MOST_COLUMNS
    d = COMPONENTS if wide else columns
    k = max(1, len(problem.task.classes)) if len(problem.task.classes) > 2 else 1
    n = {name: min(most, len(problem.train)) for name, most in MOST_ROWS.items()}
    asked = len(problem.val) + len(problem.test)
    tree = (n["gradient-boosted trees"] * d + 2 * 31 * 255 * d) / TREE_WORK_A_SECOND + 1e-3  # histograms of 31 leaves
    reduced = 4 * columns * COMPONENTS * (2 * min(5000, len(problem.train)) + asked) / MATRIX_WORK_A_SECOND if wide else 0.0
    return {
        "best constant": 0.0,
        "linear model": 0.1 + reduced + (ITERATIONS * k * d * n["linear model"] / MATRIX_WORK_A_SECOND if problem.task.classes else 0.1),
        "nearest neighbours": 0.1 + reduced + asked * d * n["nearest neighbours"] / MATRIX_WORK_A_SECOND,
        "gradient-boosted trees": 0.3 + reduced + _rounds(problem) * k * tree,
    }


def answers(problem: Problem, name: str) -> tuple[Any, Any, str]:
    """Outputs [N, K] for the validation and the test inputs, and a note on how it was fitted."""
    from nohero.training.evaluate import targets_of
    from nohero.training.runs import few_of

    if name == "best constant":
        return _constant(problem, len(problem.val)), _constant(problem, len(problem.test)), ""
    few = few_of(problem.train, MOST_ROWS[name])
    reduce, how = _reduction(problem, few)
    model = _model(problem, name, len(few)).fit(reduce(few), targets_of(few))
    notes = [how] if how else []
    if len(few) < len(problem.train):
        notes.append(f"fitted on {len(few):,} of {len(problem.train):,} items")
    return _said(problem, model, reduce(problem.val)), _said(problem, model, reduce(problem.test)), ", ".join(notes)


def _constant(problem: Problem, n: int) -> Any:
    import numpy as np

    from nohero.training.evaluate import targets_of

    return np.tile(np.asarray(problem.task.output_bias(targets_of(problem.train))), (n, 1))


def _said(problem: Problem, model: Any, x_ND: Any) -> Any:
    import numpy as np

    if not len(x_ND):
        return np.zeros((0, problem.task.num_outputs))
    if not problem.task.classes:
        return problem.task.outputs_of(model.predict(x_ND))
    whole = np.zeros((len(x_ND), len(problem.task.classes)))
    whole[:, np.asarray(model.classes_, dtype=int)] = model.predict_proba(x_ND)
    return problem.task.outputs_of(whole)


def _reduction(problem: Problem, few: Any) -> tuple[Any, str]:
    """Flat inputs as they are, or their principal components where there are many columns."""
    from sklearn.decomposition import PCA

    def flat(items: Any) -> Any:
        return problem.to_input(items.x).flatten(1).double().nan_to_num(0.0, 0.0, 0.0).numpy()  # gaps are another check's business

    if int(problem.train.x[0].numel()) <= MOST_COLUMNS:
        return flat, ""
    components = min(COMPONENTS, len(few) - 1)
    fitted = PCA(components, svd_solver="randomized", iterated_power=2, random_state=problem.seed).fit(flat(few)[:5000])
    return lambda items: fitted.transform(flat(items)), f"on {components} principal components"


def _rounds(problem: Problem) -> int:
    """Fewer rounds where each has a tree for every class."""
    classes = len(problem.task.classes)
    return max(20, ROUNDS // (classes // 5 + 1)) if classes > 2 else ROUNDS


def _model(problem: Problem, name: str, n: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.linear_model import LogisticRegression, RidgeCV
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    classes = bool(problem.task.classes)
    if name == "linear model":
        ridge = RidgeCV(alphas=(0.1, 1.0, 10.0, 100.0))
        return make_pipeline(StandardScaler(), LogisticRegression(C=0.1 if n < 5000 else 1.0, max_iter=ITERATIONS) if classes else ridge)
    if name == "nearest neighbours":
        return KNeighborsClassifier(min(5, n)) if classes else KNeighborsRegressor(min(5, n))
    kind = HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor
    return kind(max_iter=_rounds(problem), early_stopping=False, random_state=problem.seed)
