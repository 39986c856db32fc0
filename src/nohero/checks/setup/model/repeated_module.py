"""What it asks: are the layers of a stack layers of their own?

Why it matters: `[layer] * n` makes a list of n names for one layer. The stack has the depth that was meant and a fraction of
its parameters; it trains, and stays below what it could reach.

How it is measured: modules with parameters that stand several times in a Sequential, ModuleList or ModuleDict are counted, and
so are their calls in one forward pass.

When it is right to fail: it warns, for sharing may be meant; then `expect={"shared": [...]}` says so.

What it cannot see: sharing through one attribute that a loop calls: that is how sharing is written on purpose.

Mend: make a new layer for each place: nn.ModuleList(make() for _ in range(n)), or copy.deepcopy.

Source: the recipe, the skeleton; torch.nn.ModuleList.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.forward_state import ForwardState, Repeated
from nohero.evidence.setup.intent_facts import IntentFacts
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(state: ForwardState, intentions: IntentFacts) -> Finding:
    """One module that runs at several places of a container warns."""
    meant = [{pair.first, pair.second} for pair in intentions.shared]
    found = [r for r in state.repeated if r.trainable and r.calls != 1 and not any(_covers(pair, r) for pair in meant)]
    if not found:
        return passed("no trained module stands twice in a container")
    first = max(found, key=lambda r: len(r.names))
    return warned(
        f"{first.names[0]} and {first.names[-1]} are one module: it stands at {len(first.names)} places and runs {first.calls} times in a forward pass",
        expected="a module of its own at each place",
        observed=Observed(value=float(len(first.names)), unit="places for one module", n=len(first.names)),
        component="model", where=first.names[:8], level=Level.MEASURED,
        effect="the stack has the parameters of a single layer",
        why="Multiplying a list, or appending one object in a loop, repeats the name and not the layer. All places then share their weights, and their gradients are added.",
        remedies=("make a layer for each place: nn.ModuleList([make() for _ in range(n)]), or copy.deepcopy(layer)", f'if sharing is meant, say so: expect={{"shared": [("{first.names[0]}", "{first.names[1]}")]}}'),
    )  # fmt: skip


def _covers(pair: set[str], repeated: Repeated) -> bool:
    """Whether a declared pair names this module or parameters of it, at whichever of its places."""
    return all(any(name == n or name.startswith(n + ".") for n in repeated.names) for name in pair)


def _stacked(given: Given, middle: Any) -> Given:
    import torch
    from torch import nn

    model = nn.Sequential(given.model[0], nn.ReLU(), middle, nn.Linear(32, 3))
    return replace(given, model=model, optimizer=torch.optim.Adam(model.parameters(), lr=3e-3), scheduler=None)


def multiplied_list(given: Given) -> Given:
    """Three hidden layers by multiplying a list."""
    from torch import nn

    return _stacked(given, nn.Sequential(*([nn.Sequential(nn.Linear(32, 32), nn.Tanh())] * 3)))


def appended_in_a_loop(given: Given) -> Given:
    """One layer is made before the loop that appends it."""
    from torch import nn

    class Stack(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            layer, self.layers = nn.Linear(32, 32), nn.ModuleList()
            for _ in range(2):
                self.layers.append(layer)

        def forward(self, x: Any) -> Any:
            for layer in self.layers:
                x = layer(x).tanh()
            return x

    return _stacked(given, Stack())


def shared_by_declaration(given: Given) -> Given:
    """The same, declared."""
    return replace(multiplied_list(given), expect={"shared": [("2.0", "2.1")]})


def one_activation_for_all(given: Given) -> Given:
    """One activation without parameters stands at two places."""
    from torch import nn

    act = nn.GELU()
    return _stacked(given, nn.Sequential(nn.Linear(32, 32), act, nn.Linear(32, 32), act))


def looped_on_purpose(given: Given) -> Given:
    """One attribute is called three times in a loop."""
    from torch import nn

    class Looped(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(32, 32)

        def forward(self, x: Any) -> Any:
            for _ in range(3):
                x = self.layer(x).tanh()
            return x

    return _stacked(given, Looped())


CHECK = Check(
    code="SKE232",
    name="repeated-module",
    source=sources.SKELETON,
    judge=judge,
    sabotages=tuple(Case(toy="table-mlp", plant=p) for p in (multiplied_list, appended_in_a_loop)),
    lookalikes=tuple(Case(toy="table-mlp", plant=p) for p in (shared_by_declaration, one_activation_for_all, looped_on_purpose)),
)
