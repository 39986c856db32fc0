"""In which mode the user's step trains each model, at the start and after an evaluation, and whether the mode matters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.setup.refusal import Unmeasurable, UserRaised

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.1  # seconds
STEPS = 7
BATCHES = 3  # the evaluation is given, where a list will do
NAMED = 6


@dataclass(frozen=True, kw_only=True)
class Modes:
    """One call of the step."""

    trained: bool  # a forward pass with gradients was in train mode
    resting: tuple[str, ...]  # modules in eval mode in all such passes, whose own parameters are trained, or that have none
    differs: bool  # the answer in these modes is not the one in train mode


@dataclass(frozen=True, kw_only=True)
class StepModes:
    """Modes as the step begins, and after an evaluation; by model where there are several."""

    handed_in_training: bool  # all models, as they were handed over
    first: tuple[tuple[str, Modes], ...]
    again: tuple[tuple[str, Modes], ...]  # in the next call of the step, nothing in between
    after: tuple[tuple[str, Modes], ...]  # empty without an evaluation
    evaluated: bool


def measure(setup: Setup) -> StepModes:
    """Run the step, and run it again after the user's evaluation."""
    if setup.step is None:
        raise Unmeasurable("no step was handed over")
    batches = setup.batches(2)
    handed = all(m.training for m in setup.modules.values())
    with setup.apart():
        first = _modes(setup, batches[0])
        again = _modes(setup, batches[-1])
    after: tuple[tuple[str, Modes], ...] = ()
    evaluated = False
    if setup.evaluate is not None:
        with setup.apart(data=True):
            setup.train_step(batches[0])
            evaluated = run_evaluation(setup)
            if evaluated:
                after = _modes(setup, batches[-1])
    return StepModes(handed_in_training=handed, first=first, again=again, after=after, evaluated=evaluated)


def run_evaluation(setup: Setup) -> bool:
    """Whether the user's evaluation ran, on a few batches or on the whole loader."""
    source = setup.val or setup.train
    few = list(source.read(most=BATCHES).batches)
    for given in (few, source.loader):
        try:
            setup.evaluate(setup.model, given)
        except Exception:  # noqa: BLE001, S112 (the user's code on a list of batches)
            continue
        return True
    return False


def _modes(setup: Setup, batch: Any) -> tuple[tuple[str, Modes], ...]:
    with _watched(setup) as seen:
        setup.train_step(batch)
    found = []
    for name, root in setup.modules.items():
        if seen[name] and any(p.requires_grad for p in root.parameters()):
            found.append((name, _of_root(setup, root, seen[name])))
    return tuple(found)


@contextmanager
def _watched(setup: Setup) -> Iterator[dict[str, list[Any]]]:
    """Name -> for every forward pass with gradients: arguments and the mode of each module."""
    import torch

    seen: dict[str, list[Any]] = {name: [] for name in setup.modules}
    handles = []

    def hook(name: str) -> Any:
        def called(module: Any, args: Any, kwargs: Any) -> None:
            if torch.is_grad_enabled():
                seen[name].append((args, kwargs, {n: m.training for n, m in module.named_modules()}))

        return called

    for name, module in setup.modules.items():
        handles.append(module.register_forward_pre_hook(hook(name), with_kwargs=True))
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()


def _of_root(setup: Setup, root: Any, passes: list[Any]) -> Modes:
    trained = any(modes[""] for _, _, modes in passes)
    parts = dict(root.named_modules())
    resting = [n for n in parts if n in passes[0][2] and not any(modes.get(n, True) for _, _, modes in passes)]
    open_ones = [n for n in resting if _is_trained(parts, n)]
    return Modes(trained=trained, resting=tuple(open_ones[:NAMED]), differs=bool(resting) and _differs(setup, root, *passes[-1][:2], resting=open_ones))


def _is_trained(parts: dict[str, Any], name: str) -> bool:
    """Whether the module's own parameters, or those of what holds it, are trained."""
    while True:
        held = list(parts[name].parameters())
        if held or not name:
            return any(p.requires_grad for p in held)
        name = name.rpartition(".")[0]


def _differs(setup: Setup, root: Any, args: Any, kwargs: Any, *, resting: list[str]) -> bool:
    """Whether the answer, or what the pass leaves in the buffers, changes when the resting modules are trained."""
    import torch

    from nohero.setup.calling import mapped, tensors_of

    args, kwargs = mapped((args, kwargs), lambda t: t.detach())
    found = []
    try:
        for wake in (False, True):
            with setup.apart(), torch.no_grad():
                for name, module in root.named_modules():
                    if name in resting:
                        module.training = wake
                answer = [t.clone() for t in tensors_of(root(*args, **kwargs))]
                found.append([*answer, *(b.clone() for b in root.buffers())])
    except Exception as error:  # the model on its own arguments, once more
        raise UserRaised(f"the model raised {type(error).__name__} when called once more: {error}") from error
    return len(found[0]) != len(found[1]) or any(a.shape != b.shape or not torch.equal(a, b) for a, b in zip(*found, strict=True))
