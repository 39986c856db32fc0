"""The page's style, read from the two CSS files beside this one, with a fallback for browsers without `light-dark()`."""

from __future__ import annotations

import functools
import re
from importlib.resources import files

PAIR = re.compile(r"light-dark\(([^,()]+), [^,()]+\)")
ROOT = re.compile(r":root \{.*?\n\}", re.DOTALL)
COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)


@functools.cache
def figure_style() -> str:
    """What a figure needs wherever it stands."""
    return _with_fallback(_read("style_figure.css"))


@functools.cache
def page_style() -> str:
    """What the whole page needs."""
    return figure_style() + _read("style_page.css")


def _read(name: str) -> str:
    return COMMENT.sub("", files("nohero.report").joinpath(name).read_text(encoding="utf-8"))


def _with_fallback(style: str) -> str:
    root = ROOT.match(style)
    light = PAIR.sub(r"\1", root.group()) if root else ""
    return f"{style}@supports not (color: light-dark(#fff, #000)) {{\n{light}\n}}\n"
