"""Where the real sets lie, and small files made on the spot."""

from __future__ import annotations

import pytest


@pytest.fixture
def table(tmp_path):
    """Write text or bytes to a file and give back its path."""

    def write(content: str | bytes, name: str = "data.csv") -> str:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return write
