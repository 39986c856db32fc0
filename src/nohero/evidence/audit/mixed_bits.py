"""Words of bits of which each says all, for keys of numbers that share most of theirs."""

from __future__ import annotations

from typing import Any


def mixed(bits: Any) -> Any:
    """Bits spread over the word (Steele, Lea and Flood 2014, the mixer of SplitMix)."""
    import numpy as np

    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
