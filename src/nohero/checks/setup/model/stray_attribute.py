"""What it asks: does an attribute that is to freeze or free parameters do what it says?

Why it matters: `module.requires_grad = False` and `parameter.require_grad = False` set an attribute that nothing reads. The
part that was to be frozen is trained, and a pretrained network is slowly destroyed.

How it is measured: plain attributes of modules and parameters whose name means `requires_grad` or `trainable` are read, and
compared with what the parameters do.

When it is right to fail: the attribute says one thing and all the parameters do the other; it fails where `expect` says the same
as the attribute, and warns otherwise.

What it cannot see: freezing by other names, and freezing that was forgotten altogether.

Mend: module.requires_grad_(False), or p.requires_grad = False for every parameter.

Source: the recipe, the skeleton; torch.nn.Module.requires_grad_.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.forward_state import ForwardState
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

NAMED = 6  # owners named


def judge(state: ForwardState) -> Finding:
    """A contradiction warns, or fails where it was declared."""
    if not state.stray:
        return passed("no attribute contradicts what the parameters do")
    first = state.stray[0]
    parameters = tuple(dict.fromkeys(p for s in state.stray for p in s.parameters))
    tell = failed if any(s.declared for s in state.stray) else warned
    owner = first.owner or "the model"
    does = "frozen" if first.says else "trained"
    call = f"{owner}.requires_grad_({first.says})" if first.owner else f"model.requires_grad_({first.says})"
    return tell(
        f"{owner} has the attribute {first.attribute} = {first.says}, which nothing reads: {len(parameters)} parameters are {does} all the same",
        expected="attributes that agree with the parameters",
        observed=Observed(value=float(len(parameters)), unit="parameters that do the opposite", n=state.parameters),
        component="model", where=tuple(dict.fromkeys([*(s.owner for s in state.stray[:NAMED] if s.owner), *parameters[:NAMED]])), level=Level.MEASURED,
        why="Python lets any name be set on a module or a tensor. Only requires_grad on a parameter, or the method requires_grad_() of a module, freezes anything.",
        remedies=(f"call {call}, with the underscore and the brackets", f'say what is meant: expect={{"{"trainable" if first.says else "frozen"}": ["{first.owner or "*"}"]}}'),
    )  # fmt: skip


def set_on_the_module(given: Given) -> Given:
    """The flag is set on a layer."""
    given.model[0].requires_grad = False
    return given


def misspelt_on_parameters(given: Given) -> Given:
    """The flag is misspelt on each parameter of the first layers."""
    for parameter in given.model[:3].parameters():
        parameter.require_grad = False
    return given


def declared_frozen(given: Given) -> Given:
    """A flag in the manner of another library, and the declaration of what was meant."""
    given.model[0].trainable = False
    return replace(given, expect={"frozen": ["0.*"]})


def frozen_and_flagged(given: Given) -> Given:
    """A layer is frozen, and notes it in an attribute."""
    given.model[0].requires_grad_(False)
    given.model[0].trainable = False
    return given


def flagged_true(given: Given) -> Given:
    """A layer notes that it is trained."""
    given.model[0].requires_grad = True
    return given


CHECK = Check(
    code="SKE242",
    name="stray-attribute",
    source=sources.SKELETON,
    judge=judge,
    sabotages=tuple(Case(toy="table-mlp", plant=p) for p in (set_on_the_module, misspelt_on_parameters, declared_frozen)),
    lookalikes=tuple(Case(toy="table-mlp", plant=p) for p in (frozen_and_flagged, flagged_true)),
)
