"""What it asks: is an activation applied to what an activation has squeezed already?

Why it matters: a sigmoid of probabilities lies between 0.5 and 0.73, a soft-max of soft-maxes is nearly even. The loss cannot come near zero however
right the answers are, and its slopes are small.

How it is measured: torch's functions are listened to while a step, or the model and its loss, run: a soft-max or sigmoid whose result is handed, as it is or
in another shape, to a soft-max, a sigmoid or a loss that applies one.

When it is right to fail: an answer that trains something is squeezed twice on its way to the loss.

What it cannot see: activations written out by hand.

Mend: apply one of the two; losses with logits take what the last layer says.

Source: the recipe's most common mistakes ("passed softmaxed outputs to a loss that expects raw logits").
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.heard_activations import HeardActivations
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(heard: HeardActivations) -> Finding:
    """Name the two, and the line of the second."""
    if not heard.chains:
        return passed("no activation is applied to what another has squeezed")
    first = heard.chains[0]
    return failed(
        f"{first.second} is applied to the result of {first.first}{first.line and f' ({first.line})'}: answers are squeezed twice",
        expected="one activation between the last layer and the loss",
        observed=Observed(value=float(len(heard.chains)), unit="pairs"),
        component="loss",
        where=tuple(dict.fromkeys(c.line for c in heard.chains)),
        level=Level.VERIFIED,
        effect="right answers cannot bring the loss near zero, and slopes are small",
        remedies=(f"take {first.first} or {first.second} away", "hand logits to losses with logits, and to cross-entropy"),
    )


def _of_logits(given: Given, loss: Any) -> Given:
    return replace(given, loss=loss)


def sigmoid_of_a_softmax(given: Given) -> Given:
    """A Dice loss that squeezes, called with what was squeezed."""
    from torch.nn import functional

    def dice(p_BK: Any, y_B: Any) -> Any:
        p_BK = p_BK.sigmoid()
        hot_BK = functional.one_hot(y_B, p_BK.shape[1]).float()
        return 1 - (2 * (p_BK * hot_BK).sum() + 1) / ((p_BK + hot_BK).sum() + 1)

    return _of_logits(given, lambda out, y: dice(out.softmax(1), y))


def cross_entropy_of_a_softmax(given: Given) -> Given:
    """The textbook's."""
    from torch.nn import functional

    return _of_logits(given, lambda out, y: functional.cross_entropy(out.softmax(1), y))


def probabilities_twice(given: Given) -> Given:
    """Two terms, each with a soft-max of its own."""
    from torch.nn import functional

    def loss(out_BK: Any, y_B: Any) -> Any:
        p_BK = out_BK.softmax(1)
        return functional.cross_entropy(out_BK, y_B) + 0.1 * (p_BK * p_BK.clamp_min(1e-9).log()).sum(1).mean()

    return _of_logits(given, loss)


CHECK = Check(
    code="SKE366",
    name="chained-activations",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=sigmoid_of_a_softmax), Case(toy="table-mlp", plant=cross_entropy_of_a_softmax)),
    lookalikes=(Case(toy="table-mlp", plant=probabilities_twice),),
    under=("SKE341",),
)
