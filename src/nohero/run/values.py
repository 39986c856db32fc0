"""Frozen values to JSON and back: what evidence, findings and figures are stored as.

Only plain things pass: dataclasses, tuples, dicts with string keys, strings, numbers, booleans, None and enums.
Numbers that JSON lacks are kept as {"float": "nan" | "inf" | "-inf"}.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import types
import typing
from enum import Enum
from typing import Any


def to_plain(value: Any) -> Any:  # any plain value
    """The JSON-ready form of `value`; unions of dataclasses are tagged with their class."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {"kind": type(value).__name__, **fields}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": str(value)}
    if value is None or isinstance(value, str | int | float | bool):
        return value
    msg = f"not a plain value: {type(value).__name__}"
    raise TypeError(msg)


def from_plain(kind: Any, plain: Any) -> Any:
    """The value of type `kind` that `plain` stands for; unknown fields are passed over, missing ones take their default."""
    origin = typing.get_origin(kind)
    if origin is not dict and isinstance(plain, dict) and set(plain) == {"float"}:
        return float(plain["float"])
    if origin in (typing.Union, types.UnionType):
        return _from_union(typing.get_args(kind), plain)
    if origin is tuple:
        return _from_tuple(typing.get_args(kind), plain)
    if origin is dict:
        item = typing.get_args(kind)[1]
        return {key: from_plain(item, value) for key, value in plain.items()}
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: from_plain(hints[name], value) for name, value in plain.items() if name in hints})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(plain)
    if kind is float and isinstance(plain, int):
        return float(plain)
    return plain


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _from_union(options: tuple[Any, ...], plain: Any) -> Any:
    if plain is None:
        return None
    named = {option.__name__: option for option in options if isinstance(option, type) and dataclasses.is_dataclass(option)}
    if isinstance(plain, dict) and plain.get("kind") in named:
        return from_plain(named[plain["kind"]], plain)
    rest = [o for o in options if o is not type(None) and not dataclasses.is_dataclass(o)]
    return from_plain(rest[0], plain) if len(rest) == 1 else plain


def _from_tuple(items: tuple[Any, ...], plain: list[Any]) -> tuple[Any, ...]:
    if len(items) == 2 and items[1] is Ellipsis:  # tuple[X, ...]
        return tuple(from_plain(items[0], item) for item in plain)
    return tuple(from_plain(kind, item) for kind, item in zip(items, plain, strict=True))


def dumps(value: Any) -> str:
    """One line of JSON, keys in the order of the fields."""
    return json.dumps(to_plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def loads(kind: Any, text: str) -> Any:
    """The value of type `kind` written in `text`."""
    return from_plain(kind, json.loads(text))
