"""What it asks: does the optimizer hold the parameters of this very model, and all that are to be trained?

Why it matters: an optimizer keeps the tensors it was made with. A model made anew, a head replaced later or a submodule's
parameters alone leave trainable parameters with gradients that nobody uses.

How it is measured: the parameters in the optimizers' groups are compared, by identity, with the model's; the step runs on a few
batches, and parameters that get gradients and are in no optimizer are looked at: they must not move.

When it is right to fail: the optimizer holds none of the model's trainable parameters, or tensors of something else while some of
the model's are missing. A warning where the missing ones do not stand first, as a backbone that is left as it is would.

What it cannot see: why the first layers were left out; that is unsure and said so.

Mend: make the optimizer last, from model.parameters().

Source: the recipe, the skeleton.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.optimizer_facts import OptimizerFacts
from nohero.evidence.setup.step_replay import StepReplay
from nohero.run import sources
from nohero.run.finding import Finding, Observed, failed, passed, skipped, unsure, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.evidence.setup.step_replay import Fate
    from nohero.setup.given import Given

NAMED = 5  # parameters in the message
MOST = 0.5  # of the numbers; more are left out on purpose (adapters, biases alone)


def judge(optimizer: OptimizerFacts, replay: StepReplay) -> Finding:
    """Parameters with gradients that no optimizer holds fail, unless they may be left out on purpose."""
    wanted = [f for f in replay.fates if f.wanted]
    foreign = sum(g.foreign for g in optimizer.groups)
    if not wanted:
        return skipped("the model has no trainable parameter")
    held = [f for f in wanted if f.held]
    missing = [f for f in wanted if not f.held and f.reached > 0 and f.moved == 0]
    facts: dict[str, Any] = {
        "expected": "the optimizer holds every parameter that is to be trained",
        "observed": Observed(value=float(len(missing) if held else len(wanted)), unit="parameters not held", n=len(wanted)),
        "component": "optimizer",
        "where": tuple(f.name for f in (missing if held else wanted))[:NAMED],
        "why": "The optimizer changes the tensors it was made with and no others. The parameters it does not hold keep their first random values, and training goes on around them.",
    }
    remedy = "make the optimizer after the model is complete and on its device: torch.optim.AdamW(model.parameters())"
    if not held and not any(f.moved for f in wanted):
        return failed(f"the optimizer holds none of the model's {len(wanted)} trainable parameters, but {foreign} others", **facts, remedies=(remedy, "do not make the model anew after the optimizer"))
    if not missing:
        return passed(f"{len(held)} of {len(wanted)} trainable parameters are held by the optimizers")
    told = f"{len(missing)} of {len(wanted)} trainable parameters get gradients but are in no optimizer ({', '.join(f.name for f in missing[:NAMED])}{', …' if len(missing) > NAMED else ''})"
    if foreign:
        return failed(f"{told}; it holds {foreign} tensors of something else instead", **facts, remedies=(remedy, "replaced a layer? make the optimizer anew, or add_param_group with the new parameters"))
    if _on_purpose(wanted, missing):
        return unsure(told, **facts, remedies=('say expect={"frozen": [...]} and set requires_grad_(False), if they are to stay as they are', 'say expect={"trainable": [...]}, if they are to be trained', remedy))
    return warned(told, **facts, remedies=(remedy, "set requires_grad_(False) on what is to stay as it is"))


def _on_purpose(wanted: list[Fate], missing: list[Fate]) -> bool:
    """Whether the missing ones stand before all others, as a backbone does, or are most of the model, as beside adapters."""
    gone = {f.name for f in missing}
    first_held = next((k for k, f in enumerate(wanted) if f.held), len(wanted))
    last_missing = max(k for k, f in enumerate(wanted) if f.name in gone)
    return last_missing < first_held or sum(f.size for f in missing) > MOST * sum(f.size for f in wanted)


def model_made_anew(given: Given) -> Given:
    """The optimizer was made from another instance."""
    from copy import deepcopy
    from dataclasses import replace

    import torch

    old = deepcopy(given.model)
    return replace(given, optimizer=torch.optim.Adam(old.parameters(), lr=3e-3), scheduler=None)


def head_replaced(given: Given) -> Given:
    """The last layer is replaced after the optimizer was made."""
    from dataclasses import replace

    import torch
    from torch import nn

    optimizer = torch.optim.Adam(given.model.parameters(), lr=3e-3)
    given.model[-1] = nn.Linear(given.model[-1].in_features, given.model[-1].out_features)
    return replace(given, optimizer=optimizer, scheduler=None)


def a_part_alone(given: Given) -> Given:
    """The optimizer was given the first layers."""
    from dataclasses import replace

    import torch

    return replace(given, optimizer=torch.optim.SGD(given.model[:5].parameters(), lr=0.05, momentum=0.9))


def two_optimizers(given: Given) -> Given:
    """Two optimizers share the model, the biases of the first layer are frozen."""
    from dataclasses import replace

    import torch

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        value = loss(model(batch[0]), batch[1])
        for one in optimizer:
            one.zero_grad()
        value.backward()
        for one in optimizer:
            one.step()
        return float(value.detach())

    given.model[0].bias.requires_grad_(False)
    pair = (torch.optim.Adam(given.model[:3].parameters(), lr=3e-3), torch.optim.SGD(given.model[3:].parameters(), lr=3e-2))
    return replace(given, optimizer=pair, step=step, scheduler=None)


def backbone_left_out(given: Given) -> Given:
    """The last layers alone are trained."""
    from dataclasses import replace

    import torch

    return replace(given, optimizer=torch.optim.Adam(given.model[2:].parameters(), lr=3e-3), scheduler=None)


CHECK = Check(
    code="SKE420",
    name="foreign-parameters",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=model_made_anew), Case(toy="table-mlp", plant=head_replaced), Case(toy="cnn-batch-norm", plant=a_part_alone)),
    lookalikes=(Case(toy="table-mlp", plant=two_optimizers), Case(toy="table-mlp", plant=backbone_left_out)),
    under=("SKE406",),
)
