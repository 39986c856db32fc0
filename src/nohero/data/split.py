"""Three ways to hold rows apart: stratified, by group or by time; copies stay on one side, and the seed decides all of it."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.data.allot import allot_groups, allot_strata, join_units, strata_of
from nohero.data.copies import copy_groups
from nohero.data.raw import Raw, Unusable
from nohero.run.errors import DataError

if TYPE_CHECKING:
    from nohero.data.allot import Index

FRACTIONS = (0.7, 0.2, 0.1)
PARTS = ("train", "val", "test")
MIN_ROWS = 20  # below that, three parts cannot each say anything
MIN_MEMBERS = 3  # of a class: one for each part
LARGEST = 0.1  # of the rows that groups joined by copies may make up; beyond that, copies are left apart
LEAST_SHARE = 0.5  # of its due that a part must get, or copies are too many to be kept together
SHOWN = 8  # rows or classes named in a note


@dataclass(frozen=True, kw_only=True, eq=False)
class Split:
    """Row numbers of the three parts, each sorted; together every row once."""

    train: Index
    val: Index
    test: Index
    method: str  # "stratified", "random", "by group", "by time" or "as given"
    sha256: str
    notes: tuple[str, ...] = ()
    unsplit: tuple[Unusable, ...] = ()  # rows that had to go to train and cannot be evaluated

    def parts(self) -> dict[str, Index]:
        """The three parts by name."""
        return {"train": self.train, "val": self.val, "test": self.test}


def split(raw: Raw, task_kind: str, *, seed: int, fractions: tuple[float, float, float] = FRACTIONS) -> Split:
    """Divide the rows of `raw` by what is known of them: given parts, then groups, then time, then the target."""
    if len(raw) < MIN_ROWS:
        raise DataError(
            f"{raw.source} has {len(raw)} usable rows" + (f" ({len(raw.unusable)} more cannot be used)" if raw.unusable else ""),
            expected=f"at least {MIN_ROWS} rows, so that each of the three parts has some",
            mend="bring more data",
        )
    copies = copy_groups(raw)
    rng = np.random.default_rng(seed)
    if raw.given_split is not None:
        return _as_given(raw, task_kind, copies, rng, fractions)
    if raw.groups is not None:
        return _by_group(raw, task_kind, copies, rng, fractions)
    if raw.times is not None:
        return _by_time(raw, copies, fractions)
    return _stratified(raw, task_kind, copies, rng, fractions)


def _stratified(raw: Raw, task_kind: str, copies: Index, rng: np.random.Generator, fractions: tuple[float, ...]) -> Split:
    notes: list[str] = []
    strata, described = strata_of(raw.target, task_kind)
    rare, unsplit = _rare_rows(raw, task_kind, copies, notes)
    part = np.zeros(len(raw), dtype=np.int64)  # rare rows are in train
    free = np.flatnonzero(~np.isin(copies, copies[rare]))  # a copy of a rare row stays with it
    part[free] = allot_strata(strata[free], copies[free], fractions, rng)
    num_distinct = int(copies.max()) + 1
    if (np.bincount(part, minlength=len(PARTS)) < LEAST_SHARE * len(raw) * np.asarray(fractions)).any():
        part[free] = allot_strata(strata[free], np.arange(len(free)), fractions, rng)
        notes.append(f"copies cannot be kept together: the {len(raw):,} rows have only {num_distinct:,} different features")
    elif num_distinct < len(raw):
        notes.append(f"{len(raw) - num_distinct:,} rows are exact copies of an earlier one: copies are kept together")
    if described:
        notes.append(described)
    method = "stratified" if strata.max() > 0 else "random"
    return _made(raw, part, method, notes, unsplit)


def _rare_rows(raw: Raw, task_kind: str, copies: Index, notes: list[str]) -> tuple[np.ndarray[Any, Any], tuple[Unusable, ...]]:
    """Rows of classes with too few members (copies count once) to stand in all three parts."""
    rare = np.zeros(len(raw), dtype=bool)
    if task_kind == "regression":
        return rare, ()
    labels, codes = np.unique(raw.target.astype(str), return_inverse=True)
    pairs = np.unique(np.stack([codes, copies]), axis=1)
    members = np.bincount(pairs[0], minlength=len(labels))
    few = np.flatnonzero(members < MIN_MEMBERS)
    for code in few[:SHOWN]:
        rows = np.flatnonzero(codes == code)
        count = "one member" if len(rows) == 1 else f"{len(rows)} members"
        same = "" if len(rows) == members[code] else f", {members[code]} of them different"
        notes.append(
            f"class `{labels[code]}` has {count}{same} ({', '.join(raw.items[rows[:SHOWN]])}): in train only, it cannot be evaluated"
        )
    if len(few) > SHOWN:
        notes.append(f"{len(few) - SHOWN} more classes with fewer than {MIN_MEMBERS} different members: in train only")
    rare = np.isin(codes, few)
    reason = "its class `{}` has too few members to be evaluated: train only"
    return rare, tuple(Unusable(where=str(raw.items[i]), reason=reason.format(labels[codes[i]])) for i in np.flatnonzero(rare))


def _by_group(raw: Raw, task_kind: str, copies: Index, rng: np.random.Generator, fractions: tuple[float, ...]) -> Split:
    names, groups = np.unique(raw.groups.astype(str), return_inverse=True)
    if len(names) < len(PARTS):
        raise DataError(
            f"the group column `{raw.group_name}` has {len(names)} groups",
            expected="at least three groups, one for each part",
            mend="name a finer column with --group, or leave it out",
        )
    strata, _ = strata_of(raw.target, task_kind)
    when = None if raw.times is None else raw.times.astype(np.float64)
    notes = [f"{len(names):,} groups of `{raw.group_name}`, each wholly in one part"]
    joined = join_units(groups, copies)
    if joined.max() < groups.max() and np.bincount(joined).max() <= max(LARGEST * len(raw), np.bincount(groups).max()):
        notes.append(f"groups that share exact copies go together: {int(joined.max()) + 1:,} units")
        groups = joined
    part = allot_groups(groups, strata, fractions, rng, when)
    if when is not None:
        notes.append(f"groups are ordered by the middle of their `{raw.time_name}`: oldest in train, newest in test")
    notes.extend(_straddling(copies, part))
    return _made(raw, part, "by group", notes, ())


def _by_time(raw: Raw, copies: Index, fractions: tuple[float, ...]) -> Split:
    moments, place = np.unique(raw.times, return_inverse=True)
    if len(moments) < len(PARTS):
        raise DataError(
            f"the time column `{raw.time_name}` has {len(moments)} different values",
            expected="at least three, as rows of one moment stay together",
            mend="name a finer column with --time, or leave it out",
        )
    upto = np.cumsum(np.bincount(place)) / len(raw)  # share of the rows up to and with each moment
    first = int(np.clip(np.abs(upto - fractions[0]).argmin(), 0, len(moments) - 3))
    second = int(np.clip(np.abs(upto - fractions[0] - fractions[1]).argmin(), first + 1, len(moments) - 2))
    part = (place > first).astype(np.int64) + (place > second)
    notes = [f"train ends with {_moment(moments[first])}, val with {_moment(moments[second])} (`{raw.time_name}`)"]
    notes.extend(_straddling(copies, part))
    return _made(raw, part, "by time", notes, ())


def _as_given(raw: Raw, task_kind: str, copies: Index, rng: np.random.Generator, fractions: tuple[float, ...]) -> Split:
    """Parts that the source names stay; a part that it lacks is taken from train."""
    part = np.array([PARTS.index(name) for name in raw.given_split.tolist()], dtype=np.int64)
    notes = []
    lacking = [i for i in (1, 2) if not (part == i).any()]
    if not (part == 0).any():
        raise DataError(f"{raw.source} has no train part", expected="train, and val or test", mend="add a folder `train`")
    if lacking:
        rows = np.flatnonzero(part == 0)
        shares = tuple(f if i in (0, *lacking) else 0.0 for i, f in enumerate(fractions))
        inner = allot_strata(strata_of(raw.target, task_kind)[0][rows], copies[rows], shares, rng)
        part[rows] = inner
        notes.append(f"{' and '.join(PARTS[i] for i in lacking)} taken from the given train part, copies kept together")
    notes.extend(_straddling(copies, part))
    return _made(raw, part, "as given", notes, ())


def _straddling(copies: Index, part: Index) -> list[str]:
    pairs = np.unique(np.stack([copies, part]), axis=1)[0]
    across = int((np.bincount(pairs) > 1).sum())
    return [f"{across:,} rows have exact copies in another part, which this way of dividing cannot avoid"] if across else []


def _moment(value: Any) -> str:
    return str(value).removesuffix("T00:00:00.000000") if isinstance(value, np.datetime64) else f"{value:g}"


def _made(raw: Raw, part: Index, method: str, notes: list[str], unsplit: tuple[Unusable, ...]) -> Split:
    parts = [np.flatnonzero(part == i) for i in range(len(PARTS))]
    empty = [name for name, rows in zip(PARTS, parts, strict=True) if len(rows) == 0]
    if empty:
        raise DataError(
            f"nothing is left for {' and '.join(empty)} when {len(raw):,} rows of {raw.source} are divided {method}",
            expected="rows for each of train, val and test",
            mend="bring more rows that differ; most of these are copies of each other"
            if method in ("stratified", "random")
            else "name a finer column, or leave it out",
        )
    return Split(
        train=parts[0],
        val=parts[1],
        test=parts[2],
        method=method,
        sha256=hash_parts(parts),
        notes=tuple(notes),
        unsplit=unsplit,
    )


def hash_parts(parts: list[Index]) -> str:
    """SHA-256 over the row numbers of the parts, in order."""
    digest = hashlib.sha256()
    for rows in parts:
        digest.update(f"{len(rows)}:".encode())
        digest.update(np.ascontiguousarray(rows, dtype="<i8").tobytes())
    return digest.hexdigest()


def index_files(divided: Split, raw: Raw) -> dict[str, bytes]:
    """'split/train.csv' and so on: a line with the hash, then each row's number and where it came from."""
    files = {}
    for name, rows in divided.parts().items():
        text = io.StringIO(newline="")
        text.write(f"# split sha256 {divided.sha256}; data sha256 {raw.sha256}; {len(rows)} rows, {divided.method}\n")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("row", "item"))
        writer.writerows(zip(rows.tolist(), raw.items[rows].tolist(), strict=True))
        files[f"split/{name}.csv"] = text.getvalue().encode()
    return files
