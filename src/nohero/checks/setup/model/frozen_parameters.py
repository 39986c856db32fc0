"""What it asks: does everything train that is meant to?

Why it matters: a flag left from an earlier stage, or an optimizer over the wrong part, keeps layers at their start. The rest
learns round them, and the score is merely lower.

How it is measured: a few of the user's own steps; each parameter declared trainable must have changed. Without a declaration,
frozen weights that stand between trainable ones are named.

When it is right to fail: where a parameter declared trainable stays bit for bit.

What it cannot see: whether a backbone is frozen on purpose, unless that is declared.

Mend: requires_grad_(True), and the parameters in the optimizer.

Source: the recipe, the skeleton.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.intent_facts import IntentFacts
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure

if TYPE_CHECKING:
    from nohero.setup.given import Given

NAMED = 6  # parameters named


def judge(facts: IntentFacts) -> Finding:
    """Declared ones must move; undeclared ones are asked after."""
    by_name = {p.name: p for p in facts.parameters}
    bad = [n for n in facts.trainable if not by_name[n].wants_gradient or (facts.steps and not by_name[n].moved)]
    if bad:
        off = [n for n in bad if not by_name[n].wants_gradient]
        lost = [n for n in bad if n not in off and not by_name[n].held]
        why = "want no gradient" if off else "are in no optimizer" if lost else "did not move"
        return failed(
            f"{len(bad)} of {len(facts.trainable)} parameters declared trainable {why} ({', '.join(bad[:NAMED])})",
            expected=f"each to move within {facts.steps} steps",
            observed=Observed(value=float(len(bad)), unit="parameters", n=len(facts.trainable)),
            component="optimizer" if lost and not off else "model",
            where=tuple(bad),
            level=Level.VERIFIED,
            why="What does not move is not learnt; the rest of the network trains round it, so that only the score tells.",
            remedies=("call requires_grad_(True) on them before the optimizer is made", "hand them to the optimizer"),
        )
    if facts.trainable:
        return passed(f"all {len(facts.trainable)} parameters declared trainable move")
    if facts.isolated:
        names = ", ".join(f'"{n}"' for n in facts.isolated[:2])
        return unsure(
            f"{len(facts.isolated)} weights are frozen between trainable ones ({', '.join(facts.isolated[:NAMED])})",
            component="model",
            where=facts.isolated,
            remedies=(f'if that is meant: expect={{"frozen": [{names}]}}; if not: expect={{"trainable": [{names}]}}',),
        ) if not set(facts.isolated) <= set(facts.frozen) else passed("all frozen weights are declared frozen")
    still = [p for p in facts.parameters if not p.wants_gradient]
    return passed(f"{len(still)} of {len(facts.parameters)} parameters are frozen, as a block") if still else skipped("nothing is frozen, and nothing is declared trainable")


def head_frozen(given: Given) -> Given:
    """The head's first layer was left frozen."""
    given.model.head[0].requires_grad_(False)
    return replace(given, expect={"trainable": ["head.*"]})


def head_not_handed_over(given: Given) -> Given:
    """The optimizer holds the last layer alone."""
    import torch

    return replace(given, optimizer=torch.optim.Adam(given.model.head[2].parameters(), lr=3e-3), expect={"trainable": ["head"]})


def declared_rightly(given: Given) -> Given:
    """Backbone frozen and head trainable, as declared."""
    return replace(given, expect={"frozen": ["backbone.*"], "trainable": ["head.*"]})


CHECK = Check(
    code="SKE267",
    name="frozen-parameters",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="frozen-backbone", plant=head_frozen), Case(toy="frozen-backbone", plant=head_not_handed_over)),
    lookalikes=(Case(toy="frozen-backbone", plant=declared_rightly),),
)
