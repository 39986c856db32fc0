"""The names of numbered classes from a small file: `names` of a data.yaml, or a line a class of a classes.txt. No tag of yaml is ever followed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 1_000_000
MOST_CLASSES = 10_000
LONGEST = 80  # letters of a name
ENTRY = re.compile(r"\s*(?:(?P<number>\d{1,5})\s*:|-)\s*(?P<name>.*)")
INLINE = re.compile(r"""\s*(?:(?P<number>\d{1,5})\s*:\s*)?(?P<name>"[^"]*"|'[^']*'|[^,"'\[\]{}]+)\s*(?:,|$)""")
KEY = re.compile(r"(?P<key>[A-Za-z_]\w*)\s*:\s*(?P<rest>.*)")


@dataclass(frozen=True, kw_only=True)
class ClassNames:
    """By number; `fault` is why they could not be read."""

    names: dict[int, str]
    count: int | None = None  # that the file claims (`nc`)
    keypoints: bool = False  # boxes are followed by points
    fault: str = ""


def read_class_names(path: Path) -> ClassNames:
    """Of a .yaml or of a file with a line a class."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return ClassNames(names={}, fault=f"larger than {MOST_BYTES // 1_000_000} MB")
        lines = path.read_bytes().decode("utf-8-sig", errors="replace").splitlines()
    except OSError as error:
        return ClassNames(names={}, fault=f"cannot be read: {error.strerror}")
    if path.suffix.lower() not in (".yaml", ".yml"):
        named = [line.strip()[:LONGEST] for line in lines if line.strip()]
        return ClassNames(names=dict(enumerate(named[:MOST_CLASSES])))
    return _yaml([line for line in (_bare(line) for line in lines) if line.strip()])


def _yaml(lines: list[str]) -> ClassNames:
    """The few keys that are asked for; everything else is passed over."""
    found = {m["key"]: (i, m["rest"].strip()) for i, m in enumerate(map(KEY.match, lines)) if m is not None}
    at, rest = found.get("names", (0, ""))
    if "names" not in found:
        return ClassNames(names={}, fault="it has no `names`")
    names = _inline(" ".join([rest, *lines[at + 1 :]])) if rest[:1] in ("[", "{") else _listed(lines[at + 1 :])
    claimed = found.get("nc", (0, ""))[1]
    return ClassNames(
        names=names, count=int(claimed) if re.fullmatch(r"[0-9]{1,5}", claimed) else None, keypoints="kpt_shape" in found, fault="" if names else "its `names` are in no form that is read",
    )  # fmt: skip


def _inline(text: str) -> dict[int, str]:
    """[a, b] or {0: a, 1: b}."""
    end = text.find("]" if text[0] == "[" else "}")
    found: dict[int, str] = {}
    for match in INLINE.finditer(text[1:end] if end > 0 else ""):
        if len(found) == MOST_CLASSES:
            break
        found[int(match["number"]) if match["number"] else len(found)] = _name(match["name"])
    return found


def _listed(lines: list[str]) -> dict[int, str]:
    """`- a` or `0: a`, a line each, until a line of another kind."""
    found: dict[int, str] = {}
    for line in lines[:MOST_CLASSES]:
        match = ENTRY.match(line)
        if match is None:
            break
        found[int(match["number"]) if match["number"] else len(found)] = _name(match["name"])
    return found


def _name(text: str) -> str:
    return text.strip().strip("\"'")[:LONGEST]


def _bare(line: str) -> str:
    """Without its comment."""
    return re.sub(r"(^|\s)#.*$", "", line)
