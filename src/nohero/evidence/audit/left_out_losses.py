"""The loss on each item of a linear model that was fitted without it: least squares exactly, logistic regression to second order.

Legend: N items, F features.
"""

from __future__ import annotations

from typing import Any

from nohero.evidence.audit.left_out import WIDTHS

PENALTY = 1.0  # of squared logistic weights, for features of deviation 1: next to nothing on a hundred items
STEPS = 25  # of Newton's method at most
STILL = 1e-7  # of the loss: less gained by a step ends it
HALVINGS = 12  # of a step that overshoots


def squared_losses(x: Any, y: Any) -> Any:
    """float64 [N]: squared errors by ridge regression, at the penalty with the least mean; x [N, F] without gaps, y [N].

    Exact: (y - p) / (1 - h) with h the leverage (Cook and Weisberg 1982).
    """
    import numpy as np

    centred, wanted = x - x.mean(0), y - y.mean()
    gram = centred.T @ centred
    values, vectors = np.linalg.eigh(gram)
    turned, along = centred @ vectors, vectors.T @ (centred.T @ wanted)
    best = None
    for width in WIDTHS:
        weights = 1 / (np.maximum(values, 0) + width * max(np.trace(gram), 1e-12) / len(x))
        held = turned**2 @ weights + 1 / len(x)
        losses = ((wanted - turned @ (weights * along)) / (1 - np.clip(held, 0, 0.99))) ** 2
        best = losses if best is None or losses.mean() < best.mean() else best
    return best


def logistic_losses(x: Any, y: Any, start: Any = None) -> tuple[Any, Any]:
    """(float64 [N]: log losses in nats, float64 [F + 1]: the weights); x [N, F] without gaps, y [N] of 0 and 1; `start` are weights to begin with.

    To second order: z + a (p - y) / (1 - w a), with a = x' H^-1 x and w = p (1 - p) (Rad and Maleki 2020, equation 7).
    """
    import numpy as np

    whole = np.concatenate([np.ones((len(x), 1)), x], axis=1)
    penalty = np.r_[1e-6, np.full(x.shape[1], PENALTY)]
    beta = np.zeros(whole.shape[1]) if start is None else start
    loss = _penalised(whole @ beta, y, beta, penalty)
    for _ in range(STEPS):
        p = _chance(whole @ beta)
        step = np.linalg.solve(_curvature(whole, p, penalty), whole.T @ (p - y) + penalty * beta)
        tried = next(((b, v) for k in range(HALVINGS) if (v := _penalised(whole @ (b := beta - step / 2**k), y, b, penalty)) < loss), None)
        if tried is None:
            break
        gained, (beta, loss) = loss - tried[1], tried
        if gained < STILL * len(y):
            break
    z = whole @ beta
    p = _chance(z)
    own = (whole @ np.linalg.inv(_curvature(whole, p, penalty)) * whole).sum(1)
    left = z + own * (p - y) / (1 - np.clip(p * (1 - p) * own, 0, 0.99))
    return np.logaddexp(0, left) - y * left, beta


def _chance(z: Any) -> Any:
    import numpy as np

    return 0.5 * (1 + np.tanh(z / 2))


def _curvature(x: Any, p: Any, penalty: Any) -> Any:
    import numpy as np

    return (x * (p * (1 - p))[:, None]).T @ x + np.diag(penalty)


def _penalised(z: Any, y: Any, beta: Any, penalty: Any) -> float:
    import numpy as np

    return float((np.logaddexp(0, z) - y * z).sum() + (penalty * beta**2).sum() / 2)
