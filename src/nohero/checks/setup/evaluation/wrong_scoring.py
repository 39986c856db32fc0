"""What it asks: does the evaluation call a perfect answer perfect?

Why it matters: an argmax over the wrong axis, a comparison that broadcasts or a threshold meant for probabilities gives numbers that look like scores.

How it is measured: the model's answers are overwritten: perfect ones, wrong ones, noise, perfect ones in the target's shape or along the other axis, and weak right answers around other thresholds; the evaluation scores each. Places that the loss leaves out are answered wrongly, and labels that are no class are replaced by the class that is answered there.

When it is right to fail: perfect answers score badly where the same answers in another shape, or around another threshold, score perfectly; or no better than noise; or all answers score alike, with other weights too; or places that the loss leaves out, such as padding, are counted.

What it cannot see: scores of answers that go round the model.

Mend: argmax over the axis of the classes; count only the places that have a label; squeeze before comparing; threshold logits at 0 and probabilities at 0.5.

Source: the recipe, the skeleton; requirements of a metric
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.evaluation_oracle import EvaluationOracle
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure

if TYPE_CHECKING:
    from nohero.setup.given import Given

OFF = 0.1  # of the score of wrong values: perfect ones should have no error
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
    if found := _threshold(oracle, perfect) or _counts_left_out(oracle, perfect, wrong):
        return found
    if oracle.kind == "values" and not _best(perfect) and abs(perfect - wrong) > NEAR and min(perfect, wrong) > NEAR and noise < perfect < wrong:
        return _told(f"answers equal to the targets score {perfect:.4g}, noise {noise:.4g}: worse than noise", perfect, "bring answer and target to one shape before comparing: (B, 1) and (B,) broadcast to (B, B)")
    if perfect == wrong and _unheard(oracle):
        return _told(f"the score is {perfect:.4g}, whatever the model answers: perfect, wrong and random answers score alike", perfect, "look at what the answer is turned into: an argmax over an axis of length one is 0 for every item (threshold a single logit at 0)")
    if _best(perfect) or perfect == wrong:
        return passed(f"perfect answers score {perfect:.4g}, wrong ones {wrong:.4g}") if perfect != wrong else unsure("perfect and wrong answers score alike", component="evaluation", remedies=("look whether the evaluation compares the model's answers with the targets",))
    if noise == noise and abs(perfect - noise) <= NEAR * max(abs(perfect), abs(noise), 1e-9) and 0 <= perfect <= 1:
        return _told(f"perfect answers score {perfect:.4g}, noise {noise:.4g}", perfect, "look at the axis of argmax, at shapes that broadcast, and at the threshold")
    if oracle.kind == "values" and perfect > OFF * wrong > 0:
        return unsure(f"answers equal to the targets score {perfect:.4g}, wrong ones {wrong:.4g}: the score compares in two units, or is no error", component="evaluation", remedies=("bring answers and targets to one unit before they are compared",))
    return passed(f"perfect answers score {perfect:.4g}, wrong ones {wrong:.4g}")


def _unheard(oracle: EvaluationOracle) -> bool:
    """Whether the evaluation calls the model and makes nothing of its answer, nor of its weights; several metrics must all stand still."""
    ways = (oracle.perfect, oracle.firm, oracle.wrong, oracle.noise, oracle.half, oracle.dealt)
    return oracle.alone and all(ways) and all(way == oracle.perfect for way in ways) and all(v == v for _, v in oracle.perfect)


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


def _counts_left_out(oracle: EvaluationOracle, perfect: float, wrong: float) -> Finding | None:
    """Places without a label can never be right, or places that the loss never taught are scored."""
    remedy = "count only places that have a label: real = target != ignored; right = (answer[real] == target[real]).sum(); total = real.sum()"
    full = _first(oracle.filled)
    if _topmost(full) and not _best(perfect) and wrong < perfect < full - NEAR * full:
        return _told(f"answers that are right wherever there is a label score {perfect:.4g}: {oracle.filled_share:.0%} of the labels are no class, and are counted as wrong; with a class in their place the same answers score {full:.4g}", perfect, remedy)
    seen, noise = _first(oracle.ignored), _first(oracle.noise)
    if perfect < noise and seen > perfect + NEAR * max(1.0, perfect) and seen <= wrong and oracle.ignored_share > NEAR:
        return _told(f"answers that are right wherever the loss looks score {seen:.4g}, and {perfect:.4g} where they are right elsewhere too: the {oracle.ignored_share:.0%} of the places that the loss leaves out are counted", seen, remedy)
    if _topmost(perfect) and wrong < seen < perfect - NEAR * perfect and oracle.ignored_share > NEAR:
        return _told(f"answers that are right wherever the loss looks score {seen:.4g}, for the {oracle.ignored_share:.0%} of the places that the loss leaves out are counted", seen, remedy)
    return None


def _topmost(value: float) -> bool:
    """Whether it is the score of all right, as a share or a percentage."""
    return any(abs(value - g) <= 1e-6 * g for g in GOOD[1:])


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


def _mean(scored: Any) -> Any:
    """An evaluation: the mean of `scored(answer, target)` over all items."""

    def evaluate(model: Any, batches: Any) -> float:
        import torch

        model.eval()
        with torch.no_grad():
            return float(torch.cat([scored(model(x), y).float().reshape(-1) for x, y in batches]).mean())

    return evaluate


def argmax_over_items(given: Given) -> Given:
    """The argmax runs over the batch: with as many items as classes nothing complains."""
    from torch.utils.data import DataLoader

    return replace(given, evaluate=_mean(lambda answer, y: answer.argmax(0) == y), val=DataLoader(given.val.dataset, batch_size=3, drop_last=True))


def squared_differences_broadcast(given: Given) -> Given:
    """Answers (B, 1) against targets (B,)."""
    return replace(given, evaluate=_mean(lambda answer, y: (answer - y.reshape(-1)) ** 2))


def argmax_of_one_logit(given: Given) -> Given:
    """The argmax over an axis of length one is 0 for every item."""
    return replace(given, evaluate=_mean(lambda answer, y: answer.reshape(len(y), -1).argmax(1) == y.reshape(len(y))))


def score_of_the_weights(given: Given) -> Given:
    """The evaluation calls the model once, and then scores what its first layer makes of the inputs."""
    return replace(given, evaluate=_spread_of_features)


def _spread_of_features(model: Any, batches: Any) -> float:
    import torch

    model.eval()
    with torch.no_grad():
        for x, _ in batches:
            model(x)
        return float(torch.cat([model[0](x) for x, _ in batches]).std())


def loss_as_score(given: Given) -> Given:
    """The evaluation returns the mean loss."""
    from torch.nn import functional as F

    return replace(given, evaluate=_mean(lambda answer, y: F.cross_entropy(answer, y, reduction="none")))


def _labelled_in_part(given: Given, ignored: int, evaluate: Any) -> Given:
    """Rows of unlike length: every place behind the end has the ignored label."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    xs = torch.randint(1, 9, (200, 10), generator=torch.Generator().manual_seed(1))
    lengths = 3 + torch.arange(200) % 8
    ys = (xs * 5 % 8 + 1).masked_fill(torch.arange(10) >= lengths[:, None], ignored)
    model = torch.nn.Sequential(torch.nn.Embedding(9, 16), torch.nn.Linear(16, 9))
    loader, held = DataLoader(TensorDataset(xs[:160], ys[:160]), batch_size=20), DataLoader(TensorDataset(xs[160:], ys[160:]), batch_size=20)
    loss = _loss_without(ignored)
    return replace(given, model=model, loss=loss, train=loader, val=held, evaluate=evaluate, step=None, scheduler=None, unpack=None, expect={}, task=None, classes=None, optimizer=torch.optim.Adam(model.parameters(), lr=3e-3))


