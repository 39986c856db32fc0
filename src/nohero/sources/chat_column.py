"""Conversations in a column: a list of turns a cell, each with who speaks and what is said, as JSON writes them."""

from __future__ import annotations

import json
from typing import NamedTuple

import polars as pl

ROLES, WORDS = ("role", "from", "speaker"), ("content", "value", "text")  # of a turn: as OpenAI and as ShareGPT write them
USER = ("user", "human", "prompter")
MODEL = ("assistant", "gpt", "bot", "chatbot", "model", "ai")
LOOKED_AT, MOSTLY = 50, 0.9  # cells that decide, and the share of them that are conversations


class Turn(NamedTuple):
    """Who says what."""

    role: str  # "user", "assistant", or as it is written
    said: str
    calls: bool  # whether it calls a tool: then it need not say anything


def turns_of(cell: str | None) -> list[Turn] | None:
    """The turns of a cell; None where it holds no conversation."""
    if not cell or not cell.lstrip().startswith("[") or "{" not in cell[:20]:
        return None
    try:
        held = json.loads(cell)
    except (ValueError, RecursionError):
        return None
    if not isinstance(held, list) or not held or not all(isinstance(t, dict) for t in held):
        return None
    role, words = (next((n for n in names if n in held[0]), "") for names in (ROLES, WORDS))
    return [_turn(t, role, words) for t in held] if role and words else None


def _turn(turn: dict[str, object], role: str, words: str) -> Turn:
    name = str(turn.get(role) or "").strip().lower()
    said = turn.get(words)
    if isinstance(said, list):  # of several pieces, such as texts and pictures
        said = "\n".join(str(p.get("text", p.get("type", ""))) if isinstance(p, dict) else str(p) for p in said)
    plain = "user" if name in USER else "assistant" if name in MODEL else name
    return Turn(role=plain, said="" if said is None else str(said), calls=bool(turn.get("tool_calls") or turn.get("function_call")))


def is_chat(column: pl.Series) -> bool:
    """Whether nearly all cells that hold something hold a conversation."""
    if column.dtype != pl.String:
        return False
    head = [c for c in column.drop_nulls().head(LOOKED_AT).to_list() if c]
    return bool(head) and sum(turns_of(c) is not None for c in head) >= MOSTLY * len(head)


def said_in(column: pl.Series) -> pl.Series:
    """What is said in each conversation, a line a turn; any other column as it is."""
    if not is_chat(column):
        return column
    return pl.Series(column.name, [None if c is None else c if (turns := turns_of(c)) is None else "\n".join(t.said for t in turns) for c in column.to_list()], dtype=pl.String)
