"""What reading and scraping leave in texts: characters read in the wrong encoding, markup, control characters, encodings that differ."""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.evidence.audit.text_items import BLANKS, SHOWN_LETTERS, texts_of

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 0.5  # seconds
BEHIND = "\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"  # what bytes 80 to BF become in cp1252 and latin-1
MARKS = "\u200e\u200f"  # left to right, right to left
SURE = re.compile(rf"(?<![A-ZÀ-Þ])[ÂÃ][{BEHIND}]|[âã][{BEHIND}]{{2}}|ð[{BEHIND}]{{3}}|ï»¿|Ã[{BEHIND}]Â|[ÐÑÎÏ][{BEHIND}][ÐÑÎÏ][{BEHIND}]|�")
ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,6}|#x[0-9a-fA-F]{2,5});")
TAG = re.compile(r"</?(?:a|abbr|b|big|blockquote|body|br|center|code|div|em|font|h[1-6]|head|hr|html|i|img|li|ol|p|pre|script|small|span|strong|style|sub|sup|table|tbody|td|th|tr|tt|u|ul)(?:\s[^<>]{0,300})?/?>", re.IGNORECASE)  # fmt: skip
ESCAPE = re.compile(r"(?<![\\\w:])\\[nrt](?![a-z])|\w\\n(?=\\n|[A-Z\s]|$)|\\u[0-9a-fA-F]{4}|\\x[89a-fA-F][0-9a-fA-F]")  # a line break or a letter written as a program writes it
ENCODED = re.compile(r"\s*(?=[^\s]*[a-z])(?=[^\s]*[A-Z])(?=[^\s]*\d)(?:[A-Za-z0-9+/]{4}){6,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?\s*")  # base64 alone
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\x80-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff0-\ufffb\ue000-\uf8ff]")
RIGHT_TO_LEFT = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"
DIRECTION = re.compile(rf"(?<={RIGHT_TO_LEFT})[\W\d]{{0,8}}[\u200e\u200f]|[\u200e\u200f][\W\d]{{0,8}}(?={RIGHT_TO_LEFT})")  # marks of direction that right-to-left writing needs at its ends
LEAST_ASKED, LOST_SIGNS, LOST_SHARE, OTHERS = 3, 8, 0.4, 0.5  # texts, question marks of each, and of its characters, that stand for lost letters where so many of all texts have characters beyond ASCII
AROUND = 30  # characters shown on both sides of what was found


@dataclass(frozen=True, kw_only=True)
class Damage:
    """One text with what was found in it."""

    item: str
    found: str
    around: str
    mended: str = ""  # the same place as it was meant


@dataclass(frozen=True, kw_only=True)
class TextDamage:
    """Each kind of damage, text by text."""

    total: int
    beyond_ascii: int  # texts with characters that encodings write differently
    mojibake: tuple[Damage, ...]
    lost: int  # texts with U+FFFD, whose character is gone
    asked: int  # texts of question marks, where others are in a script beyond ASCII
    markup: tuple[Damage, ...]
    entities: int  # texts with HTML entities
    tags: int
    escapes: int  # with line breaks or letters written as a program writes them
    encoded: int  # that are base64
    control: tuple[Damage, ...]
    kinds: tuple[tuple[str, int], ...]  # control characters by name, commonest first
    encodings: tuple[tuple[str, int], ...]  # of the files, by items beyond ASCII


