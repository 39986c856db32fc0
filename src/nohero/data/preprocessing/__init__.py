"""Transforms that are fitted on the training part, applied to every part, turned back where that can be, and kept as JSON with the weights.

Each is a frozen value with `fit(train, ...)`, `apply(values)` and `invert(made)`; `lost` says in words what does not come back, and is
empty where all does. `fit` sees train alone, `apply` changes nothing that was fitted.
"""

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
from nohero.data.preprocessing.stored import from_json, to_json
from nohero.data.preprocessing.tokens import Tokens, padded
from nohero.data.preprocessing.whiten import Whiten

__all__ = [
    "BagOfWords",
    "Bucketise",
    "Chain",
    "Hashing",
    "Impute",
    "Log",
    "LogMel",
    "OneHot",
    "Ordinal",
    "Quantile",
    "Scale",
    "Spectrogram",
    "Tokens",
    "Whiten",
    "from_json",
    "padded",
    "to_json",
]
