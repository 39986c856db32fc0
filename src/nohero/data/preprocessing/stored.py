"""Fitted transforms as JSON, to be kept with the weights: plain values, bit for bit, and nothing in them is code."""

from __future__ import annotations

import dataclasses
import json
from types import UnionType
from typing import Any, TypeAlias, Union, get_args, get_origin, get_type_hints

from nohero.data.preprocessing.bag_of_words import BagOfWords
from nohero.data.preprocessing.bucketise import Bucketise
from nohero.data.preprocessing.chain import Chain
from nohero.data.preprocessing.hashing import Hashing
from nohero.data.preprocessing.impute import Impute
from nohero.data.preprocessing.log import Log
from nohero.data.preprocessing.log_mel import LogMel
from nohero.data.preprocessing.one_hot import OneHot
from nohero.data.preprocessing.ordinal import Ordinal
from nohero.data.preprocessing.quantile import Quantile
from nohero.data.preprocessing.scale import Scale
from nohero.data.preprocessing.spectrogram import Spectrogram
from nohero.data.preprocessing.tokens import Tokens
from nohero.data.preprocessing.whiten import Whiten
from nohero.run.errors import DataError, NoheroError
from nohero.run.values import dumps, from_plain

Transform: TypeAlias = (
    Impute | Scale | Whiten | Log | Quantile | Bucketise | Ordinal | OneHot | Hashing | Tokens | BagOfWords | Spectrogram | LogMel | Chain
)
KINDS = {kind.__name__: kind for kind in Transform.__args__}


def to_json(transform: Transform) -> str:
    """One line."""
    return dumps(transform)


def from_json(text: str) -> Transform:
    """The transform that `to_json` wrote, equal to it."""
    try:
        plain = json.loads(text)
        kind = KINDS[plain["kind"]]
        made: Transform = from_plain(kind, plain)
    except (ValueError, TypeError, KeyError, NoheroError) as error:
        raise _unusable(f"{type(error).__name__}: {str(error)[:120]}") from error
    if not _fits(kind, made):
        raise _unusable(f"the fields of {kind.__name__} do not fit it, or one another")
    return made


def _unusable(why: str) -> DataError:
    return DataError(
        f"this is no stored transform: {why}",
        expected=f"JSON as `to_json` wrote it, of one of {', '.join(KINDS)}",
        mend="store the fitted transform again",
    )


def _fits(kind: Any, value: Any) -> bool:
    """Whether a value is of its declared type to the last number, and all tuples of one transform are of one length."""
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return any(_fits(option, value) for option in args)
    if origin is tuple:
        return isinstance(value, tuple) and all(_fits(args[0], item) for item in value)
    if dataclasses.is_dataclass(kind):
        if type(value) is not kind:
            return False
        hints, fields = get_type_hints(kind), {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        return len({len(v) for v in fields.values() if isinstance(v, tuple)}) <= 1 and all(
            _fits(hints[name], v) for name, v in fields.items()
        )
    return type(value) is kind
