"""What a step does with a policy: whether its loss rises or falls with the entropy, and whether what log-probabilities are weighed by has a gradient of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.tracing import functions, users_line
from nohero.evidence.setup.trials import run_once
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 2
PRODUCTS = frozenset({"mul", "__mul__", "__rmul__", "multiply"})
SAME = frozenset({"sum", "mean", "squeeze", "unsqueeze", "view", "reshape", "flatten", "neg", "__neg__"})


@dataclass(frozen=True, kw_only=True)
class HeardPolicies:
    """Of distributions whose log-probability and, for the first, entropy are asked for in a step."""

    rises: tuple[str, ...]  # lines that ask for an entropy with which the loss rises
    falls: int  # entropies with which it falls
    weighed: tuple[tuple[str, bool], ...]  # (line, it is a difference) of products of log-probabilities with what has a gradient
    asked: int  # log-probabilities


def measure(setup: Setup) -> HeardPolicies:
    """One step with ears at torch's distributions, and at log-probabilities that are gathered by hand."""
    import torch
    from torch import distributions

    if setup.step is None:
        raise Unmeasurable("there is no step of the user's own that could train a policy")
    kinds = (distributions.Categorical, distributions.Normal, distributions.Independent, distributions.Bernoulli, distributions.Beta)
    logs: list[tuple[Any, Any]] = []  # (the distribution, a log-probability or what is made of it alone)
    entropies: list[tuple[Any, str, list[float]]] = []
    weighed: list[tuple[str, bool]] = []
    tables: list[Any] = []  # log-probabilities of all actions
    told_by_hand: list[str] = []
    kept = {(kind, name): getattr(kind, name) for kind in kinds for name in ("log_prob", "entropy")}

    def told(name: str, args: tuple[Any, ...], _: dict[str, Any], result: Any) -> None:
        if name in SAME and args and any(args[0] is t for _, t in logs):
            logs.append((None, result))
        if name == "log_softmax":
            tables.append(result)
        elif name == "gather" and args and any(args[0] is t for t in tables):
            logs.append((None, result))
            told_by_hand.append(name)
        if name not in PRODUCTS or len(args) < 2:
            return
        for one, other in (args[:2], args[1::-1]):
            if any(one is t for _, t in logs) and isinstance(other, torch.Tensor) and other.requires_grad and other.numel() > 1 and not any(other is t for _, t in logs):
                weighed.append((users_line(), type(other.grad_fn).__name__.startswith(("Sub", "Rsub"))))

    def with_ears(kind: Any, name: str) -> Any:
        def called(self: Any, *args: Any, **kwargs: Any) -> Any:
            value = kept[kind, name](self, *args, **kwargs)
            if name == "log_prob":
                logs.append((self, value))
            elif value.requires_grad:
                slopes: list[float] = []
                value.register_hook(lambda g: slopes.append(float(g.sum())))
                entropies.append((self, users_line(), slopes))
            return value

        return called

    for kind, name in kept:
        setattr(kind, name, with_ears(kind, name))
    try:
        with setup.apart(), functions(told):
            run_once(setup)
    finally:
        for (kind, name), function in kept.items():
            setattr(kind, name, function)
    if not logs:
        raise Unmeasurable("no log-probability of a distribution is asked for")
    judged = [(line, sum(slopes)) for owner, line, slopes in entropies if slopes and any(owner is o for o, _ in logs)]
    return HeardPolicies(rises=tuple(line for line, s in judged if s > 0), falls=sum(s < 0 for _, s in judged), weighed=tuple(dict.fromkeys(weighed)), asked=sum(o is not None for o, _ in logs) + len(told_by_hand))
