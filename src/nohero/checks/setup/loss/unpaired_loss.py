"""What it asks: is each answer compared with its own target?

Why it matters: answers of shape (B, 1) and targets of shape (B,) broadcast to B times B pairs. Every answer is then drawn to the
mean of all targets: the loss falls to the variance and stays there, and nothing crashes.

How it is measured: on random answers the targets are dealt out anew among the items. A loss that compares pairs changes; one that
compares everything with everything does not.

When it is right to fail: when no deal changes the loss, while other answers do, and either the shapes differ, or the targets are labels,
or an answer's slope hangs on no other answer.

What it cannot see: losses between whole sets that are meant so; where answers hang together the finding is unsure.

Mend: give both the same shape: `output.squeeze(-1)`, or `target.unsqueeze(-1)`.

Source: the recipe, the skeleton; torch's warning on target sizes that differ from the input's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.loss_bench import LABELLED
from nohero.evidence.setup.loss_pairing import LossPairing
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure

if TYPE_CHECKING:
    from nohero.setup.given import Given

SAME = 3e-6  # relative; sums in another order differ by about 1e-7, pairs dealt anew by more than 1e-3
MATES = 1e-4  # relative; a loss of whole sets weighs an answer by the others, one of all pairs does not
MOVES = 1e-3  # relative; the loss hangs on the answers at all


def judge(pairing: LossPairing) -> Finding:
    """A loss that does not care whose target is whose fails."""
    if pairing.kind not in (*LABELLED, "values"):
        return skipped(f"the target is no label and no value of the item ({pairing.kind})")
    if pairing.dealt != pairing.dealt:
        return skipped("too few items, or targets all alike: nothing to deal out anew")
    differ = pairing.answer_shape != pairing.target_shape
    among = pairing.dealt < SAME
    along = differ and pairing.dealt_along < SAME
    if pairing.answered < MOVES or not (among or along):
        return passed(f"dealing the targets out anew changes the loss by {pairing.dealt:.2g} of itself")
    where = "" if differ else ", which inside the loss broadcast"
    shapes = f"answers {list(pairing.answer_shape)} and targets {list(pairing.target_shape)}"
    if pairing.cared < SAME:
        return unsure("the loss does not change whatever the targets are", expected="a loss that compares answers with targets", remedies=("if the loss is meant to work without targets, nothing is wrong; else compare the answer with the target in it",), component="loss", where=("the loss",))
    if not differ and pairing.kind == "values" and not pairing.mates < MATES:
        return unsure(f"the loss does not change when the targets are dealt out anew among {pairing.items} items", expected="a loss of pairs, or one that compares whole sets on purpose", remedies=("if it compares sets on purpose, nothing is wrong; else compare each answer with its own target",), component="loss", where=("the loss",))
    return failed(
        f"the loss does not change when the targets are dealt out anew among the {'items' if among else 'places of an item'}: {shapes}{where} are compared each with each",
        expected="each answer compared with its own target, shapes alike",
        observed=Observed(value=pairing.dealt if among else pairing.dealt_along, unit="relative change", n=pairing.items),
        component="loss",
        where=("the loss", shapes),
        level=Level.VERIFIED,
        why="Broadcasting pairs every answer with every target. The best answer to that is the mean of all targets, so the model learns a constant, however good it is.",
        remedies=("squeeze the answers: output.squeeze(-1)", "or give the targets the answers' shape: target.view_as(output)"),
    )


def targets_without_last_axis(given: Given) -> Given:
    """Targets (B,), answers (B, 1)."""
    x, y = given.train
    vx, vy = given.val
    return replace(given, train=(x, y.squeeze(1)), val=(vx, vy.squeeze(1)))


def squared_by_hand(given: Given) -> Given:
    """An own squared error of (B, 1) and (B,)."""

    def loss(out_B1: Any, y_B1: Any) -> Any:
        return ((out_B1 - y_B1.squeeze(1)) ** 2).mean()

    return replace(given, loss=loss)


def own_bce_of_unlike_shapes(given: Given) -> Given:
    """An own binary cross-entropy of (B, 1) and (B,)."""
    from torch.nn.functional import softplus

    def loss(out_B1: Any, y_B1: Any) -> Any:
        return (softplus(out_B1) - y_B1.flatten() * out_B1).mean()

    return replace(given, loss=loss)


def squeezed_in_the_loss(given: Given) -> Given:
    """Shapes differ outside, and agree where they are compared."""
    from torch import nn

    x, y = given.train
    vx, vy = given.val
    return replace(given, train=(x, y.squeeze(1)), val=(vx, vy.squeeze(1)), loss=lambda out, y_B: nn.functional.huber_loss(out.squeeze(1), y_B))


def correlation(given: Given) -> Given:
    """Minus the correlation over the batch: mixes items, and still pairs them."""

    def loss(out_B1: Any, y_B1: Any) -> Any:
        a, b = out_B1 - out_B1.mean(), y_B1 - y_B1.mean()
        return 1 - (a * b).sum() / (a.norm() * b.norm() + 1e-6)

    return replace(given, loss=loss)


CHECK = Check(
    code="SKE343",
    name="unpaired-loss",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="huber-regression", plant=targets_without_last_axis), Case(toy="huber-regression", plant=squared_by_hand), Case(toy="wide-table", plant=own_bce_of_unlike_shapes)),
    lookalikes=(Case(toy="huber-regression", plant=squeezed_in_the_loss), Case(toy="huber-regression", plant=correlation)),
)
