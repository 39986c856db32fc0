"""What a source looked like in training, kept with the model, so that data to predict is read in the same way."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.data.raw import Raw, Unusable
from nohero.run.errors import DataError, UsageError, did_you_mean

if TYPE_CHECKING:
    import polars as pl

    from nohero.data.table_file import Table


@dataclass(frozen=True, kw_only=True)
class Schema:
    """The source's own form."""

    modality: str  # "table" or "image"
    target_name: str
    columns: tuple[str, ...] = ()  # of the file, in order, target included (table)
    forms: tuple[tuple[str, str], ...] = ()  # (feature, how its cells are written); '' in parquet
    header: bool = True
    group_name: str = ""
    height: int = 0  # pixels (image)
    width: int = 0
    channels: int = 0


def schema_of(raw: Raw) -> Schema:
    """The form of data that a model is trained on."""
    if raw.modality == "image":
        _, height, width, channels = raw.images.shape
        return Schema(modality="image", target_name=raw.target_name, height=height, width=width, channels=channels)
    return Schema(
        modality="table",
        target_name=raw.target_name,
        columns=raw.columns,
        forms=raw.forms,
        header=raw.header,
        group_name=raw.group_name,
    )


def read_like(source: str, schema: Schema) -> Raw:
    """Data to predict: features as in training; the target is read where it stands complete, and is None otherwise."""
    path = Path(source).expanduser()
    if not path.exists():
        near = sorted(p.name for p in path.parent.iterdir())[:500] if path.parent.is_dir() else []
        raise UsageError(
            f"no file or folder `{source}`",
            expected="data in the form that training had",
            mend=did_you_mean(path.name, near) if near else "check the path",
        )
    return _read_pictures(path, source, schema) if schema.modality == "image" else _read_rows(path, source, schema)


def _read_rows(path: Path, source: str, schema: Schema) -> Raw:
    from nohero.data.table_file import load_table, row_names

    if path.is_dir():
        raise DataError(f"{source} is a folder", expected="a csv, tsv or parquet file, as in training", mend="name a file")
    table = load_table(path, source, known=schema.columns, header=schema.header)
    table = _named(table, source, schema)
    items = row_names(table.rows)
    aside = [name for name in (schema.target_name, schema.group_name) if name in table.frame.columns]
    forms = dict(schema.forms)
    faults: dict[int, str] = {}
    features = table.frame.drop(aside)
    features = features.with_columns([_strict(series, forms.get(series.name, ""), faults) for series in features])
    raw = Raw(
        name=path.stem,
        source=source,
        modality="table",
        frame=features,
        target=_target(table, source, schema),
        target_name=schema.target_name,
        items=items,
        unusable=(*table.unusable, *(Unusable(where=str(items[i]), reason=faults[i]) for i in sorted(faults))),
        notes=table.notes,
        sha256=table.sha256,
        columns=tuple(table.frame.columns),
        forms=schema.forms,
        header=table.header,
        group_name=schema.group_name,
    )
    return raw.take(np.setdiff1d(np.arange(len(raw)), np.fromiter(faults, dtype=np.int64))) if faults else raw


def _named(table: Table, source: str, schema: Schema) -> Table:
    """A file without header has the columns of training, with or without the target."""
    if table.header:
        return table
    without = tuple(name for name in schema.columns if name != schema.target_name)
    for names in (schema.columns, without):
        if len(names) == table.frame.width:
            return replace(table, frame=table.frame.rename(dict(zip(table.frame.columns, names, strict=True))))
    raise DataError(
        f"{source} has {table.frame.width} columns",
        expected=f"{len(without)} columns as in training, or {len(schema.columns)} with the target",
        mend="bring the columns of training in their order; the file has no line that names them",
    )


def _strict(series: pl.Series, form: str, faults: dict[int, str]) -> pl.Series:
    """Cells in the form of training; a row with one that does not fit is added to `faults`, as no answer could rest on it."""
    import polars as pl

    from nohero.data.table_types import misfits, retype

    if series.dtype != pl.String or not form:
        return series
    fitted = retype(series, form)
    kind = form.split(" ", maxsplit=1)[0].rstrip(",")
    for place in misfits(series, fitted, form):
        faults.setdefault(int(place), f"column `{series.name}`: `{series[int(place)]}` is not a {kind}, as in training")
    return fitted


def _target(table: Table, source: str, schema: Schema) -> np.ndarray[Any, Any] | None:
    from nohero.data.table_target import split_off_target

    if schema.target_name not in table.frame.columns or table.frame[schema.target_name].null_count():
        return None
    values, faults = split_off_target(table.frame[schema.target_name], table.rows, source, None)
    return None if faults else values


def _read_pictures(path: Path, source: str, schema: Schema) -> Raw:
    """All pictures of a folder, however deep, or a single one, in the size and mode of training."""
    from nohero.data.image_decode import SUFFIXES, decode, scan
    from nohero.data.picture_files import list_pictures

    listed: tuple[Unusable, ...] = ()
    notes: tuple[str, ...] = ()
    if path.is_dir():
        listing = list_pictures(path)
        names, listed, notes = listing.names, listing.unusable, listing.notes
        files = [path / name for name in names]
    else:
        names, files = (path.name,), [path]
    headers = scan(files)
    sound = [i for i, header in enumerate(headers) if not header.fault]
    pixels, faults = decode([headers[i] for i in sound], schema.height, schema.width, schema.channels)
    reasons = {i: headers[i].fault for i in range(len(files)) if headers[i].fault}
    reasons.update({i: fault for i, fault in zip(sound, faults, strict=True) if fault})
    kept = [i for i in range(len(files)) if i not in reasons]
    if not kept:
        first = f": {names[min(reasons)]} is {reasons[min(reasons)]}" if reasons else ""
        raise DataError(
            f"{source} has no picture that can be read{first}",
            expected=f"a picture, or a folder of pictures ({', '.join(SUFFIXES)})",
            mend="check the path, or open the file in a viewer",
        )
    digest = hashlib.sha256()
    for name, header in zip(names, headers, strict=True):
        digest.update(name.encode() + b"\0" + header.digest)
    return Raw(
        name=path.stem,
        source=source,
        modality="image",
        images=pixels[np.array([not fault for fault in faults])],
        target_name=schema.target_name,
        items=np.array([names[i] for i in kept]),
        unusable=(*listed, *(Unusable(where=names[i], reason=reasons[i]) for i in sorted(reasons))),
        notes=notes,
        sha256=digest.hexdigest(),
    )
