"""A reader of HTML for tests: which elements there are, with what attributes and text, and whether all are closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "img", "br", "hr", "input", "link", "path", "rect"}


@dataclass
class Element:
    tag: str
    attrs: dict[str, str]
    text: str = ""
    path: tuple[str, ...] = ()


@dataclass
class Read:
    elements: list[Element] = field(default_factory=list)
    unclosed: list[str] = field(default_factory=list)
    astray: list[str] = field(default_factory=list)

    def all(self, tag: str) -> list[Element]:
        return [e for e in self.elements if e.tag == tag]

    def one(self, tag: str) -> Element:
        found = self.all(tag)
        assert len(found) == 1, f"{len(found)} <{tag}>"
        return found[0]

    def with_class(self, name: str) -> list[Element]:
        return [e for e in self.elements if name in e.attrs.get("class", "").split()]

    def by_id(self, ident: str) -> Element:
        return next(e for e in self.elements if e.attrs.get("id") == ident)

    @property
    def ids(self) -> list[str]:
        return [e.attrs["id"] for e in self.elements if "id" in e.attrs]

    @property
    def text(self) -> str:
        return " ".join(e.text for e in self.elements if e.tag not in ("style", "title") and e.text)


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.read = Read()
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {k: v or "" for k, v in attrs}, path=tuple(e.tag for e in self.open))
        self.read.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.read.elements.append(Element(tag, {k: v or "" for k, v in attrs}, path=tuple(e.tag for e in self.open)))

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1].tag == tag:
            self.open.pop()
        else:
            self.read.astray.append(tag)

    def handle_data(self, data: str) -> None:
        for element in self.open[-1:]:
            element.text += data


def read(html: str) -> Read:
    parser = _Parser()
    parser.feed(html)
    parser.close()
    parser.read.unclosed = [e.tag for e in parser.open]
    return parser.read


def assert_sound(html: str) -> Read:
    """Every element is closed where it should be, and no id is used twice."""
    page = read(html)
    assert page.unclosed == []
    assert page.astray == []
    assert len(page.ids) == len(set(page.ids))
    return page