def _loss_without(ignored: int) -> Any:
    import torch

    return lambda output, target: torch.nn.functional.cross_entropy(output.flatten(0, 1), target.flatten(), ignore_index=ignored)


def padding_scored_as_wrong(given: Given) -> Given:
    """Places with the label -100 are in the count."""
    return _labelled_in_part(given, -100, _mean(lambda answer, y: answer.argmax(-1) == y))


def padding_scored_though_untaught(given: Given) -> Given:
    """Places with the label 0, which the loss leaves out, are in the count."""
    return _labelled_in_part(given, 0, _mean(lambda answer, y: answer.argmax(-1) == y))


def padding_left_out(given: Given) -> Given:
    """Only places with a label are in the count."""
    return _labelled_in_part(given, -100, _mean(lambda answer, y: (answer.argmax(-1) == y)[y != -100]))


def padding_zero_left_out(given: Given) -> Given:
    """Only places with a label other than the padding's are in the count."""
    return _labelled_in_part(given, 0, _mean(lambda answer, y: (answer.argmax(-1) == y)[y != 0]))


CHECK = Check(
    code="SKE504",
    name="wrong-scoring",
    source="the recipe, the skeleton; requirements of a metric",
    judge=judge,
    sabotages=(Case(toy="unbalanced-binary", plant=argmax_of_one_logit), Case(toy="table-mlp", plant=argmax_over_items), Case(toy="huber-regression", plant=squared_differences_broadcast), Case(toy="table-mlp", plant=padding_scored_as_wrong), Case(toy="table-mlp", plant=padding_scored_though_untaught)),
    lookalikes=(Case(toy="table-mlp", plant=score_of_the_weights), Case(toy="table-mlp", plant=loss_as_score), Case(toy="table-mlp", plant=padding_left_out), Case(toy="table-mlp", plant=padding_zero_left_out)),
)
