"""What it asks: do the units of a layer begin differently enough to learn different things?

Why it matters: units with the same weights give the same answer, get the same gradient and stay the same for ever. However
wide, the layer is one unit.

How it is measured: weights whose rows are all equal at the start are looked at again after a few plain steps without dropout.
Zero starts that are meant (a last layer, the end of a branch, a low-rank update) come apart in these steps.

When it is right to fail: where all rows are still one, or as few as the gates of a recurrent layer.

What it cannot see: units that are equal in pairs.

Mend: draw the weights at random; only biases start at a constant.

Source: Goodfellow, Bengio and Courville 2016, Deep Learning, section 8.4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.layer_symmetry import LayerSymmetry
from nohero.run.finding import Finding, Level, Observed, failed, passed

if TYPE_CHECKING:
    from nohero.setup.given import Given

GATES = 4  # a recurrent layer has one, three or four of them


def judge(symmetry: LayerSymmetry) -> Finding:
    """Rows that no step tells apart."""
    stuck = [a for a in symmetry.alike if a.distinct == 1 or (a.even and a.distinct <= GATES and a.units >= 3 * GATES)]
    if not stuck:
        also = f"; {len(symmetry.alike)} begin with equal rows and come apart within {symmetry.steps} steps" if symmetry.alike else ""
        return passed(f"the units of {symmetry.weights} weights differ{also}")
    worst = max(stuck, key=lambda a: a.units)
    return failed(
        f"the {worst.units} units of {worst.name} begin with the same weights ({worst.value:.3g}) and are still the same after {symmetry.steps} steps",
        expected=f"{worst.units} different units",
        observed=Observed(value=float(worst.distinct), unit="different units", n=worst.units),
        component="model",
        where=tuple(a.name for a in stuck),
        level=Level.VERIFIED,
        effect="the layer can learn no more than one unit could",
        why="Equal weights give equal answers and equal gradients. No amount of training tells the units apart.",
        remedies=("draw the weights at random: the layer's reset_parameters(), or torch.nn.init.kaiming_normal_", "keep constants for biases and norms"),
    )


def constant_start(given: Given) -> Given:
    """Every weight begins at 0.1."""
    for layer in (0, 2, 4):
        given.model[layer].weight.data.fill_(0.1)
        given.model[layer].bias.data.zero_()
    return given


def zero_start(given: Given) -> Given:
    """Every weight and bias begins at zero."""
    for parameter in given.model.parameters():
        parameter.data.zero_()
    return given


def constant_filters(given: Given) -> Given:
    """Convolutions begin as means."""
    for layer in (0, 4):
        given.model[layer].weight.data.fill_(0.05)
    return given


def zero_head(given: Given) -> Given:
    """The last layer begins at zero, as is usual where the first loss is to be right."""
    given.model[4].weight.data.zero_()
    given.model[4].bias.data.zero_()
    return given


CHECK = Check(
    code="SKE263",
    name="symmetric-units",
    source="Goodfellow, Bengio and Courville 2016, Deep Learning, section 8.4",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=constant_start), Case(toy="table-mlp", plant=zero_start), Case(toy="cnn-batch-norm", plant=constant_filters)),
    lookalikes=(Case(toy="table-mlp", plant=zero_head),),
)
