"""Real sets that may not be there."""

from pathlib import Path

import pytest

REAL = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture
def real():
    """The path of a real set, or a skip that says which one is absent."""

    def path(relative: str) -> str:
        if not (REAL / relative).exists():
            pytest.skip(f"real data set {relative} is not at ../shared/data")
        return str(REAL / relative)

    return path
