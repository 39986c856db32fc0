"""What it asks: is the loss a finite number, with a finite slope, wherever training may take the answers?

Why it matters: one not-a-number in a batch makes every parameter not-a-number with the next step, often hours into training.

How it is measured: loss and slope on the model's own answers, on right and wrong answers of 30 and 100 logits (or probabilities of
exactly 0 and 1), on an answer that hits its target, on answers of zero, and on batches without a yes where chance brings one.

When it is right to fail: at the start, on certain answers and on batches that will come. Answers of 100 logits, exact
probabilities and hits are a warning; answers of zero are unsure.

What it cannot see: overflow in half precision, and in layers before the answers.

Mend: use torch's own losses on logits; add a small number inside the logarithm, root or division.

Source: the recipe, the skeleton; Blanchard, Higham and Higham 2021, Accurately computing the log-sum-exp.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.loss_extremes import LossExtremes
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, failed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(extremes: LossExtremes) -> Finding:
    """The likeliest place where the loss breaks decides."""
    bad = [t for t in extremes.trials if not t.finite]
    if not bad:
        return passed(f"loss and slope are finite in {len(extremes.trials)} trials, extremes among them")
    worst = next((t for chance in ("certain", "likely", "possible") for t in bad if t.chance == chance), bad[0])
    what = "the loss is not finite" if worst.loss != worst.loss or abs(worst.loss) == float("inf") else "the slope of the loss is not finite"
    rest: dict[str, Any] = {
        "expected": "a finite loss with a finite slope",
        "observed": Observed(value=float(len(bad)), unit="trials that break", n=len(extremes.trials)),
        "component": "loss",
        "where": ("the loss", worst.name),
        "level": Level.VERIFIED,
        "why": "One value that is not finite makes the whole gradient so, and with the next step every parameter.",
        "remedies": ("use torch's own loss on logits (cross_entropy, binary_cross_entropy_with_logits), which is built against this", "add a small number inside log and sqrt and below a division", "clamp a denominator that counts items at 1"),
        "figure": Table(title="Trials of the loss", columns=("answers", "loss", "slope finite"), rows=tuple((t.name, t.loss, str(t.slope_finite)) for t in extremes.trials)),
    }
    message = f"on {worst.name} {what}"
    if worst.name == "answers of zero":
        return unsure(message + ": it matters if the model can give exactly that", **rest)
    exact = worst.name.startswith("probabilities")
    return failed(message, **rest) if worst.chance in ("certain", "likely") and not exact else warned(message, **rest)


def logarithm_of_sigmoid(given: Given) -> Given:
    """A binary cross-entropy by hand, without care for 0 and 1."""

    def loss(out: Any, y: Any) -> Any:
        p = out.sigmoid()
        return -(y * p.log() + (1 - y) * (1 - p).log()).mean()

    return replace(given, loss=loss)


def logarithm_of_softmax(given: Given) -> Given:
    """A soft-max by hand, and its logarithm."""

    def loss(out_BK: Any, y_B: Any) -> Any:
        e = out_BK.exp()
        return -(e / e.sum(1, keepdim=True)).log().gather(1, y_B[:, None]).mean()

    return replace(given, loss=loss)


def root_of_each_square(given: Given) -> Given:
    """The root of each item's squared error: no slope at a hit."""

    def loss(out: Any, y: Any) -> Any:
        return ((out - y) ** 2).sum(-1).sqrt().mean()

    return replace(given, loss=loss)


def divided_by_the_positives(given: Given) -> Given:
    """The loss over the number of positives, of which a batch may have none."""
    from torch.nn import functional

    return replace(given, loss=lambda out, y: functional.binary_cross_entropy_with_logits(out, y, reduction="none").mul(y).sum() / y.sum() + functional.binary_cross_entropy_with_logits(out, y))


def root_of_the_mean(given: Given) -> Given:
    """The root of the batch's mean squared error."""
    from torch.nn import functional

    return replace(given, loss=lambda out, y: functional.mse_loss(out, y).sqrt())


def logarithm_with_care(given: Given) -> Given:
    """A small number inside the logarithm."""

    def loss(out: Any, y: Any) -> Any:
        p = out.sigmoid()
        return -(y * (p + 1e-7).log() + (1 - y) * (1 - p + 1e-7).log()).mean()

    return replace(given, loss=loss)


CHECK = Check(
    code="SKE350",
    name="non-finite-loss",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="multi-label", plant=logarithm_of_sigmoid), Case(toy="table-mlp", plant=logarithm_of_softmax), Case(toy="huber-regression", plant=root_of_each_square), Case(toy="unbalanced-binary", plant=divided_by_the_positives)),
    lookalikes=(Case(toy="huber-regression", plant=root_of_the_mean), Case(toy="multi-label", plant=logarithm_with_care)),
)
