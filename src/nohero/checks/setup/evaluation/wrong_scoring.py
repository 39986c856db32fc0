"""What it asks: does the evaluation call a perfect answer perfect?

Why it matters: an argmax over the wrong axis, a comparison that broadcasts or a threshold meant for probabilities gives numbers that look like scores.

How it is measured: the model's answers are overwritten: perfect ones, wrong ones, noise, perfect ones in the target's shape or along the other axis, and weak right answers around other thresholds; the evaluation scores each.

When it is right to fail: perfect answers score badly where the same answers in another shape, or around another threshold, score perfectly; or no better than noise.

What it cannot see: scores of answers that go round the model.

Mend: argmax over the axis of the classes; squeeze before comparing; threshold logits at 0 and probabilities at 0.5.

Source: the recipe, the skeleton; requirements of a metric
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.evaluation_oracle import EvaluationOracle
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given


NEAR = 0.02  # of the span between perfect and wrong
GOOD = (0.0, 1.0, 100.0)  # what perfection scores: an error, a share, a percentage


def judge(oracle: EvaluationOracle) -> Finding:
    """A perfect answer that is not scored so fails where the reason can be shown."""
    if not oracle.perfect or not oracle.wrong:
        return skipped("answers could not be written over the model's")
    perfect, wrong, noise = (_first(s) for s in (oracle.perfect, oracle.wrong, oracle.noise))
    for what, other in (("in the target's shape", oracle.shaped), ("along the other axis", oracle.turned)):
        if other and _best(_first(other)) and not _best(perfect) and abs(_first(other) - perfect) > NEAR:
            return _told(f"perfect answers score {perfect:.4g}; the same {what} score {_first(other):.4g}", perfect, "compare along the axis of the classes, and bring answer and target to one shape first (squeeze or view_as)")
    if threshold := _threshold(oracle, perfect):
        return threshold
    if oracle.kind == "values" and not _best(perfect) and abs(perfect - wrong) > NEAR and min(perfect, wrong) > NEAR and noise < perfect < wrong:
        return _told(f"answers equal to the targets score {perfect:.4g}, noise {noise:.4g}: worse than noise", perfect, "bring answer and target to one shape before comparing: (B, 1) and (B,) broadcast to (B, B)")
    if _best(perfect) or perfect == wrong:
        return passed(f"perfect answers score {perfect:.4g}, wrong ones {wrong:.4g}") if perfect != wrong else unsure("perfect and wrong answers score alike", component="evaluation", remedies=("look whether the evaluation compares the model's answers with the targets",))
    if noise == noise and abs(perfect - noise) <= NEAR * max(abs(perfect), abs(noise), 1e-9) and 0 <= perfect <= 1:
        return _told(f"perfect answers score {perfect:.4g}, noise {noise:.4g}", perfect, "look at the axis of argmax, at shapes that broadcast, and at the threshold")
    return passed(f"perfect answers score {perfect:.4g}, wrong ones {wrong:.4g}")


def _threshold(oracle: EvaluationOracle, perfect: float) -> Finding | None:
    """Weak right answers that lie around another value than the natural one are scored better."""
    if oracle.kind not in ("binary", "multilabel") or not oracle.centred:
        return None
    natural = 0.5 if oracle.form == "probabilities" else 0.0
    known = {centre: _first(scores) for centre, scores in oracle.centred}
    at = known.get(natural)
    if at is None or abs(at - perfect) <= NEAR:
        return None
    better = [centre for centre, value in known.items() if centre != natural and abs(value - perfect) <= 1e-9]
    if not better or not _best(perfect):
        return None
    return _told(f"right answers around {natural:g} score {at:.4g}, around {better[0]:g} {known[better[0]]:.4g}: the threshold stands in the wrong place", at, f"these answers are {oracle.form}: put the threshold at {natural:g}")


def _best(value: float) -> bool:
    return any(abs(value - g) <= NEAR * max(1.0, g) for g in GOOD)


def _first(scores: Any) -> float:
    return scores[0][1] if scores else float("nan")


def _told(what: str, value: float, remedy: str) -> Finding:
    return failed(
        what,
        expected="the best score for perfect answers",
        observed=Observed(value=value, unit="score"),
        component="evaluation",
        where=("evaluate",),
        level=Level.VERIFIED,
        why="The number that is reported, and by which models are chosen, measures something else.",
        remedies=(remedy,),
    )


def argmax_over_items(given: Given) -> Given:
    """The argmax runs over the batch: with as many items as classes nothing complains."""
    from torch.utils.data import DataLoader

    return replace(given, evaluate=_over_items, val=DataLoader(given.val.dataset, batch_size=3, drop_last=True))


def _over_items(model: Any, batches: Any) -> float:
    import torch

    model.eval()
    with torch.no_grad():
        return float(torch.cat([(model(x).argmax(0) == y).float() for x, y in batches]).mean())


def squared_differences_broadcast(given: Given) -> Given:
    """Answers (B, 1) against targets (B,)."""
    return replace(given, evaluate=_broadcast)


def _broadcast(model: Any, batches: Any) -> float:
    import torch

    model.eval()
    with torch.no_grad():
        return float(torch.stack([((model(x) - y.reshape(-1)) ** 2).mean() for x, y in batches]).mean().sqrt())


def loss_as_score(given: Given) -> Given:
    """The evaluation returns the mean loss."""
    return replace(given, evaluate=_loss)


def _loss(model: Any, batches: Any) -> float:
    import torch

    model.eval()
    total = count = 0.0
    with torch.no_grad():
        for x, y in batches:
            total += float(torch.nn.functional.cross_entropy(model(x), y, reduction="sum"))
            count += len(y)
    return total / count


CHECK = Check(
    code="SKE504",
    name="wrong-scoring",
    source="the recipe, the skeleton; requirements of a metric",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=argmax_over_items), Case(toy="huber-regression", plant=squared_differences_broadcast)),
    lookalikes=(Case(toy="table-mlp", plant=loss_as_score),),
)
