"""What it asks: do all conversations go by turns, the user first and the assistant last?

Why it matters: a template for chats joins what is said by whose turn it is. Two turns of one speaker in a row, or an answer without a
question, are refused by some templates, and with others teach the net to answer what nobody asked, or to speak for the user.

How it is measured: columns of lists of turns (role and content, or from and value). System turns stand aside, tools speak in between.

When it is right to fail: it warns where at most a tenth of the conversations break a form that all others keep. Of more it is a property, such as
conversations that the assistant begins, or prompts that end where an answer is to be written.

What it cannot see: turns whose words were exchanged while the roles stayed; conversations of more than two.

Mend: look at how the turns were put together: a lost turn, one split in two, or a list cut at the wrong end. Mend or leave these out.

Source: the recipe, the data ("corrupted examples").
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.chat_turns import ENDS, ONE_SIDED, ChatTurns
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, warned

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.sources.collection import Collection

FEW = 0.1  # of the conversations: more have a form of their own
SHOWN = 20  # rows of the table


def judge(chats: ChatTurns) -> Finding:
    """What few conversations have against all others."""
    forms = {what for what, rows in chats.broken if len(rows) > FEW * chats.total}
    few = sorted(((what, rows) for what, rows in _once(chats) if what not in forms), key=lambda f: -len(f[1]))
    meant = [f"{len(rows):,} {what}" for what, rows in _once(chats) if what in forms]
    if not few:
        return passed(f"{chats.total:,} conversations of `{chats.field}` keep one form" + (f"; {', '.join(meant)}, which is one of its forms" if meant else ""))
    items = tuple(dict.fromkeys(item for _, rows in few for item, _ in rows))
    told = ", ".join(f"{len(rows):,} {'have ' if what.startswith('two') else ''}{what}" for what, rows in few)
    return warned(
        f"{len(items):,} of {chats.total:,} conversations of `{chats.field}` break the turns that the others keep: {told}",
        expected="user and assistant by turns, the user first, the assistant last, and words in each turn",
        observed=Observed(value=float(len(items)), unit="conversations", n=chats.total),
        component="data",
        where=items[:5],
        items=items,
        effect="a template refuses them, or the net learns to answer what nobody asked",
        remedies=("look whether a turn was lost or split there; mend these conversations or leave them out",),
        figure=Table(title="Conversations out of turn", columns=("item", "what", "its turns"), rows=tuple((item, what, turns) for what, rows in few for item, turns in rows)[:SHOWN]),
    )


def _once(chats: ChatTurns) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    """What breaks the form; that a conversation without an answer ends with the user is not said twice."""
    alone = {item for item, _ in dict(chats.broken).get(ONE_SIDED, ())}
    told = [(what, tuple(r for r in rows if what != ENDS or r[0] not in alone)) for what, rows in chats.broken]
    return [(what, rows) for what, rows in told if rows]


def _chats(collection: Collection, change: Callable[[int, list[dict[str, str]]], list[dict[str, str]]]) -> Collection:
    """Conversations of the people of the table."""

    def made(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        cells = []
        for i, (age, town, trade) in enumerate(zip(columns["age"], columns["town"], columns["trade"], strict=True)):
            said = (("user", f"I am {age}. What may I earn as a {trade} in {town}?"), ("assistant", f"That depends on what a {trade} of {age} can do."), ("user", f"And number {i} there?"), ("assistant", "I do not know that."))
            cells.append(json.dumps(change(i, [{"role": role, "content": words} for role, words in said])))
        return {"messages": cells}

    return recelled(collection, made, label="")


def lost_turns(collection: Collection) -> Collection:
    """Some conversations lack their first turn, or the second."""
    return _chats(collection, lambda i, turns: turns[1:] if i % 50 == 7 else [turns[0], *turns[2:]] if i % 50 == 30 else turns)


def empty_turns(collection: Collection) -> Collection:
    """Some answers are empty, and some conversations end with the question."""
    return _chats(collection, lambda i, turns: [*turns[:3], {"role": "assistant", "content": ""}] if i % 50 == 7 else turns[:3] if i % 50 == 9 else turns)


def with_system_and_tools(collection: Collection) -> Collection:
    """System turns before some of them, tools in others."""
    tool = [{"role": "assistant", "content": "", "tool_calls": "look_up"}, {"role": "tool", "content": "12"}]
    return _chats(collection, lambda i, turns: [*([{"role": "system", "content": "Be kind."}] if i % 3 == 0 else []), turns[0], *(tool if i % 20 == 5 else []), *turns[1:]])


def greeted_first(collection: Collection) -> Collection:
    """Every third conversation begins with a greeting of the assistant."""
    return _chats(collection, lambda i, turns: [{"role": "assistant", "content": "Hello, what can I do?"}, *turns] if i % 3 == 0 else turns)


def prompts(collection: Collection) -> Collection:
    """A question each, of which an answer is to be written; in a few after a first question and answer."""
    return _chats(collection, lambda i, turns: turns[:3] if i % 20 == 3 else turns[:1])


CHECK = Check(
    code="DAT719", name="broken-turns", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="people", plant=lost_turns), Case(toy="people", plant=empty_turns)),
    lookalikes=(Case(toy="people", plant=with_system_and_tools), Case(toy="people", plant=greeted_first), Case(toy="people", plant=prompts)),
)  # fmt: skip
