"""One door to all data: a source's name decides who reads it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nohero.data.builtin import BUILTIN, PREFIX, read_builtin
from nohero.data.frame_file import FRAMES
from nohero.data.packed import form_of
from nohero.run.errors import DataError, UsageError, did_you_mean

if TYPE_CHECKING:
    from nohero.data.raw import Raw

TEXTS = (".csv", ".tsv", ".txt", ".tab", ".data", ".dat")
TABLES = (*TEXTS, *FRAMES)
READABLE = "csv, tsv, parquet, feather, json, jsonl or xlsx (packed with gzip or not), a folder of class folders of pictures, or built-in:" + "|".join(BUILTIN)


def read(
    source: str,
    *,
    target: str | None = None,
    group: str | None = None,
    time: str | None = None,
    task: str | None = None,
    image_size: int | None = None,
) -> Raw:
    """Everything `source` holds; `target`, `group` and `time` are names or places of columns."""
    if source.startswith(PREFIX):
        _only_for_tables(source, target=target, group=group, time=time)
        return read_builtin(source)
    path = Path(source).expanduser()
    if not path.exists():
        raise _not_found(source, path)
    if path.is_dir():
        from nohero.data.image_folder import read_image_folder

        _only_for_tables(source, target=target, group=group, time=time)
        return read_image_folder(path, source, image_size=image_size)
    if not path.is_file():
        raise DataError(f"{source} is neither a file nor a folder", expected=READABLE, mend="give another source")
    if form_of(path) not in TABLES:
        raise DataError(
            f"{source} is of a kind that is not read (`{path.suffix or 'no suffix'}`)",
            expected=READABLE,
            mend="write the data as csv or parquet, or describe it in a Python project file",
        )
    from nohero.data.table_file import read_table_file

    return read_table_file(path, source, target=target, group=group, time=time, task=task)


def _only_for_tables(source: str, **flags: str | None) -> None:
    for flag, value in flags.items():
        if value is not None:
            raise UsageError(
                f"--{flag} {value} does not fit {source}",
                expected=f"--{flag} only for a table file, whose columns are named",
                mend=f"leave out --{flag}",
            )


def _not_found(source: str, path: Path) -> UsageError:
    if source.lower().replace("_", "-").startswith(("built-in", "builtin")) or source in BUILTIN:
        name = source.rpartition(":")[2]
        return UsageError(
            f"no file or folder `{source}`",
            expected=READABLE,
            mend=f"did you mean `{PREFIX}{name}`?" if name in BUILTIN else did_you_mean(name, BUILTIN),
        )
    parent = path.parent
    near = sorted(p.name for p in parent.iterdir() if not p.name.startswith("."))[:500] if parent.is_dir() else []
    mend = f"in {parent}: {did_you_mean(path.name, near)}" if near else f"there is nothing in {parent}"
    return UsageError(f"no file or folder `{source}`", expected=READABLE, mend=mend)
