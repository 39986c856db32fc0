"""What normal noise is multiplied with where an answer is drawn, and whether the loss takes the same numbers for a logarithm or a variance."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.tracing import among, functions, users_line
from nohero.evidence.setup.trials import run_once
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from nohero.setup.setup import Setup

PRICE = 0.05  # seconds
STEPS = 2
NORMAL = frozenset({"randn", "randn_like", "normal", "normal_"})
PRODUCTS = frozenset({"mul", "__mul__", "__rmul__", "multiply", "mul_"})
QUOTIENTS = frozenset({"div", "__truediv__", "true_divide", "divide"})
POWERS = frozenset({"pow", "__pow__", "square"})
KEPT = 64  # products and exponentials before a draw
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
    """What was heard; tensors of the last products and exponentials alone are kept."""

    noise: list[Any] = field(default_factory=list)
    scaled: deque[tuple[Any, Any]] = field(default_factory=lambda: deque(maxlen=KEPT))  # (result, what was multiplied with a plain number)
    exponentials: deque[tuple[Any, Any]] = field(default_factory=lambda: deque(maxlen=KEPT))  # (argument, result)
    factors: list[_Factor] = field(default_factory=list)

    def told(self, name: str, args: tuple[Any, ...], _: dict[str, Any], result: Any) -> None:
        """One call."""
        for factor in self.factors:
            factor.told(name, args, result)
        if (name in PRODUCTS or name in QUOTIENTS) and len(args) > 1 and isinstance(args[1], int | float):
            self.scaled.append((result, args[0]))
        if name in NORMAL:
            self.noise.append(result)
        elif name in PRODUCTS and len(args) > 1:
            for one, other in (args[:2], args[1::-1]):
                if among(one, self.noise) and getattr(other, "requires_grad", False) and not other.is_leaf and other.shape == one.shape:
                    self.factors.append(self._factor(other))
        elif name == "exp" and args:
            self.exponentials.append((args[0], result))

    def _factor(self, value: Any) -> _Factor:
        plain = next((base for result, base in self.scaled if result is value), value)
        asked = next((argument for argument, result in self.exponentials if result is value), None)
        known = [value] if asked is not None else []
        return _Factor(line=users_line(), value=value, plain=plain, asked=asked, same=known, logarithm=any(argument is plain for argument, _ in self.exponentials))


@dataclass
class _Factor:
    """What noise was multiplied with, and what becomes of the same numbers afterwards."""

    line: str
    value: Any
    plain: Any  # what it is a plain multiple of, or itself
    asked: Any  # the argument, where it is an exponential
    same: list[Any]  # exponentials of that argument
    logarithm: bool
    added: bool = False  # an exponential of the argument is added up
    beside: bool = False  # and so is the argument
    squared: bool = False

    def told(self, name: str, args: tuple[Any, ...], result: Any) -> None:
        """One call after the draw."""
        if name == "exp" and args:
            self.logarithm = self.logarithm or args[0] is self.plain
            if args[0] is self.asked:
                self.same.append(result)
        elif name in POWERS or (name in PRODUCTS and len(args) > 1 and args[0] is args[1]):
            self.squared = self.squared or among(args[0], self.same)
        elif name in SUMS:
            mine = [a for a in args if among(a, self.same) and (a is not self.value or len(self.same) == 1)]
            self.added = self.added or bool(mine)
            self.beside = self.beside or (self.asked is not None and among(self.asked, args))


def measure(setup: Setup) -> HeardNoise:
    """One step, or one loss, with an ear."""
    ear = _Ear()
    with setup.apart(), functions(ear.told):
        run_once(setup)
    if not ear.factors:
        raise Unmeasurable("nothing is drawn by multiplying noise with numbers of the network")
    return HeardNoise(
        scales=tuple(
            DrawnScale(line=f.line, logarithm=f.logarithm, variance=f.added and f.beside and not f.squared, negative=float((f.value.detach() < 0).double().mean()))
            for f in ear.factors
        )
    )
