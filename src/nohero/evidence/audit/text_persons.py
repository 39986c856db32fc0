"""Addresses and numbers of persons in texts: e-mail, telephone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.evidence.audit.text_items import BLANKS, texts_and_short

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 0.2  # seconds
MAIL = re.compile(r"(?<![\w.%+-])[A-Za-z0-9][\w.%+-]*@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,12}(?![\w-])")
RESERVED = re.compile(r"(?:^|[@.])(?:example|test|invalid|localhost|localdomain)(?:\.|$)|@(?:company|domain|email|yourdomain|mail|host|site|foo|bar)\.\w+$", re.IGNORECASE)  # RFC 2606, and what is written where no name is meant
PHONE = re.compile(r"(?<![\w.+/-])(?:\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]?\d{2,4}){2,4}|\(\d{3}\) ?\d{3}[-. ]\d{4}|\d{3}-\d{3}-\d{4})(?![\w/-]|\.\d)")
DIGITS = (8, 15)  # of a telephone number (E.164)
AROUND = 25  # characters shown on both sides; what was found is cut


@dataclass(frozen=True, kw_only=True)
class TextPersons:
    """Items by what was found in them."""

    total: int
    mails: tuple[tuple[str, str], ...]  # item, the place, the address itself masked
    phones: tuple[tuple[str, str], ...]
    distinct: int  # addresses and numbers that differ


def measure(collection: Collection) -> TextPersons:
    """The first of each kind in each text, and in the short ones beside it."""
    texts = ["\n".join(cells) for cells in zip(*(texts for _, texts in texts_and_short(collection)), strict=True)]
    mails, phones = [], []
    known: set[str] = set()
    for item, text in zip(collection.items, texts, strict=True):
        if "@" in text and (mail := next((m for m in MAIL.finditer(text) if not RESERVED.search(m.group())), None)) is not None:
            mails.append((item, _masked(text, mail)))
            known.add(mail.group().casefold())
        if phone := next((m for m in PHONE.finditer(text) if DIGITS[0] <= sum(c.isdigit() for c in m.group()) <= DIGITS[1]), None):
            phones.append((item, _masked(text, phone)))
            known.add("".join(c for c in phone.group() if c.isdigit()))
    return TextPersons(total=len(texts), mails=tuple(mails), phones=tuple(phones), distinct=len(known))


def _masked(text: str, found: re.Match[str]) -> str:
    """Enough to see what it is; a report may be handed on."""
    masked = PHONE.sub(_crossed, MAIL.sub(_crossed, text))  # of the same length
    return BLANKS.sub(" ", masked[max(0, found.start() - AROUND) : found.end() + AROUND])


def _crossed(found: re.Match[str]) -> str:
    return re.sub(r"\w", "x", found.group())
