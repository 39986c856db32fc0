"""Texts in which an assistant says that it will not answer, or that it is a language model: written by a model, and no answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.evidence.audit.text_items import shown

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

PRICE = 0.3  # seconds
BEGINNING = 200  # characters of a text that are looked at: a refusal comes first
MODEL = re.compile(r"\b(?:as|i am|i['’]m)(?: just| only)? an? (?:(?:large |ai )?language model|artificial intelligence(?: language)?(?: model| assistant)?,|ai (?:language )?(?:model|assistant|chatbot)|ai,)(?!s\b)", re.IGNORECASE)
_VERBS = r"(?:assist|help|answer|provide|fulfil+|comply|generate|create|write|continue|complete|access|browse|discuss|offer|engage|respond|support that|do that)"
_NOT = r"(?:can(?:no|['’]?)t|can not|am (?:not able|unable) to|['’]m (?:not able|unable) to|won['’]?t|will not)"
REFUSAL = re.compile(rf"\W*(?:(?:i['’]?m|i am) (?:very |really |so |truly )?sorry|sorry|(?:i )?apologi[sz]e|(?:my|i offer my) apologies|unfortunately)[^.!?\n]{{0,40}}?\bi ?{_NOT} (?:\w+ )?{_VERBS}\b|\W*i ?{_NOT} (?:\w+ )?(?:assist|help|comply|fulfil+|engage|provide|answer)\b[^.!?\n]{{0,40}}?\b(?:request|that|this|question|information)\b", re.IGNORECASE)  # fmt: skip
HINTS = ("sorry", "apolog", "language model", "artificial intel", " ai ", " ai,", "cannot", "can't", "can’t", "can not", "unable", "not able", "won't", "won’t", "wont", "will not", "unfortunately", "cant")


@dataclass(frozen=True, kw_only=True)
class ModelRefusals:
    """Item by item."""

    field: str  # the column with the most of them, where there are several of texts; else ""
    total: int  # texts in it
    as_model: tuple[tuple[str, str], ...]  # item, text: says that it is a language model
    refusing: tuple[tuple[str, str], ...]  # item, text: begins with a refusal, and does not say so


def measure(collection: Collection) -> ModelRefusals:
    """Each column of texts, the short ones too."""
    found = [_of(collection, field, texts) for field, texts in _columns(collection)]
    return max(found, key=lambda r: len(r.as_model) + len(r.refusing))


def _columns(collection: Collection) -> list[tuple[str, list[str]]]:
    from nohero.evidence.audit.text_items import texts_and_short

    return texts_and_short(collection)


def _of(collection: Collection, field: str, texts: list[str]) -> ModelRefusals:
    models, refusing = [], []
    for item, text in zip(collection.items, texts, strict=True):
        start = text[:BEGINNING]
        if not any(hint in f"{start.casefold()} " for hint in HINTS):
            continue
        if MODEL.search(start):
            models.append((item, shown(text)))
        elif REFUSAL.match(start):
            refusing.append((item, shown(text)))
    return ModelRefusals(field=field, total=sum(map(bool, texts)), as_model=tuple(models), refusing=tuple(refusing))
