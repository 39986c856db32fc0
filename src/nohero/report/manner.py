"""How a terminal wants to be spoken to: its width, whether it shows colour, whether it knows more than ASCII."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from nohero.report.lettering import cells, wrap
from nohero.report.untrusted import line

ANSI = {"good": "32", "bad": "31;1", "warn": "33;1", "busy": "36;1", "quiet": "2", "strong": "1"}
NARROWEST = 30
LINK = re.compile(r"https?://")
# One plain sign for each sign nohero writes itself; what users write is taken apart into letters and accents.
ASCII = str.maketrans(
    {
        "✓": "+", "✗": "x", "▲": "!", "–": "-", "—": "-", "»": ">", "►": ">", "○": ".", "·": "-", "…": "...", "→": "->", "×": "x",
        "−": "-", "±": "+-", "≤": "<=", "≥": ">=", "≈": "~", "“": '"', "”": '"', "‘": "'", "’": "'", "µ": "u", "°": " deg", "│": "|", "\u202f": " ", "\u00a0": " ",
    }
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Manner:
    """The terminal's wishes."""

    color: bool = False
    width: int = 80
    verbose: bool = False
    ascii_only: bool = False

    @property
    def room(self) -> int:
        """Columns to fill; a terminal narrower than any word is written as if it were not."""
        return max(NARROWEST, self.width)

    def say(self, text: object) -> str:
        """`text` on one line, in letters this terminal knows."""
        said = line(text)
        if not self.ascii_only or said.isascii():
            return said
        apart = unicodedata.normalize("NFKD", said.translate(ASCII))
        return "".join(c for c in apart if not unicodedata.combining(c)).encode("ascii", "backslashreplace").decode("ascii")

    def paint(self, text: str, tone: str) -> str:
        """`text` in the colour of `tone`, where colour is wanted."""
        code = ANSI.get(tone)
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and code and text else text

    def block(self, head: str, text: str, *, tone: str = "", indent: int | None = None) -> list[str]:
        """`text` after `head`, wrapped, with later lines set under its beginning or at `indent`; the head alone is coloured."""
        start = cells(head)
        under = start if indent is None else indent
        cut = not LINK.search(text)  # an address in two halves can be neither clicked nor copied
        first, *rest = wrap(text, self.room - start, cut=cut)
        if rest:  # the first line has less room than the others where they hang at `indent`
            rest = wrap(text[len(first) :], self.room - under, cut=cut)
        return [(self.paint(head, tone) + first).rstrip(), *(" " * under + more for more in rest)]
