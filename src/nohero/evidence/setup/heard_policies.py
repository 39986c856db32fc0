"""What a step does with a policy: whether its loss rises or falls with the entropy, and whether what log-probabilities are weighed by has a gradient of its own."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.tracing import among, functions, users_line
from nohero.evidence.setup.trials import run_once
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from collections.abc import Iterator

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


@dataclass
class _Ears:
    """Tensors are kept while they are listened for: an id alone may be given again."""

    logs: list[tuple[Any, Any]] = field(default_factory=list)  # (the distribution, if any; a log-probability, or what is made of it alone)
    entropies: list[tuple[Any, str, list[float]]] = field(default_factory=list)  # (the distribution, the line, the slopes of the loss along it)
    weighed: list[tuple[str, bool]] = field(default_factory=list)
    tables: list[Any] = field(default_factory=list)  # log-probabilities of all actions
    asked: int = 0
    inside: bool = False  # a distribution of distributions asks its base

    def told(self, name: str, args: tuple[Any, ...], _: dict[str, Any], result: Any) -> None:
        """One of torch's functions."""
        if name in SAME and args and self._known(args[0]):
            self.logs.append((None, result))
        elif name == "log_softmax":
            self.tables.append(result)
        elif name == "gather" and args and among(args[0], self.tables):
            self.logs.append((None, result))
            self.asked += 1
        elif name in PRODUCTS and len(args) > 1:
            for one, other in (args[:2], args[1::-1]):
                if self._known(one) and getattr(other, "requires_grad", False) and other.numel() > 1 and not self._known(other):
                    self.weighed.append((users_line(), type(other.grad_fn).__name__.startswith(("Sub", "Rsub"))))

    def _known(self, value: Any) -> bool:
        return among(value, (t for _, t in self.logs))

    def listening(self, name: str, function: Any) -> Any:
        """A distribution's log_prob or entropy, with an ear."""

        def called(of: Any, *args: Any, **kwargs: Any) -> Any:
            if self.inside:
                return function(of, *args, **kwargs)
            self.inside = True
            try:
                value = function(of, *args, **kwargs)
            finally:
                self.inside = False
            if name == "log_prob":
                self.logs.append((of, value))
                self.asked += 1
            elif value.requires_grad:
                slopes: list[float] = []
                value.register_hook(lambda g: slopes.append(float(g.sum())))
                self.entropies.append((of, users_line(), slopes))
            return value

        return called


def measure(setup: Setup) -> HeardPolicies:
    """One step with ears at torch's distributions, and at log-probabilities that are gathered by hand."""
    if setup.step is None:
        raise Unmeasurable("there is no step of the user's own that could train a policy")
    ears = _Ears()
    with setup.apart(), functions(ears.told), _at_distributions(ears):
        run_once(setup)
    if not ears.logs:
        raise Unmeasurable("no log-probability of a distribution is asked for")
    judged = [(line, sum(slopes)) for owner, line, slopes in ears.entropies if slopes and among(owner, (o for o, _ in ears.logs))]
    return HeardPolicies(rises=tuple(line for line, s in judged if s > 0), falls=sum(s < 0 for _, s in judged), weighed=tuple(dict.fromkeys(ears.weighed)), asked=ears.asked)


@contextmanager
def _at_distributions(ears: _Ears) -> Iterator[None]:
    """Torch's classes with ears, and afterwards as they were."""
    from torch import distributions

    kinds = (distributions.Categorical, distributions.Normal, distributions.Independent, distributions.Bernoulli, distributions.Beta)
    kept = {(kind, name): getattr(kind, name) for kind in kinds for name in ("log_prob", "entropy")}
    for (kind, name), function in kept.items():
        setattr(kind, name, ears.listening(name, function))
    try:
        yield
    finally:
        for (kind, name), function in kept.items():
            setattr(kind, name, function)
