"""What it asks: are the pretrained weights that should be there really there?

Why it matters: a load with strict=False, a prefix that differs, or a reset after loading leaves random weights. Training
works, and is only much worse than it should be.

How it is measured: with `expect={"pretrained": state}` every tensor of that state is held against the model's tensor of the
same name, or of the name that ends alike. Constant tensors say nothing and are left out.

When it is right to fail: where tensors that the model has are not the pretrained ones. The last layer may be new.

What it cannot see: anything where no pretrained state is declared.

Mend: load with strict=True, mend the names, load after the last reset.

Source: the recipe, "use pretrained".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.pretrained_match import PretrainedMatch
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped

if TYPE_CHECKING:
    from nohero.setup.given import Given

NAMED = 6  # tensors named


def judge(match: PretrainedMatch) -> Finding:
    """Every tensor but a new head's must be the pretrained one."""
    if not match.declared:
        return skipped('no pretrained weights are declared: expect={"pretrained": state_dict_or_path}')
    bad = [n for n in match.different if not match.last or n.rpartition(".")[0] != match.last]
    bad += [n for n, _, _ in match.misshapen if n.rpartition(".")[0] != match.last]
    good, met = len(match.equal) + len(match.near), len(match.equal) + len(match.near) + len(match.different) + len(match.misshapen)
    if met and not bad and good:
        new = [n for n in match.different if n.rpartition(".")[0] == match.last]
        return passed(f"{good} of {met} pretrained tensors are in the model" + (f"; {', '.join(new)} is new, as heads are" if new else ""))
    if not met and not match.absent:
        return skipped("the pretrained state holds no tensor that is not constant")
    total = met + len(match.absent)
    prefix = _prefix(match)
    return failed(
        f"{len(bad) or total} of {total} pretrained tensors are not in the model ({good} are)" + (f"; the names differ: {prefix}" if prefix else "") + (f", the model has nothing called {match.absent[0]}" if not met else ""),
        expected="each pretrained tensor in the model, but for a new head",
        observed=Observed(value=float(good), unit="tensors loaded", n=total),
        component="model",
        where=tuple(bad[:NAMED]) or match.absent[:NAMED],
        level=Level.MEASURED,
        effect="the network starts from random weights where learnt ones were meant",
        why="Loading with strict=False passes over every name it does not know, and a reset after loading draws the weights anew; neither says a word.",
        remedies=("load with strict=True, and mend the names it complains of" + (f" ({prefix})" if prefix else ""), "load after the last reset or init", "print what load_state_dict returns: missing and unexpected keys"),
    )


def _prefix(match: PretrainedMatch) -> str:
    """The first pair of names that differ, where they differ."""
    return f"`{match.renamed[0][0]}` there, `{match.renamed[0][1]}` here" if match.renamed else ""


def _state(given: Given) -> dict[str, object]:
    return {k: v.clone() for k, v in given.model.backbone.state_dict().items()}


def never_loaded(given: Given) -> Given:
    """The state has a prefix that strict=False passes over."""
    import torch

    state = {f"module.backbone.{k}": v for k, v in _state(given).items()}
    torch.manual_seed(1)
    _reset(given.model.backbone)
    given.model.load_state_dict(state, strict=False)
    return replace(given, expect={"pretrained": state})


def reset_after_loading(given: Given) -> Given:
    """The second convolution is drawn anew after loading."""
    state = {f"backbone.{k}": v for k, v in _state(given).items()}
    given.model.backbone[4].reset_parameters()
    return replace(given, expect={"pretrained": state})


def _reset(backbone: object) -> None:
    for module in backbone.modules():  # type: ignore[attr-defined]
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()


def another_prefix(given: Given) -> Given:
    """The file's names have another prefix, and the weights are there all the same."""
    return replace(given, expect={"pretrained": {f"module.{k}": v for k, v in _state(given).items()}})


def new_head(given: Given) -> Given:
    """The state's head has other classes."""
    import torch

    state = {k: v.clone() for k, v in given.model.state_dict().items()}
    state["head.2.weight"], state["head.2.bias"] = torch.randn(10, 24), torch.randn(10)
    return replace(given, expect={"pretrained": state})


CHECK = Check(
    code="SKE266",
    name="unloaded-weights",
    source=sources.OVERFIT,
    judge=judge,
    sabotages=(Case(toy="frozen-backbone", plant=never_loaded), Case(toy="frozen-backbone", plant=reset_after_loading)),
    lookalikes=(Case(toy="frozen-backbone", plant=another_prefix), Case(toy="frozen-backbone", plant=new_head)),
)
