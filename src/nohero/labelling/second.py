"""A second annotation of the same items: another field, or a file of answers or of labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nohero.labelling.answers import read_lines
from nohero.labelling.sheet import answers_of
from nohero.run.errors import DataError, UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nohero.sources.collection import Collection

NAMES = ("answer", "label", "value")  # of the column that holds the annotation in a file, where it is not called as the label itself


def second_annotation(collection: Collection, named: str) -> tuple[tuple[str | None, ...], str]:
    """Its answers in the collection's order, None where there is none, and what it is called."""
    if named in collection.frame.columns:
        return answers_of(collection.frame[named]), f"field `{named}`"
    path = Path(named).expanduser()
    if not path.is_file():
        raise UsageError(f"`{named}` is neither a field nor a file", expected="a second annotation of the same items", mend=did_you_mean(named, collection.frame.columns))
    found = _answered(path) or _columns(path, collection)
    items = set(collection.items)
    known = {item: answer for item, answer in found.items() if item in items}
    if not known:
        first = next(iter(found), "")
        raise DataError(f"{named} names no item of {collection.source}", expected=f"items such as `{collection.items[0]}`", mend=f"it names `{first}`: bring the names together")
    return tuple(known.get(item) for item in collection.items), path.name


def _answered(path: Path) -> dict[str, str | None]:
    """What `nohero label` wrote; the last answer to an item counts."""
    if path.suffix.lower() != ".jsonl":
        return {}
    lines = [line for line in read_lines(path) if line.get("event") == "answer" and isinstance(line.get("item"), str)]
    return {line["item"]: None if line.get("answer") is None else str(line["answer"]) for line in lines}


def _columns(path: Path, collection: Collection) -> dict[str, str | None]:
    """A table that names items in one column and says what they are in another."""
    from nohero.sources.opening import open_source

    frame: Any = open_source(str(path)).frame
    names: Iterable[str] = (collection.label, *NAMES)
    column = next((name for name in names if name and name in frame.columns), None)
    if "item" not in frame.columns or column is None:
        raise DataError(f"{path} has no columns `item` and `{collection.label or 'label'}`", expected=f"columns item and {collection.label or 'label'}, or answers of `nohero label`", mend=f"it has {', '.join(frame.columns[:8])}")
    return dict(zip((str(v) for v in frame["item"].to_list()), answers_of(frame[column]), strict=True))