def measure(collection: Collection) -> TextDamage:
    """Patterns over all texts; a finding in mojibake must decode to a character, or be the mark of a lost one."""
    texts = texts_of(collection)
    mojibake, markup, control = [], [], []
    kinds: Counter[str] = Counter()
    columns = max(1, len(collection.text_fields))  # a text with line breaks of its own beside written ones is about them
    entities = tags = escapes = encoded = lost = 0
    for item, text in zip(collection.items, texts, strict=True):
        if not text.isascii() and (bad := _mojibake(item, text)) is not None:
            mojibake.append(bad)
            lost += "�" in text
        entity, tag = _entity(text) if "&" in text else None, TAG.search(text) if "<" in text else None
        escape, blob = ESCAPE.search(text) if "\\" in text and text.count("\n") < columns else None, _encoded(text)
        entities, tags, escapes, encoded = entities + (entity is not None), tags + (tag is not None), escapes + (escape is not None), encoded + bool(blob)
        if (match := entity or tag) is not None:
            markup.append(Damage(item=item, found=match.group(), around=_around(text, match), mended=_around(html.unescape(TAG.sub(" ", text)), match)))
        elif escape is not None:
            markup.append(Damage(item=item, found=escape.group(), around=_around(text, escape)))
        elif blob:
            markup.append(Damage(item=item, found="base64", around=_line(text), mended=_line(blob)))
        if matches := _unseen(text):
            kinds.update({_name(m.group()) for m in matches})
            control.append(Damage(item=item, found=_name(matches[0].group()), around=_around(text, matches[0])))
    beyond = [not t.isascii() for t in texts]
    asked = [i for i, t in enumerate(texts) if t.count("?") >= LOST_SIGNS and not beyond[i] and t.count("?") >= LOST_SHARE * len(t)] if sum(beyond) >= OTHERS * len(texts) else []
    asked = asked if len(asked) >= LEAST_ASKED else []  # one or two are somebody who wonders
    mojibake += [Damage(item=collection.items[i], found="?", around=_line(texts[i])) for i in asked]
    return TextDamage(
        total=len(texts), beyond_ascii=sum(beyond), mojibake=tuple(mojibake), lost=lost, asked=len(asked), markup=tuple(markup), entities=entities, tags=tags,
        escapes=escapes, encoded=encoded,
        control=tuple(control), kinds=tuple(kinds.most_common()), encodings=_encodings(collection, beyond),
    )  # fmt: skip


def _unseen(text: str) -> list[re.Match[str]]:
    """Control characters: not the byte order mark at the beginning, nor marks of direction beside right-to-left letters."""
    found = list(CONTROL.finditer(text, 1 if text.startswith("\ufeff") else 0))
    if not any(m.group() in MARKS for m in found):
        return found
    meant = {m.start() + k for m in DIRECTION.finditer(text) for k, sign in enumerate(m.group()) if sign in MARKS}
    return [m for m in found if m.start() not in meant]


def _mojibake(item: str, text: str) -> Damage | None:
    for match in SURE.finditer(text):
        if match.group() == "�":
            return Damage(item=item, found="�", around=_around(text, match))
        meant = meant_by(match.group())
        if meant is not None:
            end = match.end() + AROUND
            cut = text[max(0, match.start() - AROUND) : end]
            return Damage(item=item, found=match.group(), around=_line(cut), mended=_line(SURE.sub(lambda m: meant_by(m.group()) or m.group(), cut)))
    return None


def meant_by(garbled: str) -> str | None:
    """The characters whose UTF-8 bytes were read as cp1252 or latin-1, or None where that is no reading."""
    content = bytearray()
    for sign in garbled:
        try:
            content += sign.encode("cp1252")
        except UnicodeEncodeError:
            if ord(sign) > 255:
                return None
            content.append(ord(sign))
    try:
        meant = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return meant if meant and all(unicodedata.category(c) not in {"Cn", "Co", "Cs"} for c in meant) else None


def _entity(text: str) -> re.Match[str] | None:
    return next((m for m in ENTITY.finditer(text) if html.unescape(m.group()) != m.group()), None)


def _encoded(text: str) -> str:
    """The text that base64 stands for, or ""."""
    if len(text) < 24 or not ENCODED.fullmatch(text):
        return ""
    try:
        return base64.b64decode(text.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _name(sign: str) -> str:
    return f"U+{ord(sign):04X} {unicodedata.name(sign, 'control character').lower()}"


def _around(text: str, match: re.Match[str]) -> str:
    return _line(text[max(0, match.start() - AROUND) : match.end() + AROUND])


def _line(text: str) -> str:
    return CONTROL.sub("·", BLANKS.sub(" ", text))[:SHOWN_LETTERS]


def _encodings(collection: Collection, beyond: list[bool]) -> tuple[tuple[str, int], ...]:
    """Only texts beyond ASCII tell: the others are the same in every encoding."""
    from nohero.sources.text_files import ENCODING

    if ENCODING not in collection.frame.columns or collection.label == ENCODING:
        return ()
    told = collection.frame[ENCODING].to_list()
    return tuple(Counter(str(name) for name, tells in zip(told, beyond, strict=True) if tells and name).most_common())
