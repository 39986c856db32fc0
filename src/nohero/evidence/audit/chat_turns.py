"""Whose turn it is in conversations: user and assistant by turns, the user first, the assistant last, and something said in each turn."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.evidence.audit.text_items import shown

if TYPE_CHECKING:
    from nohero.sources.chat_column import Turn
    from nohero.sources.collection import Collection

PRICE = 0.3  # seconds
LEAST = 20  # conversations
TWICE, BEGINS, ENDS, EMPTY, ONE_SIDED, NONE = "two turns of one speaker in a row", "begin with the assistant", "end with the user", "have a turn without words", "have no turn of the assistant", "are no list of turns"


@dataclass(frozen=True, kw_only=True)
class ChatTurns:
    """One column of conversations."""

    field: str
    total: int
    broken: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]  # what is wrong, and (item, its turns) of each conversation


def measure(collection: Collection) -> ChatTurns:
    """The first column that holds conversations."""
    from nohero.setup.refusal import Unmeasurable
    from nohero.sources.chat_column import is_chat, turns_of

    field = next((s.name for s in collection.frame if is_chat(s)), "") if collection.kind == "row" else ""
    if not field:
        raise Unmeasurable("there is no column of conversations: lists of turns with role and content")
    cells = collection.frame[field].to_list()
    found: dict[str, list[tuple[str, str]]] = {}
    total = 0
    for item, cell in zip(collection.items, cells, strict=True):
        if not cell:
            continue
        total += 1
        turns = turns_of(cell)
        for what in faults_of(turns):
            found.setdefault(what, []).append((item, ", ".join(t.role for t in turns or [])[:120] or shown(cell)))
    if total < LEAST:
        raise Unmeasurable(f"{total} conversations tell too little of the form that is meant")
    return ChatTurns(field=field, total=total, broken=tuple((what, tuple(rows)) for what, rows in sorted(found.items(), key=lambda f: -len(f[1]))))


def faults_of(turns: list[Turn] | None) -> list[str]:
    """What breaks the usual form; system turns stand before it, and tools speak in between."""
    if turns is None:
        return [NONE]
    speakers = [t.role for t in turns if t.role != "system"]
    if not speakers:
        return [ONE_SIDED]
    checks = {
        TWICE: any(a == b and a in ("user", "assistant") for a, b in itertools.pairwise(speakers)) and not any(t.calls for t in turns),
        BEGINS: speakers[0] == "assistant", ENDS: speakers[-1] == "user", ONE_SIDED: "assistant" not in speakers,
        EMPTY: any(not t.said.strip() and not t.calls for t in turns if t.role in ("user", "assistant")),
    }  # fmt: skip
    return [what for what, is_so in checks.items() if is_so]
