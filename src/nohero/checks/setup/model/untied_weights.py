"""What it asks: are weights that should be one tensor really one?

Why it matters: copying an embedding into the output layer ties nothing: from the first step on the two go their own ways,
with twice the parameters. The same holds for a shared module that was copied.

How it is measured: names declared shared must be the same tensor. Without a declaration, a table that is looked up and
another tensor of the same shape and the same numbers are named.

When it is right to fail: where two names declared shared are two tensors.

What it cannot see: weights that were to be tied and start differently, unless that is declared.

Mend: head.weight = embedding.weight, the parameter itself and not its data.

Source: Press and Wolf 2017, Using the output embedding to improve language models (arXiv:1608.05859).
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
    """Declared pairs must be one; equal pairs are asked after."""
    lost = [p for p in facts.shared if not p.found]
    if lost:
        return failed(f"`{lost[0].first}` and `{lost[0].second}` are declared shared, and one of them does not exist", component="model", where=(lost[0].first, lost[0].second), remedies=("mend the names in expect, or register the weight under that name",))
    apart = [p for p in facts.shared if not p.same]
    if apart:
        pair = apart[0]
        how = "equal at the start, and will part with the first step" if pair.equal_before else "different from the start"
        return failed(
            f"`{pair.first}` and `{pair.second}` are declared shared but are two tensors, {how}",
            expected="one tensor under two names",
            observed=Observed(value=float(len(apart)), unit="pairs apart", n=len(facts.shared)),
            component="model",
            where=(pair.first, pair.second),
            level=Level.MEASURED,
            why="A copy has its own gradient and its own updates: nothing is shared but the start.",
            remedies=(f"{pair.second} = {pair.first}: assign the parameter, not a clone nor its data", "tie again after to(device), deepcopy or loading, and before the optimizer is made"),
        )
    if facts.shared:
        return passed(f"all {len(facts.shared)} pairs declared shared are one tensor")
    if facts.twins:
        pair = facts.twins[0]
        return unsure(
            f"`{pair.first}` and `{pair.second}` begin with the same numbers, yet are two tensors",
            component="model",
            where=(pair.first, pair.second),
            remedies=(f'if they should be tied: expect={{"shared": [("{pair.first}", "{pair.second}")]}}',),
        )
    return skipped('nothing is declared shared: expect={"shared": [("embed.weight", "head.weight")]}')


def copied_data(given: Given) -> Given:
    """The embedding's numbers are copied into the head, and tying is declared."""
    import torch

    given.model.head.weight = torch.nn.Parameter(given.model.embed.weight.detach().clone())
    return replace(given, optimizer=torch.optim.AdamW(given.model.parameters(), lr=1e-2), expect={"shared": [("embed.weight", "head.weight")]})


def copied_encoder(given: Given) -> Given:
    """A second encoder, a copy of the first, where one was meant."""
    import copy

    import torch

    given.model.other = copy.deepcopy(given.model.encoder)
    return replace(given, optimizer=torch.optim.Adam(given.model.parameters(), lr=3e-3), expect={"shared": ("encoder.0.weight", "other.0.weight")})


def really_tied(given: Given) -> Given:
    """Declared shared, and shared."""
    return replace(given, expect={"shared": [("embed.weight", "head.weight")]})


CHECK = Check(
    code="SKE269",
    name="untied-weights",
    source="Press and Wolf 2017, arXiv:1608.05859",
    judge=judge,
    sabotages=(Case(toy="tied-language-model", plant=copied_data), Case(toy="siamese-cosine", plant=copied_encoder)),
    lookalikes=(Case(toy="tied-language-model", plant=really_tied),),
)
