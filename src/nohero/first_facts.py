"""What a run writes down of its data before it walks: the split, the decisions, the data card, a person's score, and the facts that the report tells."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nohero.data.card import ASKED
from nohero.human_line import read_human
from nohero.options import told_path
from nohero.walk import append_once

if TYPE_CHECKING:
    from nohero.options import Options
    from nohero.problem import Problem
    from nohero.run.directory import RunDirectory

SCHEMA = 1  # of data-card.json; additive changes only


def keep_facts(directory: RunDirectory, problem: Problem, options: Options, why: str) -> None:
    """Once a run: files beside the journal, and its word on them; `why` the task is what it is."""
    if directory.journal.last("facts") is None:
        _keep_split(directory, problem)
        _keep_decisions(directory, options)
        _keep_card(directory, problem)
        directory.journal.append("facts", task=problem.task.name, sha256=problem.raw.sha256, facts=facts_of(problem, why))
    _keep_human(directory, problem, options)


def _keep_split(directory: RunDirectory, problem: Problem) -> None:
    from nohero.data.split import index_files

    for name, data in index_files(problem.split, problem.raw).items():
        directory.write(name, data)


def _keep_decisions(directory: RunDirectory, options: Options) -> None:
    """The file of decisions as it was, with its hash in the journal."""
    from nohero.sources.decisions import read_decisions

    if options.decisions is None:
        return
    path = Path(options.decisions).expanduser()
    decisions = read_decisions(path)
    directory.write("decisions.csv", path.read_bytes())
    directory.journal.append("decisions", sha256=decisions.sha256, counts=decisions.counts(), file="decisions.csv")


def _keep_card(directory: RunDirectory, problem: Problem) -> None:
    """data-card.json: what was stated, what is missing, what lies beside the data, and what was counted."""
    card, raw = problem.card, problem.raw
    if card is None:
        return
    directory.write("data-card.json", (json.dumps(card_of(problem), ensure_ascii=False, indent=1) + "\n").encode("utf-8", "backslashreplace"))
    shown = {name.replace("_", " "): card.stated.get(name, "not stated") for name in (() if card.shipped else ASKED)}
    shown |= {"stated in": f"{card.file} (sha256 {card.sha256[:16]})" if card.file else "", "beside the data, unread": ", ".join(card.beside), "described in": card.shipped}
    shown |= {"items": f"{len(raw):,}" + (f", {len(raw.unusable):,} more not used" if raw.unusable else ""), "data sha256": raw.sha256}
    directory.journal.append("card", card={name: text for name, text in shown.items() if text}, file="data-card.json")


def card_of(problem: Problem) -> dict[str, Any]:
    """The whole card as plain values; nothing in it is guessed."""
    import numpy as np

    card, raw = problem.card, problem.raw
    classes = problem.task.classes
    counts = np.bincount(problem.code.encode(raw.target).astype(int), minlength=len(classes)) if classes else ()
    stated: dict[str, Any] = {} if card is None else {**asdict(card), "missing": card.missing}
    return {
        "schema": SCHEMA, "name": problem.name, "source": told_path(raw.source), **{k: v for k, v in stated.items() if k != "wanted"},
        "data": {
            "sha256": raw.sha256, "modality": raw.modality, "items": len(raw), "not_used": len(raw.unusable), "target": raw.target_name, "task": problem.task.name,
            "fields": list(raw.frame.columns) if raw.frame is not None else [], "classes": {name: int(count) for name, count in zip(classes, counts, strict=True)},
            "parts": {name: len(rows) for name, rows in problem.split.parts().items()}, "split_sha256": problem.split.sha256, "notes": list(raw.notes),
        },
    }  # fmt: skip


def _keep_human(directory: RunDirectory, problem: Problem, options: Options) -> None:
    """A person's score: the file as it was, and the journal's word. A file that is gone since does not undo it."""
    if options.human is None:
        return
    path = Path(options.human).expanduser()
    if not path.is_file() and directory.journal.last("human") is not None:
        return
    human = read_human(path, problem)
    directory.write("human.json", path.read_bytes())
    drawn = "" if problem.task.metric == human.metric else f"; not drawn beside {problem.task.metric}"
    append_once(directory.journal, "human", {}, score=human, said=f"{human.metric} {human} on {human.n:,} items, by {path.name}{drawn}", file="human.json")


def facts_of(problem: Problem, why: str) -> dict[str, str]:
    """What the report says of the data."""
    raw, parts = problem.raw, problem.split.parts()
    sizes = ", ".join(f"{name} {len(rows):,}" for name, rows in parts.items())
    facts = {
        "items": f"{len(raw):,}",
        "not used": f"{len(raw.unusable):,}" if raw.unusable else "",
        "fields": f"{raw.frame.width:,}" if raw.frame is not None else "arrays of " + " x ".join(map(str, raw.images.shape[1:])),
        "target": raw.target_name,
        "task": why,
        "split": f"{problem.split.method}: {sizes}",
        "split sha256": problem.split.sha256,
        "data sha256": raw.sha256,
        "threads": str(problem.threads),
        "reading": "; ".join(raw.notes),
    }
    return {name: said for name, said in facts.items() if said}
