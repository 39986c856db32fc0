"""What it asks: does a score that is called F1, precision, recall or AUC get what its definition wants?

Why it matters: most libraries want the labels first and the answers second. Exchanged, precision is recall, and F1 is weighted by what the
network says instead of what there is. An AUC of rounded answers is no area under a curve: it is the mean of two shares at one threshold.

How it is measured: answers of which six in ten are right are written over the model's. F1, precision and recall are computed from the
same answers, by every average, as defined and with labels and answers exchanged. For AUC and average precision, the same answers are given
more or less surely.

When it is right to fail: in two sets of answers the score is what the definition gives with labels and answers exchanged, and in neither
what any average gives as defined; or a score that ranks does not move, whatever the answers' sureness, and moves where they say another class.

What it cannot see: scores under other names; averages that are the same either way, such as the macro F1.

Mend: f1_score(labels, answers); roc_auc_score(labels, probabilities), before any rounding.

Source: the recipe, the skeleton; requirements of a metric
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.named_scores import NamedScores
from nohero.run.finding import Finding, Level, Observed, failed, passed

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given


def judge(named: NamedScores) -> Finding:
    """Exchanged arguments and rounded ranks fail."""
    for score in named.scores:
        if score.exchanged == score.exchanged:
            return _told(
                f"`{score.name}` gives {score.value:.4g} for answers whose {score.measure} is {score.meant:.4g}: it is what comes out when labels and answers are exchanged ({score.exchanged:.4g})",
                score.value,
                named.items,
                f"labels first, answers second: {score.measure}(labels, answers)",
            )
        if score.still:
            return _told(
                f"`{score.name}` is {score.value:.4g} however sure the answers are of the same classes: it gets answers that are rounded already, and ranks nothing",
                score.value,
                named.items,
                "hand it probabilities or logits, before any rounding, threshold or argmax",
            )
    return passed(f"{', '.join(f'`{s.name}`' for s in named.scores)} get what their names want")


def _told(what: str, value: float, items: int, remedy: str) -> Finding:
    return failed(
        what,
        expected="the score of that name",
        observed=Observed(value=value, unit="score", n=items),
        component="evaluation",
        where=("evaluate",),
        level=Level.VERIFIED,
        why="The number that is reported, and by which models are chosen, is another one than its name says.",
        remedies=(remedy,),
    )


def _scored(given: Given, name: str, score: Any) -> Given:
    """An evaluation that gives `score(labels, raw answers)` over the whole set."""

    def evaluate(model: Any, batches: Any) -> dict[str, float]:
        import torch

        model.eval()
        with torch.no_grad():
            pairs = [(y, model(x)) for x, y in batches]
        labels, answers = (torch.cat([pair[k] for pair in pairs]) for k in (0, 1))
        model.train()
        return {name: float(score(labels.numpy(), answers))}

    return replace(given, evaluate=evaluate)


def exchanged_weighted_f(given: Given) -> Given:
    """F1 weighted by what the network says."""
    from sklearn.metrics import f1_score

    return _scored(given, "weighted_f1", lambda y, answers: f1_score(answers.argmax(1).numpy(), y, average="weighted"))


def exchanged_precision(given: Given) -> Given:
    """Macro precision with the answers first: it is recall."""
    from sklearn.metrics import precision_score

    return _scored(given, "val/precision", lambda y, answers: precision_score(answers.argmax(1).numpy(), y, average="macro", zero_division=0))


def area_of_rounded_answers(given: Given) -> Given:
    """The answers are rounded before they are ranked."""
    from sklearn.metrics import roc_auc_score

    return _scored(given, "auc", lambda y, answers: roc_auc_score(y.reshape(-1), answers.sigmoid().round().reshape(-1).numpy()))


def area_of_probabilities(given: Given) -> Given:
    """The same, not rounded."""
    from sklearn.metrics import roc_auc_score

    return _scored(given, "auc", lambda y, answers: roc_auc_score(y.reshape(-1), answers.sigmoid().reshape(-1).numpy()))


def weighted_f(given: Given) -> Given:
    """F1 weighted by the labels."""
    from sklearn.metrics import f1_score

    return _scored(given, "weighted_f1", lambda y, answers: f1_score(y, answers.argmax(1).numpy(), average="weighted"))


def macro_f_either_way(given: Given) -> Given:
    """The macro F1 with the answers first, in per cent: it is the same number."""
    from sklearn.metrics import f1_score

    return _scored(given, "f1_macro", lambda y, answers: 100 * f1_score(answers.argmax(1).numpy(), y, average="macro"))


CHECK = Check(
    code="SKE508",
    name="misfed-score",
    source="the recipe, the skeleton; requirements of a metric",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=exchanged_weighted_f), Case(toy="table-mlp", plant=exchanged_precision), Case(toy="unbalanced-binary", plant=area_of_rounded_answers)),
    lookalikes=(Case(toy="table-mlp", plant=weighted_f), Case(toy="table-mlp", plant=macro_f_either_way), Case(toy="unbalanced-binary", plant=area_of_probabilities)),
)
