"""What it asks: does everything stay that is meant to stay?

Why it matters: a misspelt attribute, or a batch norm in train mode, changes a backbone that was to be kept; the learnt
features are washed out by the first large gradients of a new head.

How it is measured: a few of the user's own steps; parameters and buffers declared frozen must not change. Without a
declaration, attributes are looked for that look like the switch for gradients, are False, and switch nothing.

When it is right to fail: where a parameter declared frozen moves. Buffers that move, and stray attributes, warn.

What it cannot see: what was meant to be frozen, where neither a declaration nor an attribute says so.

Mend: requires_grad_(False), with both its s; eval mode for frozen norms.

Source: the recipe, the skeleton.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.intent_facts import IntentFacts, Parameter
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

NAMED = 6  # names told


def judge(facts: IntentFacts) -> Finding:
    """Declared ones must stay; stray attributes tell on their author."""
    declared = set(facts.frozen)
    moved = [p for p in facts.parameters if p.name in declared and p.moved]
    drifted = [b for b in facts.buffers if b.name in declared and b.moved]
    why = "What was learnt before is overwritten by the first large gradients of a new head, and nothing says so."
    if moved:
        return failed(
            f"{len(moved)} of {len(declared)} tensors declared frozen move within {facts.steps} steps (by up to {max(p.moved for p in moved):.1e} of their size): {', '.join(p.name for p in moved[:NAMED])}",
            expected="none to move",
            observed=Observed(value=float(len(moved)), unit="tensors moved", n=len(declared)),
            component="model",
            where=tuple(p.name for p in moved),
            level=Level.VERIFIED,
            why=why,
            remedies=("call requires_grad_(False) on them", "leave them out of the optimizer: decay and momentum move what has a gradient of zero"),
        )
    if facts.stray:
        place, word = facts.stray[0]
        return warned(
            f"{place} has an attribute `{word}` that is False and freezes nothing: its parameters want gradients",
            expected="requires_grad_(False)",
            observed=Observed(value=float(len(facts.stray)), unit="stray attributes"),
            component="model",
            where=tuple(dict.fromkeys(p for p, _ in facts.stray)),
            level=Level.MEASURED,
            why=why,
            remedies=(f"{place}.requires_grad_(False): for a parameter the attribute is requires_grad, and a module has only the method",),
        )
    if drifted:
        return _drifting(drifted, facts, len(declared))
    if not declared:
        return skipped('nothing is declared frozen: expect={"frozen": ["backbone.*"]}')
    return passed(f"all {len(declared)} tensors declared frozen stay bit for bit over {facts.steps} steps") if facts.steps else skipped("no step could be run")


def _drifting(drifted: list[Parameter], facts: IntentFacts, declared: int) -> Finding:
    return warned(
        f"{len(drifted)} buffers of modules declared frozen move within {facts.steps} steps: {', '.join(b.name for b in drifted[:NAMED])}",
        expected="none to move",
        observed=Observed(value=float(len(drifted)), unit="buffers moved", n=declared),
        component="step",
        where=tuple(b.name for b in drifted),
        level=Level.VERIFIED,
        why="A norm in train mode keeps counting, whatever its parameters do; the frozen part no longer gives what it gave.",
        remedies=("after model.train() call .eval() on the frozen part",),
    )


def misspelt_switch(given: Given) -> Given:
    """`require_grad` for `requires_grad`."""
    import torch

    for parameter in given.model.backbone.parameters():
        parameter.requires_grad_(True)
        parameter.require_grad = False
    return replace(given, optimizer=torch.optim.Adam(given.model.parameters(), lr=3e-3))


def switched_the_module(given: Given) -> Given:
    """`module.requires_grad = False`, which is no switch, and declared frozen."""
    import torch

    given.model.backbone.requires_grad_(True)
    given.model.backbone.requires_grad = False
    return replace(given, optimizer=torch.optim.Adam(given.model.parameters(), lr=3e-3), expect={"frozen": ["backbone"]})


def norms_still_counting(given: Given) -> Given:
    """The whole model is put in train mode."""

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        model.train()
        optimizer.zero_grad()
        value = loss(model(batch[0]), batch[1])
        value.backward()
        optimizer.step()
        return float(value.detach())

    return replace(given, step=step, expect={"frozen": ["backbone.*"]})


def kept_out_of_the_optimizer(given: Given) -> Given:
    """The backbone wants gradients, but no optimizer holds it: it stays."""
    given.model.backbone.requires_grad_(True)
    return replace(given, expect={"frozen": ["backbone.*"]})


CHECK = Check(
    code="SKE271",
    name="thawed-parameters",
    source=sources.SKELETON,
    judge=judge,
    sabotages=tuple(Case(toy="frozen-backbone", plant=p) for p in (misspelt_switch, switched_the_module, norms_still_counting)),
    lookalikes=(Case(toy="frozen-backbone", plant=kept_out_of_the_optimizer),),
    under=("SKE242",),
)
