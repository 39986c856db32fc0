"""One fixed run, rendered; a change in how it looks is seen as a difference. NOHERO_UPDATE_GOLDEN=1 writes the files anew."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from nohero.report.page import page
from nohero.report.result import as_json
from nohero.report.terminal import text
from report.example_record import example, sound

GOLDEN = Path(__file__).with_name("golden")
BREAK = re.compile(r"(?=<(?:section|article|tr|li|div|figure|dt|details|h\d)\b)")  # lines, so that a difference can be read


def readable(html: str) -> str:
    head, body = html.split("</style>", 1)
    return head.split("<style>")[0] + BREAK.sub("\n", body)


RENDERED = {
    "terminal.txt": lambda: text(example()),
    "terminal-narrow-ascii.txt": lambda: text(example(), width=50, ascii_only=True),
    "terminal-verbose.txt": lambda: text(example(), width=100, verbose=True),
    "terminal-sound.txt": lambda: text(sound()),
    "page.html": lambda: readable(page(example())),
    "sound.json": lambda: as_json(sound()),
}


@pytest.mark.parametrize("name", RENDERED)
def test_golden(name):
    made = RENDERED[name]()
    path = GOLDEN / name
    if os.environ.get("NOHERO_UPDATE_GOLDEN") == "1":
        path.write_text(made, encoding="utf-8")
    assert made == path.read_text(encoding="utf-8")
