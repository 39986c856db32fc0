"""One thread a process: the tests run side by side, and small networks are quicker so. Real data sets, where they are."""

import gc
import os
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
REAL = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture
def real():
    """The path of a real set, or a skip that says which one is absent."""

    def path(relative: str) -> str:
        if not (REAL / relative).exists():
            pytest.skip(f"real data set {relative} is not at ../shared/data")
        return str(REAL / relative)

    return path


def pytest_collection_finish():
    """Thousands of collected tests need not be looked through at every collection of garbage."""
    gc.collect()
    gc.freeze()
