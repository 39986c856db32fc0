"""Text from a run, made harmless: a column's name or an error's message may hold anything, markup and terminal codes included."""

from __future__ import annotations

import html
import re
import unicodedata

# Cc moves the cursor, Cf turns the writing direction round (U+202E) or hides letters, Cs cannot be encoded. The joiner stays: emoji need it.
HIDDEN = frozenset({"Cc", "Cf", "Cs"})
JOINER = "\u200d"
WEB = re.compile(r"https://[^\s\"'<>`\\]+")
BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
PNG_START = "iVBORw0KGgo"  # the eight bytes that open every PNG, in base64
NAMES = re.compile(r"`([^`]+)`")
PLAIN_ID = re.compile(r"[^A-Za-z0-9_-]+")


def line(text: object) -> str:
    """`text` on one line, without characters that act instead of showing."""
    words = " ".join(str(text).split())
    if words.isascii() and words.isprintable():
        return words
    return "".join(c for c in words if c == JOINER or unicodedata.category(c) not in HIDDEN)


def html_line(text: object) -> str:
    """`text` as it may stand between tags or within a quoted attribute."""
    return html.escape(line(text), quote=True)


def html_prose(text: object) -> str:
    """Like `html_line`; what stands between backticks is set as code."""
    return NAMES.sub(r"<code>\1</code>", html_line(text))


def html_block(text: object) -> str:
    """Like `html_line`, but spaces stay as they are, for text set in a fixed width."""
    kept = "".join(c for c in str(text).expandtabs(4) if c == JOINER or unicodedata.category(c) not in HIDDEN)
    return html.escape(kept, quote=True)


def link(source: str) -> str:
    """The source as a link if it is an https address, else as text."""
    shown = html_line(source)
    if WEB.fullmatch(line(source)):
        return f'<a href="{shown}" rel="noopener noreferrer">{shown}</a>'
    return shown


def png_source(data: str) -> str | None:
    """The data address of a PNG in base64, or None if `data` is anything else."""
    if data.startswith(PNG_START) and len(data) % 4 == 0 and BASE64.fullmatch(data):
        return f"data:image/png;base64,{data}"
    return None


def anchor(text: str) -> str:
    """`text` as the id of an element."""
    return PLAIN_ID.sub("-", text).strip("-") or "x"
