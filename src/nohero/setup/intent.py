"""What the author declares with `expect=`: faults that differ from right programs only by what was meant."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from nohero.run.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

KNOWN = ("frozen", "trainable", "shared", "equal", "causal", "pad_id", "pretrained", "uses")


@dataclass(frozen=True, kw_only=True)
class Intent:
    """`expect=` read; None or empty where nothing was declared."""

    frozen: tuple[str, ...] = ()  # patterns of parameter names that must not move
    trainable: tuple[str, ...] = ()  # patterns of parameter names that must move
    shared: tuple[tuple[str, str], ...] = ()  # pairs of names that must be one tensor
    equal: tuple[tuple[str, str], ...] = ()  # pairs of names (modules or tensors) that must stay equal
    causal: bool | None = None
    pad_id: int | None = None
    pretrained: Any = None  # a state dict, or the path of one
    uses: tuple[str, ...] = ()  # inputs that must count, such as "inputs.1" or a keyword's name

    def is_frozen(self, name: str) -> bool:
        """Whether the parameter `name` is declared frozen."""
        return matches(name, self.frozen)

    def is_trainable(self, name: str) -> bool:
        """Whether the parameter `name` is declared trainable."""
        return matches(name, self.trainable)


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether `name` or a parent of it fits one of the patterns."""
    return any(fnmatchcase(name, p) or name == p or name.startswith(p.rstrip("*").rstrip(".") + ".") for p in patterns)


def read_intent(expect: Mapping[str, Any] | None) -> Intent:
    """The declared intent; words that are not known are refused."""
    said = dict(expect or {})
    for word in said:
        if word not in KNOWN:
            raise UsageError(f"expect has the unknown key `{word}`", expected=", ".join(KNOWN), mend=did_you_mean(word, KNOWN))
    for word in ("frozen", "trainable", "uses"):
        said[word] = _listed(said.get(word))
    for word in ("shared", "equal"):
        pairs: Any = said.get(word) or ()
        pairs = (pairs,) if len(pairs) == 2 and all(isinstance(p, str) for p in pairs) else pairs
        if any(len(p) != 2 for p in pairs):
            raise UsageError(f"expect['{word}'] holds {pairs!r}", expected="pairs of names", mend=f'write expect={{"{word}": [("a.weight", "b.weight")]}}')
        said[word] = tuple((str(a), str(b)) for a, b in pairs)
    return Intent(**said)


def _listed(value: Any) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else tuple(str(v) for v in value)
