"""Blanks at the ends of a text file's cells that are no plain ones: they are taken off as cells are read here, and stay on the words with other readers."""

from __future__ import annotations

import re

ODD_BLANKS = "no-break and other odd blanks"  # how the note begins that tells of them
MARKS = (b"\xc2\xa0", b"\xe2\x80", b"\xe3\x80\x80")  # bytes without which there are none
BLANKS = rb"(?:\xc2\xa0|\xe2\x80[\x80-\x8a\xaf]|\xe3\x80\x80)+"
WORD = rb"(?<=[A-Za-z\x80-\xff)])(?<!\xc3[\x82\x83])"  # behind Ã it is half of a letter that was garbled
SHOWN = 3  # lines


def edge_blanks(content: bytes) -> tuple[str, ...]:
    """A note of the words in UTF-8 with such a blank behind them where a cell ends; numbers are read with it or without."""
    if content.isascii() or not any(mark in content for mark in MARKS):
        return ()
    content = content.replace(b"\r\n", b"\n")
    first = content[: max(0, content.find(b"\n"))]
    ends = b";" if first.count(b";") > first.count(b",") else b","
    found = [m.start() for m in re.finditer(WORD + BLANKS + rb'(?="?(?:[' + ends + rb"\t|\r\n]|\Z))", content)]
    if not found:
        return ()
    newline = b"\n"
    lines = ", ".join(f"{content.count(newline, 0, place) + 1:,}" for place in found[:SHOWN])
    return (f"{ODD_BLANKS} end {len(found):,} {'cell' if len(found) == 1 else 'cells'} ({'line' if len(found) == 1 else 'lines'} {lines}{' and more' if len(found) > SHOWN else ''}): they are taken off here, and stay on the words with other readers",)
