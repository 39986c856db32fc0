"""What a person decided of items: leave out, call otherwise, keep. A csv file says it; the source itself is never changed.

item,decision,value,reason
row 17,drop,,the sensor was off
row 40,relabel,cat,a cat lies on the mat
row 41,keep,,odd but right
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.run.errors import DataError, UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from nohero.data.raw import Raw
    from nohero.sources.collection import Collection

DROP, RELABEL, KEEP = "drop", "relabel", "keep"
WORDS = (DROP, RELABEL, KEEP)
FIELDS = ("item", "decision", "value", "reason")
SHOWN = 5  # faults told at once
TOLD = 40  # decisions told one by one among a run's notes
MOST_CLASSES = 200  # a label with more values is no choice of classes
LARGEST_FILE = 50_000_000  # bytes
EXAMPLE = "item,decision,value,reason"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One line of the file."""

    item: str
    decision: str
    value: str = ""
    reason: str = ""
    line: int = 0

    def sentence(self) -> str:
        """What is done and why."""
        done = {DROP: "left out", KEEP: "kept", RELABEL: f"called `{self.value}`"}[self.decision]
        return f"{self.item} {done}: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """All of the file."""

    decisions: tuple[Decision, ...]
    source: str = "decisions"
    sha256: str = ""

    def __len__(self) -> int:
        """How many there are."""
        return len(self.decisions)

    def counts(self) -> dict[str, int]:
        """How many of each kind."""
        found = Counter(d.decision for d in self.decisions)
        return {word: found[word] for word in WORDS if found[word]}

    def sentence(self) -> str:
        """'3 drop, 2 relabel of decisions.csv (sha256 ...)'."""
        said = ", ".join(f"{n:,} {word}" for word, n in self.counts().items())
        return f"{said} by {Path(self.source).name} (sha256 {self.sha256[:16]})"

    def notes(self) -> tuple[str, ...]:
        """One for each that changes something, up to a number of them."""
        changing = [d.sentence() for d in self.decisions if d.decision != KEEP]
        more = len(changing) - TOLD
        return (*changing[:TOLD], *([f"and {more:,} more decisions of {Path(self.source).name}"] if more > 0 else []))


def read_decisions(path: Path) -> Decisions:
    """The file's decisions, or all that is wrong with its form."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise DataError(f"{path} is larger than {LARGEST_FILE // 1_000_000} MB", expected="a csv file of decisions", mend="check the path")
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", expected=f"a csv file that begins with {EXAMPLE}", mend="check the path") from error
    rows = _rows(content, path)
    found, faults = [], []
    for line, row in rows:
        decision = Decision(line=line, **{name: (row.get(name) or "").strip() for name in FIELDS})
        if fault := _form_fault(decision, extra=None in row):
            faults.append(f"line {line}: {fault}")
        found.append(decision)
    counts = Counter(d.item for d in found)
    faults += [f"`{item}` is decided {n} times (lines {', '.join(str(d.line) for d in found if d.item == item)})" for item, n in counts.items() if n > 1 and item]
    _refuse(faults, str(path))
    return Decisions(decisions=tuple(found), source=str(path), sha256=hashlib.sha256(content).hexdigest())


def apply(collection: Collection, decisions: Decisions) -> Collection:
    """The collection as it was decided: another one, with a note for each change; items keep their order."""
    if any(d.decision == RELABEL for d in decisions.decisions) and not collection.label:
        raise UsageError("a decision relabels, and no label is known", expected="the field that is to be predicted", mend="--target FIELD")
    places = _places(collection.items, decisions)
    labels = collection.labels
    _refuse(_label_faults(decisions, None if labels is None else labels.to_list()), decisions.source)
    frame, cells = collection.frame, collection.cells
    changes = [(places[d.item], d.value) for d in decisions.decisions if d.decision == RELABEL]
    if changes:
        frame = frame.with_columns(_relabelled(labels, changes))
        if cells is not None and collection.label in cells.columns:
            cells = cells.with_columns(_relabelled(cells[collection.label], changes))
    kept = _kept(len(collection), places, decisions)
    return collection.with_(
        frame=frame[kept], cells=cells[kept] if cells is not None and cells.width else cells, items=_taken(collection.items, kept), files=_taken(collection.files, kept),
        masks=_taken(collection.masks, kept), texts=None if collection.texts is None else collection.texts[kept],
        pictures=None if collection.pictures is None else collection.pictures[kept], boxes=_boxes(collection, kept),
        notes=(*collection.notes, decisions.sentence(), *decisions.notes()), sha256=_together(collection.sha256, decisions),
    )  # fmt: skip


def apply_to_raw(raw: Raw, decisions: Decisions) -> Raw:
    """The same for what a run reads."""
    places = _places(raw.items.tolist(), decisions)
    _refuse(_label_faults(decisions, raw.target.tolist()), decisions.source)
    target = raw.target.copy()
    for decision in decisions.decisions:
        if decision.decision == RELABEL:
            target[places[decision.item]] = decision.value if target.dtype == object else _like(target.tolist(), decision.value)
    kept = _kept(len(raw), places, decisions)
    taken = replace(raw, target=target).take(kept)
    return replace(taken, notes=(*raw.notes, decisions.sentence(), *decisions.notes()), sha256=_together(raw.sha256, decisions))


