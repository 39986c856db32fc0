"""One door to all sources: a name decides who opens it, and what it is to be predicted from is found or asked for."""

from __future__ import annotations

import time as clock
from pathlib import Path
from typing import TYPE_CHECKING

from nohero.data.frame_file import ARROW
from nohero.data.json_rows import JSON, LINES
from nohero.data.packed import form_of
from nohero.data.parquet_file import PARQUET
from nohero.data.table_choice import find_column
from nohero.run.errors import DataError, UsageError, did_you_mean
from nohero.sources.array_files import read_array_folder, read_arrays
from nohero.sources.coco import read_coco
from nohero.sources.coco_files import looks_like_coco
from nohero.sources.marks import read_marks
from nohero.sources.memory import memory_of
from nohero.sources.picture_arrays import is_array
from nohero.sources.picture_folder import read_picture_folder
from nohero.sources.picture_table import with_pictures
from nohero.sources.refused import hint_for
from nohero.sources.sound_file import SUFFIXES as SOUNDS
from nohero.sources.sound_folder import read_sound_files
from nohero.sources.sound_table import sounds_of_folder, with_sounds
from nohero.sources.table import PARTS, SQLITE, SUFFIXES
from nohero.sources.tables import SPLIT_NAMES, Tables, label_among
from nohero.sources.text_column import with_texts
from nohero.sources.text_files import is_lines, read_line_files, read_text_folder
from nohero.sources.yolo import read_yolo_yaml

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

SIGNS = "*?["  # of a pattern
YAML = (".yaml", ".yml")
IN_FOLDERS = (".csv", ".tsv", *PARQUET, *ARROW, *LINES)  # tables that a folder is made of; a json or a workbook may be a note about it
READABLE = "csv, tsv, parquet, feather, json, jsonl, xlsx (packed with gzip or not), sqlite:FILE::TABLE, a pattern of such files, a folder of pictures, texts or sounds, arrays (npy, npz, IDX), a COCO json, or the data.yaml of YOLO labels"


def open_source(
    *sources: str, target: str | None = None, split: str | None = None, group: str | None = None, time: str | None = None, seed: int = 0, budget: float | None = None,
    memory: float | str | None = None,
) -> Collection:  # fmt: skip
    """Everything that is named, several tables as one, with its label, its parts, its groups and its times named.

    `budget` is seconds for the audit. A table that would take more than `memory` bytes (None: half of what is free) is read in parts: the
    collection is an even sample of its rows then, and its `whole` says what is known of all of them.
    """
    deadline = None if budget is None else clock.monotonic() + budget
    source = " ".join(sources)
    tables = Tables(source=source, target=target, split=split, seed=seed, memory=memory_of(memory))
    collection = _opened(sources[0], tables) if len(sources) == 1 else _several(sources, tables)
    columns = collection.frame.columns
    chosen = {k: find_column(own if v and (own := f"{v} of the table") in columns else v, columns, k, source) if v else "" for k, v in (("target", target), ("split", split), ("group", group), ("time", time))}
    label = chosen["target"] or collection.label or label_among(columns)
    return with_texts(collection.with_(
        label=label, split=chosen["split"] or collection.split or _split(collection, label), group=chosen["group"] or collection.group,
        time=chosen["time"] or collection.time, seed=seed, deadline=deadline, kept=collection.kept,
    ))  # fmt: skip


def _several(sources: tuple[str, ...], tables: Tables) -> Collection:
    paths = [Path(s).expanduser() for s in sources]
    for name, path in zip(sources, paths, strict=True):
        if not path.exists():
            raise _not_found(name, path)
        if not path.is_file():
            raise UsageError(f"{name} is no file", expected="several files of one form, or one source", mend="audit it by itself")
    return _files(paths, " ".join(sources), tables)


