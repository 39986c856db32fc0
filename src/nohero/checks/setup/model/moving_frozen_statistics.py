"""What it asks: do the statistics of a frozen part stand still?

Why it matters: a backbone whose weights are frozen and whose batch norm keeps gathering is another backbone after each epoch.

How it is measured: buffers before and after the user's own steps, where every parameter of their module is frozen.

When it is right to fail: the part is declared frozen; undeclared it is told as unsure.

What it cannot see: buffers that are meant to move.

Mend: backbone.eval() in every step, after model.train().

Source: transfer learning; the recipe
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.intent_facts import IntentFacts
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(facts: IntentFacts) -> Finding:
    """Declared frozen: fails; undeclared: unsure."""
    if not facts.steps:
        return skipped("no training step could be run")
    moved = [b.name for b in facts.buffers if b.moved > 0 and b.name.rsplit(".", 1)[-1].startswith("running") and _frozen(b.name, facts)]
    if not moved:
        return passed("no statistics of a frozen part move")
    declared = [n for n in moved if any(p.rsplit(".", 1)[0] == n.rsplit(".", 1)[0] for p in facts.frozen)]
    return (failed if declared else unsure)(
        f"{len(moved)} running statistics of frozen layers moved in {facts.steps} training steps, {moved[0]} among them",
        expected="statistics that stand still with their weights",
        observed=Observed(value=float(len(moved)), unit="buffers"),
        component="model",
        where=tuple((declared or moved)[:8]),
        level=Level.MEASURED,
        why="The weights were trained for the old statistics; in eval mode the new ones take their place.",
        remedies=("put the frozen part in eval mode in every step, after model.train()", 'if it is meant to be frozen, say so: expect={"frozen": ["backbone.*"]}'),
    )


def _frozen(buffer: str, facts: IntentFacts) -> bool:
    module = buffer.rsplit(".", 1)[0]
    own = [p for p in facts.parameters if p.name.rsplit(".", 1)[0] == module]
    return bool(own) and not any(p.wants_gradient for p in own)


def backbone_gathers(given: Given) -> Given:
    """The convolutions and norms are frozen and declared so, but train() wakes them."""
    for module in given.model[:8]:
        module.requires_grad_(False)
    return replace(given, model=given.model, expect={"frozen": [f"{i}.*" for i in range(8)]})


def backbone_gathers_undeclared(given: Given) -> Given:
    """The same, undeclared: perhaps on purpose."""
    for module in given.model[:8]:
        module.requires_grad_(False)
    return replace(given, model=given.model)


CHECK = Check(
    code="SKE229",
    name="moving-frozen-statistics",
    source="transfer learning; the recipe",
    judge=judge,
    sabotages=(Case(toy="cnn-batch-norm", plant=backbone_gathers),),
    lookalikes=(Case(toy="cnn-batch-norm", plant=backbone_gathers_undeclared),),
)
