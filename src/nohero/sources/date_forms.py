"""In which form a date is written, and which day it is; everything on the values that differ."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

MONTHS = {m: i + 1 for i, m in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"))}
CLOCK = r"(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?)?"
WORD = r"([A-Za-z]{3,9})\.?"
FORMS = (
    ("year first", re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){CLOCK}")),
    ("year last", re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){CLOCK}")),
    ("day, month in letters", re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?([-/ .])\s*{WORD}\2?,?\s*(\d{{4}}|\d{{2}}){CLOCK}")),
    ("month in letters, day", re.compile(rf"{WORD}(\s|-)(\d{{1,2}})(?:st|nd|rd|th)?,?\2(\d{{4}}){CLOCK}")),
)


@dataclass(frozen=True, kw_only=True)
class Written:
    """One date: its form, and its numbers as they stand; month first and day first are told apart only by numbers above 12."""

    form: str  # "year first, with -", "year last, with /, of two figures" ...
    year: int
    first: int  # the month, or of "year last" the first number
    second: int  # the day, or of "year last" the second number

    @property
    def either(self) -> bool:
        """Whether day and month stand in an order that the form does not tell."""
        return self.form.startswith("year last")

    def day(self, *, month_first: bool) -> date | None:
        """The day meant; None where there is no such day."""
        month, day = (self.first, self.second) if not self.either or month_first else (self.second, self.first)
        try:
            return date(self.year, month, day)
        except ValueError:
            return None


def read_date(text: str) -> Written | None:
    """The form and the numbers of a text that is a date and nothing else, or None."""
    text = text.strip()
    for form, pattern in FORMS:
        found = pattern.fullmatch(text)
        if found is not None:
            return _written(form, found.groups())
    return None


def _written(form: str, parts: tuple[str, ...]) -> Written | None:
    if form == "year first":
        return Written(form=f"{form}, with {parts[1]}", year=int(parts[0]), first=int(parts[2]), second=int(parts[3]))
    if form == "year last" and parts[1] == "." and len(parts[3]) == 2 and not len(parts[0]) == len(parts[2]) == 2:
        return None  # 10.3.45 is a version
    sign = {" ": "blanks"}.get(parts[1], parts[1])
    length = ", of two figures" if len(parts[3]) == 2 else ""
    year = int(parts[3]) + (0 if not length else 1900 if int(parts[3]) > 68 else 2000)  # as POSIX reads them
    if form == "year last":
        return Written(form=f"{form}{length}, with {sign}", year=year, first=int(parts[0]), second=int(parts[2]))
    word, day = (parts[2], parts[0]) if form.startswith("day") else (parts[0], parts[2])
    month = MONTHS.get(word[:3].lower())
    return None if month is None else Written(form=f"{form}{length}, with {sign}", year=year, first=month, second=int(day))