def _opened(source: str, tables: Tables) -> Collection:
    if source.startswith("sqlite:"):
        name, _, asked = source.removeprefix("sqlite:").partition("::")
        return tables.query(Path(name).expanduser(), asked, source)
    path = Path(source).expanduser()
    if not path.exists() and any(sign in source for sign in SIGNS):
        return _pattern(source, path, tables)
    if not path.exists():
        raise _not_found(source, path)
    if not path.is_dir() and not path.is_file():
        raise DataError(f"{source} is neither a file nor a folder (a pipe or a device)", expected=READABLE, mend="write what it gives to a file")
    if path.is_dir():
        return _folder(path, source, tables)
    if path.suffix.lower() in SQLITE:
        return tables.query(path, "", source)
    if path.suffix.lower() == JSON and looks_like_coco(path):
        return read_coco([path], source)
    if path.suffix.lower() in YAML:
        return read_yolo_yaml(path, source)
    if path.suffix.lower() in SOUNDS:
        return read_sound_files([path], source)
    if is_lines(path):
        return read_line_files([path], source)
    if form_of(path) in SUFFIXES:
        return with_sounds(with_pictures(tables.read([path], source), path), path)
    if is_array(path):
        return read_arrays([path], source)
    raise DataError(f"{source} is of a kind that is not read (`{path.suffix or 'no suffix'}`)", expected=READABLE, mend=hint_for(path))


def _pattern(source: str, path: Path, tables: Tables) -> Collection:
    parts = path.parts
    first = next(i for i, part in enumerate(parts) if any(sign in part for sign in SIGNS))
    base = Path(*parts[:first]) if first else Path()
    files = sorted(p for p in base.glob(str(Path(*parts[first:]))) if p.is_file())
    if not files:
        raise UsageError(f"no file matches `{source}`", expected=READABLE, mend=f"look into {base}")
    return _files(files, source, tables)


def _files(files: list[Path], source: str, tables: Tables) -> Collection:
    """Several files of one form as one."""
    for fits, read in ((lambda p: p.suffix.lower() in SOUNDS, read_sound_files), (lambda p: p.suffix.lower() == JSON and looks_like_coco(p), read_coco), (is_lines, read_line_files)):
        if all(fits(p) for p in files):
            return read(files, source)
    found = [p for p in files if form_of(p) in SUFFIXES]
    if not found:
        raise UsageError(f"`{source}`: no file of a form that can be read together", expected=READABLE, mend="name tables, sounds or files of lines")
    return tables.read(found, source)


def _folder(path: Path, source: str, tables: Tables) -> Collection:
    """Media first; a folder of nothing but tables is one table in several files."""
    if (found := read_marks(path, source)) is not None:
        return found
    if (sounds := sounds_of_folder(path, source)) is not None:
        return sounds
    if (pictures := read_picture_folder(path, source) or read_array_folder(path, source)) is not None:
        return pictures
    files = sorted(p for p in path.iterdir() if p.is_file() and form_of(p) in IN_FOLDERS)
    if files:
        return tables.read(files, source)
    if (texts := read_text_folder(path, source)) is not None:
        return texts
    raise DataError(f"{source} is a folder in which nothing is found that can be read", expected=READABLE, mend="name the folder that holds the files")


def _split(collection: Collection, label: str) -> str:
    """A field that says train, val or test in every row."""
    for name in collection.frame.columns:
        if name != label and name.strip().casefold() in SPLIT_NAMES:
            values = set(collection.frame[name].drop_nulls().unique().to_list())
            if len(values) > 1 and all(str(v).casefold() in PARTS for v in values):
                return str(name)
    return ""


def _not_found(source: str, path: Path) -> UsageError:
    parent = path.parent
    near = sorted(p.name for p in parent.iterdir() if not p.name.startswith("."))[:500] if parent.is_dir() else []
    mend = f"in {parent}: {did_you_mean(path.name, near)}" if near else f"there is nothing in {parent}"
    return UsageError(f"no file or folder `{source}`", expected=READABLE, mend=mend)
