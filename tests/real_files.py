"""Real sets beside the checkout, or a skip that says which one is absent."""

from __future__ import annotations

from pathlib import Path

import pytest

REAL = Path(__file__).parents[2] / "shared" / "data"


def real(relative: str) -> Path:
    """The path of a real set."""
    if not (REAL / relative).exists():
        pytest.skip(f"real data set {relative} is not at ../shared/data")
    return REAL / relative
