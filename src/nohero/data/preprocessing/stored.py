"""Fitted transforms as JSON, to be kept with the weights: plain values, bit for bit, and nothing in them is code."""

from __future__ import annotations

import dataclasses
import json
from typing import TypeAlias

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
from nohero.run.errors import DataError
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
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(
            f"this is no stored transform: {type(error).__name__}: {str(error)[:120]}",
            expected=f"JSON as `to_json` wrote it, of one of {', '.join(KINDS)}",
            mend="store the fitted transform again",
        ) from error
    if dataclasses.asdict(made).keys() - plain.keys():
        raise DataError(
            "the stored transform is cut off", expected=f"all fields of {kind.__name__}", mend="store the fitted transform again"
        )
    return made
