"""What normal noise is multiplied with where an answer is drawn, and whether the loss takes the same numbers for a logarithm or a variance."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.tracing import functions, users_line
from nohero.evidence.setup.trials import run_once
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 2
NORMAL = frozenset({"randn", "randn_like", "normal", "normal_"})
PRODUCTS = frozenset({"mul", "__mul__", "__rmul__", "multiply", "mul_"})
POWERS = frozenset({"pow", "__pow__", "square"})
SUMS = frozenset({"add", "__add__", "__radd__", "sub", "__sub__", "__rsub__", "rsub", "neg", "__neg__", "sum", "mean"})


@dataclass(frozen=True, kw_only=True)
class DrawnScale:
    """One product of noise and a number that the network says."""

    line: str  # of the user's code
    logarithm: bool  # the noise's factor, or what it is a plain multiple of, is the argument of an exponential elsewhere
    variance: bool  # the factor is an exponential, and the same exponential is added up elsewhere without being squared
    negative: float  # share of the factors below zero


@dataclass(frozen=True, kw_only=True)
class HeardNoise:
    """The products of one batch."""

    scales: tuple[DrawnScale, ...]


@dataclass
class _Ear:
    """Tensors are kept while they are listened for: an id alone may be given again."""

    noise: list[Any] = field(default_factory=list)
    factors: list[tuple[Any, str]] = field(default_factory=list)
    exponentials: list[tuple[Any, Any]] = field(default_factory=list)  # (argument, result)
    scaled: list[tuple[Any, Any]] = field(default_factory=list)  # (result, what was multiplied with a plain number)
    squared: list[Any] = field(default_factory=list)
    added: list[Any] = field(default_factory=list)

    def told(self, name: str, args: tuple[Any, ...], _: dict[str, Any], result: Any) -> None:
        """One call."""
        if name in NORMAL:
            self.noise.append(result)
        elif name in PRODUCTS and len(args) > 1:
            for one, other in (args[:2], args[1::-1]):
                if _among(one, self.noise) and getattr(other, "requires_grad", False) and not other.is_leaf and other.shape == one.shape:
                    self.factors.append((other, users_line()))
            if args[0] is args[1]:
                self.squared.append(args[0])
            if isinstance(args[1], int | float):
                self.scaled.append((result, args[0]))
        elif name in ("exp", "exp_") and args:
            self.exponentials.append((args[0], result))
        elif name in POWERS and args:
            self.squared.append(args[0])
        elif name in SUMS:
            self.added += [a for a in args if hasattr(a, "shape")]


def measure(setup: Setup) -> HeardNoise:
    """One step, or one loss, with an ear."""
    ear = _Ear()
    with setup.apart(), functions(ear.told):
        run_once(setup)
    if not ear.factors:
        raise Unmeasurable("nothing is drawn by multiplying noise with numbers of the network")
    return HeardNoise(scales=tuple(_scale(ear, factor, line) for factor, line in ear.factors))


def _among(value: Any, known: list[Any]) -> bool:
    return any(value is k for k in known)


def _scale(ear: _Ear, factor: Any, line: str) -> DrawnScale:
    plain = next((base for result, base in ear.scaled if result is factor), factor)
    asked = next((a for a, r in ear.exponentials if r is factor), None)
    same = [r for a, r in ear.exponentials if a is asked] if asked is not None else []
    variance = any(_among(r, ear.added) for r in same if r is not factor or len(same) == 1) and not any(_among(r, ear.squared) for r in same)
    variance = variance and _among(asked, ear.added)
    return DrawnScale(line=line, logarithm=any(a is plain for a, _ in ear.exponentials), variance=variance, negative=float((factor.detach() < 0).double().mean()))
