"""What it asks: is a divergence from soft targets least where the answer equals the target?

Why it matters: with the logarithm left out on one side, or taken on the wrong one, a divergence is least somewhere else: the student is drawn to
its teacher's first choice alone, or to nothing in particular, while the loss falls.

How it is measured: the answers are held, so that terms on hard labels stay as they are. The soft target is made their likeness at several temperatures;
about the best of these it is moved a little in eight directions, each way.

When it is right to fail: at even answers the loss tells soft targets from hard ones by their evenness alone, as divergences do, and in most
directions a small move one way of the target from the answer's likeness lowers the loss; or it falls for ever with the size of all answers. A best temperature that differs on both sides is unsure.

What it cannot see: cross-entropies of soft targets, which are least for hard ones; targets that are not of the answer's shape.

Mend: the divergence is sum(q * (log q - log p)), with both made by the same temperature.

Source: Kullback and Leibler 1951, On information and sufficiency; Hinton, Vinyals and Dean 2015, Distilling the knowledge in a neural network (arXiv:1503.02531).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.checks.setup.loss.misread_probabilities import _taught
from nohero.evidence.setup.heard_distributions import HeardDistributions
from nohero.evidence.setup.teacher_match import TeacherMatch
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure

if TYPE_CHECKING:
    from nohero.setup.given import Given

MOST = 0.7  # of the directions; where it is least no direction slants
ENDLESS = 0.01  # of the loss, for three units; a soft-max leaves rounding alone
OTHER = 1.2  # times: the temperatures of the two sides differ


def judge(match: TeacherMatch, heard: HeardDistributions) -> Finding:
    """A divergence that is slanted where it should be least fails."""
    if not match.soft:
        return skipped("the loss is no divergence from a soft target")
    if any(c.function == "kl_div" for c in heard.calls):
        return skipped("the divergence is torch's own, whose arguments are looked at elsewhere")
    endless = abs(match.drift) > ENDLESS and abs(match.drift + match.back) < 0.05 * abs(match.drift)
    slanted = match.slanted > MOST * match.tried and match.least < (1 - MOST) * match.tried
    if slanted or endless:
        return failed(
            f"the divergence from the soft target has no bottom: it changes by {match.drift:.3g} and {match.back:.3g} when all of an item's answers grow or shrink by 3"
            if endless
            else f"the divergence from the soft target is not least where the answer equals the target: in {match.slanted} of {match.tried} directions a small move away lowers it",
            expected="a divergence that is least, and level, where both are equal",
            observed=Observed(value=match.slanted, unit="directions in which it slants", n=match.tried),
            component="loss",
            where=("the loss", f"soft targets {list(match.shape)}"),
            level=Level.VERIFIED,
            why="What is trained is then drawn to something else than its teacher, though the loss falls.",
            remedies=("take the logarithm of the student's probabilities: (q * (q.log() - p.log())).sum(1).mean()", "use F.kl_div(student.log_softmax(1), teacher.softmax(1), reduction='batchmean')"),
        )
    if match.least == match.tried and not 1 / OTHER < match.scale < OTHER:
        return unsure(f"the divergence is least where the target's logits are {match.scale:.3g} times the answer's", expected="the same temperature on both sides", component="loss", where=("the loss",), remedies=("if the target is sharpened on purpose, nothing is wrong; else divide both by the same temperature",))
    return passed("the divergence is least where the answer equals the target")


def logarithm_left_out(given: Given) -> Given:
    """The student's probabilities stand where their logarithms belong."""
    return _taught(given, lambda s, t: (t.softmax(1) * (t.log_softmax(1) - s.softmax(1))).sum(1).mean())


def raw_numbers_for_logarithms(given: Given) -> Given:
    """The student's logits stand there."""
    return _taught(given, lambda s, t: (t.softmax(1) * (t.log_softmax(1) - s)).sum(1).mean())


def by_hand(given: Given) -> Given:
    """As it is meant."""
    return _taught(given, lambda s, t: (t.softmax(1) * (t.log_softmax(1) - s.log_softmax(1))).sum(1).mean())


def the_other_way_round(given: Given) -> Given:
    """The divergence of the target from the answer."""
    return _taught(given, lambda s, t: (s.softmax(1) * (s.log_softmax(1) - t.log_softmax(1))).sum(1).mean())


def sharpened(given: Given) -> Given:
    """The target is sharpened on purpose."""
    return _taught(given, lambda s, t: ((2 * t).softmax(1) * ((2 * t).log_softmax(1) - s.log_softmax(1))).sum(1).mean())


def squares(given: Given) -> Given:
    """The logits' squared difference."""
    return _taught(given, lambda s, t: (s - t).square().mean())


CHECK = Check(
    code="SKE357",
    name="missed-teacher",
    source="Hinton, Vinyals and Dean 2015, Distilling the knowledge in a neural network (arXiv:1503.02531)",
    judge=judge,
    sabotages=(Case(toy="many-classes", plant=logarithm_left_out), Case(toy="many-classes", plant=raw_numbers_for_logarithms)),
    lookalikes=(Case(toy="many-classes", plant=by_hand), Case(toy="many-classes", plant=the_other_way_round), Case(toy="many-classes", plant=sharpened), Case(toy="many-classes", plant=squares)),
)
