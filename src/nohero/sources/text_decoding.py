"""Bytes of a text file to characters: the encoding is told by the bytes, file by file, and line by line where a file mixes two."""

from __future__ import annotations

import codecs
from collections import Counter

UTF8, UTF16, CP1252, LATIN1, MIXED = "UTF-8", "UTF-16", "cp1252", "latin-1", "UTF-8 and cp1252"
MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
PRINTERS = (7, 8, 9, 10, 12, 13, 27)  # bell, backspace, tab, line and page ends, escape: what file(1) takes for text
HEAD = 65_536  # bytes looked at to tell text from other things
ZEROS = 0.3  # of every second byte that are zero in UTF-16 without a mark, at least
ELSEWHERE = 0.02  # of the other bytes, at most


def decode(content: bytes) -> tuple[str, str]:
    """The text and the name of its encoding; undecodable bytes become U+FFFD, which a check counts."""
    if content.startswith(MARKS):
        return content.decode("utf-16", errors="replace"), UTF16
    if order := _zeros(content[:HEAD]):
        return content.decode(order, errors="replace"), UTF16
    try:
        return content.decode("utf-8-sig"), UTF8
    except UnicodeDecodeError:
        pass
    lines = content.split(b"\n")
    kinds = Counter(_kind(line) for line in lines)
    if kinds["utf-8"] and len(lines) > 1:
        return "\n".join(_by_itself(line) for line in lines), MIXED
    return _single(content)


def is_binary(content: bytes) -> bool:
    """Whether these bytes are no text: zero bytes that are not UTF-16's, or many control characters."""
    head = content[:HEAD]
    if head.startswith(MARKS):
        return False
    if form := _zeros(head):
        letters = head[: len(head) // 2 * 2].decode(form, errors="replace")
        return sum(ord(c) < 32 and c not in "\t\n\f\r" for c in letters) > 0.02 * len(letters)
    controls = sum(head.count(bytes([n])) for n in range(32) if n not in PRINTERS)
    return controls > 0.02 * max(1, len(head)) or (b"\0" in head and head.count(b"\0") > 0.001 * len(head))


def _zeros(head: bytes) -> str:
    """UTF-16 without a mark: every second byte is often zero, the others hardly ever."""
    if len(head) < 4:
        return ""
    even, odd = head[0::2].count(0) / len(head[0::2]), head[1::2].count(0) / len(head[1::2])
    if odd > ZEROS and even < ELSEWHERE:
        return "utf-16-le"
    return "utf-16-be" if even > ZEROS and odd < ELSEWHERE else ""


def _kind(line: bytes) -> str:
    if line.isascii():
        return "ascii"
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return "bytes"
    return "utf-8"


def _by_itself(line: bytes) -> str:
    return line.decode("utf-8-sig") if _kind(line) != "bytes" else _single(line)[0]


def _single(content: bytes) -> tuple[str, str]:
    """One byte a character; five bytes have no meaning in cp1252, latin-1 has all 256."""
    try:
        return content.decode("cp1252"), CP1252
    except UnicodeDecodeError:
        return content.decode("latin-1"), LATIN1
