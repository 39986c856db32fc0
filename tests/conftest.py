"""One thread a process: the tests run side by side, and small networks are quicker so. Real data sets, where they are."""

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])  # no test asserts a time: others use the machine
settings.load_profile("unhurried")


@pytest.fixture
def real():
    """The path of a real set, or a skip that says which one is absent."""
    from real_files import real

    return lambda relative: str(real(relative))


def pytest_collection_finish():
    """Thousands of collected tests need not be looked through at every collection of garbage."""
    gc.collect()
    gc.freeze()