def _rows(content: bytes, path: Path) -> list[tuple[int, dict[Any, Any]]]:
    text = content.decode("utf-8-sig", errors="replace")
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        names = [(name or "").strip().lower() for name in reader.fieldnames or []]
        if missing := [name for name in FIELDS if name not in names]:
            raise DataError(f"{path} has no column {', '.join(f'`{m}`' for m in missing)}", expected=f"a first line that says {EXAMPLE}", mend="write it so, or start from the rows that `nohero audit SOURCE --where ... -o rows.csv` writes")
        reader.fieldnames = names
        rows = [(reader.line_num, row) for row in reader if any(str(v or "").strip() for k, v in row.items() if k is not None)]
    except csv.Error as error:
        raise DataError(f"{path} is no csv file: {error}", expected=EXAMPLE, mend="check how it was written") from error
    if not rows:
        raise DataError(f"{path} holds no decision", expected=f"lines under {EXAMPLE}", mend="write one, such as: row 17,drop,,the sensor was off")
    return rows


def _form_fault(decision: Decision, *, extra: bool) -> str:
    if extra:
        return "more cells than columns; a reason with commas stands in quotation marks"
    if not decision.item:
        return "no item is named"
    if decision.decision not in WORDS:
        return f"unknown decision `{decision.decision}` for {decision.item} ({did_you_mean(decision.decision, WORDS)})"
    if not decision.reason:
        return f"{decision.item} is decided without a reason"
    if decision.decision == RELABEL and not decision.value:
        return f"{decision.item} is relabelled with no value"
    return f"`{decision.value}` stands for {decision.item}, and only relabel takes a value" if decision.decision != RELABEL and decision.value else ""


def _places(items: Sequence[str], decisions: Decisions) -> dict[str, int]:
    places = {item: i for i, item in enumerate(items)}
    unknown = [d for d in decisions.decisions if d.item not in places]
    near = list(items[:5000]) if unknown else []
    _refuse([f"line {d.line}: there is no item `{d.item}` ({did_you_mean(d.item, near)})" if i < SHOWN else d.item for i, d in enumerate(unknown)], decisions.source)
    return places


def _label_faults(decisions: Decisions, labels: list[Any] | None) -> list[str]:
    """A value must be one that the label has, or a number where the label is one."""
    if labels is None:
        return []
    known = [v for v in labels if v is not None]
    classes = {_text(v) for v in known}
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in known)
    free = len(classes) > MOST_CLASSES or any(isinstance(v, float) for v in known)  # no choice of classes
    faults = []
    for d in decisions.decisions:
        if d.decision != RELABEL or d.value in classes:
            continue
        if not free:
            faults.append(f"line {d.line}: {d.item} is called `{d.value}`, which is no class ({did_you_mean(d.value, sorted(classes))})")
        elif numbers and not _is_number(d.value, whole=all(isinstance(v, int) for v in known)):
            faults.append(f"line {d.line}: {d.item} is called `{d.value}`, and the label is a number")
    return faults


def _relabelled(series: Any, changes: Iterable[tuple[int, str]]) -> Any:
    import polars as pl

    values = series.to_list()
    for place, value in changes:
        values[place] = value if series.dtype in (pl.String, pl.Categorical, pl.Enum) else _like(values, value)
    return pl.Series(series.name, values, dtype=series.dtype)


def _like(values: list[Any], text: str) -> Any:
    """`text` as the value of the label that is written so, or as a number."""
    same = [v for v in values if v is not None and _text(v) == text]
    return same[0] if same else int(text) if all(isinstance(v, int) for v in values if v is not None) else float(text)


def _kept(size: int, places: dict[str, int], decisions: Decisions) -> npt.NDArray[np.intp]:
    kept = np.ones(size, dtype=bool)
    kept[[places[d.item] for d in decisions.decisions if d.decision == DROP]] = False
    if not kept.any():
        raise DataError(f"{decisions.source} leaves no item", expected="some that are kept", mend="drop fewer")
    return np.flatnonzero(kept)


def _taken(values: Sequence[str], kept: npt.NDArray[np.intp]) -> tuple[str, ...]:
    return tuple(values[i] for i in kept) if values else ()


def _boxes(collection: Collection, kept: npt.NDArray[np.intp]) -> Any:
    """The boxes of the items kept, whether they name their item or count it."""
    import polars as pl

    boxes = collection.boxes
    if boxes is None or boxes.height == 0:
        return boxes
    if not boxes["item"].dtype.is_integer():
        return boxes.filter(pl.col("item").is_in([collection.items[i] for i in kept]))
    place = {int(old): new for new, old in enumerate(kept)}
    return boxes.filter(pl.col("item").is_in(list(place))).with_columns(pl.col("item").replace_strict(place, return_dtype=boxes["item"].dtype))


def _text(value: Any) -> str:
    from nohero.sources.rows_file import number_text

    return number_text(value) if isinstance(value, float) else str(value)


def _is_number(text: str, *, whole: bool) -> bool:
    try:
        return bool(np.isfinite(int(text) if whole else float(text)))
    except (ValueError, TypeError):
        return False


def _together(sha256: str, decisions: Decisions) -> str:
    return hashlib.sha256(f"{sha256} {decisions.sha256}".encode()).hexdigest()


def _refuse(faults: list[str], source: str) -> None:
    if not faults:
        return
    more = f"; and {len(faults) - SHOWN:,} more" if len(faults) > SHOWN else ""
    raise DataError(f"{Path(source).name}: {'; '.join(faults[:SHOWN])}{more}", expected=f"{EXAMPLE}, each item once, with drop, relabel or keep and a reason", mend=f"mend {'this line' if len(faults) == 1 else 'these lines'}; nothing was changed")
