"""Where the real sets lie, and small files made on the spot."""

from __future__ import annotations

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


@pytest.fixture
def table(tmp_path):
    """Write text or bytes to a file and give back its path."""

    def write(content: str | bytes, name: str = "data.csv") -> str:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return write
