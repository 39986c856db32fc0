"""Texts as collections: the lines of one or several files, or a folder of files that are a text each."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from nohero.data.frame_file import FRAMES
from nohero.data.raw import Unusable
from nohero.data.table_text import MAGIC
from nohero.run.errors import DataError
from nohero.sources.collection import TEXT, Collection
from nohero.sources.table import PART, PARTS, part_of
from nohero.sources.text_decoding import MIXED, UTF8, decode, is_binary
from nohero.sources.text_lines import Lines, is_table, parse_lines, split_lines
from nohero.sources.walking import walk

if TYPE_CHECKING:
    from collections.abc import Sequence

SUFFIXES = (".txt", ".text")
OTHERS = (  # suffixes of files that other readers open, or nobody
    ".csv", ".tsv", ".tab", ".data", ".dat", *FRAMES, ".xml", ".yaml", ".yml", ".toml", ".db", ".sqlite", ".sqlite3",
    ".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".svg", ".wav", ".flac", ".ogg", ".oga", ".mp3", ".m4a", ".mp4", ".npy", ".npz", ".pt", ".pkl",
    ".pickle", ".pth", ".joblib", ".safetensors", ".onnx", ".h5", ".hdf5", ".mat", ".zip", ".gz", ".bz2", ".xz", ".tar", ".pdf", ".docx", ".py", ".ipynb", ".md", ".rst", ".html", ".arff",
)  # fmt: skip
MOST_LINE_FILES, LEAST_LINES = 50, 20  # so few files of so many lines are files of lines, not a text each
LARGEST = 500_000_000  # bytes of one file
HEAD = 1 << 16  # bytes that tell a file of lines
CLASS, FILE, TEXTS, ENCODING = "class", "file", "text", "encoding"


@dataclass(frozen=True, kw_only=True)
class Text:
    """One item before it is a row."""

    item: str
    text: str
    label: str = ""
    part: str = ""
    file: str = ""
    encoding: str = ""


def is_lines(path: Path) -> bool:
    """Whether a file holds texts, one a line, and is no table and no binary file."""
    if path.suffix.lower() in OTHERS:
        return False
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError:
        return False
    if not head.strip() or is_binary(head) or any(head.startswith(magic) for magic, *_ in MAGIC):
        return False
    lines = split_lines(decode(head)[0])
    return not is_table(lines[:-1] if len(lines) > 2 and len(head) == HEAD else lines)


def read_line_files(paths: Sequence[Path], source: str, names: Sequence[str] = (), unusable: tuple[Unusable, ...] = ()) -> Collection:
    """One text a line; of several files, names or suffixes tell the class or the part."""
    texts: list[Text] = []
    notes: list[str] = []
    lost = list(unusable)
    shown = [*names] or [path.name for path in paths]
    read = [_content(path) for path in paths]
    lost += [Unusable(where=name, reason=str(content)) for name, content in zip(shown, read, strict=True) if not isinstance(content, bytes)]
    kept = [(name, *decode(content)) for name, content in zip(shown, read, strict=True) if isinstance(content, bytes)]
    files = [(name, parse_lines(text), encoding) for name, text, encoding in kept]
    classes, parts = _told_by_names([name for name, *_ in files], files)
    for (name, lines, encoding), label, part in zip(files, classes, parts, strict=True):
        before = f"{name} " if len(paths) > 1 else ""
        texts += [
            Text(item=f"{before}line {i.number}", text=i.text, label=i.label or label, part=part, file=name, encoding=encoding) for i in lines.items
        ]
        lost += [Unusable(where=f"{before}line {number}", reason=reason) for number, reason in lines.odd]
        notes += [f"{before}{note}".strip() for note in lines.notes]
    notes.insert(0, f"one text a line in {len(paths)} {'file' if len(paths) == 1 else 'files'}")
    digest = hashlib.sha256(b"".join(hashlib.sha256(content).digest() for content in read if isinstance(content, bytes))).hexdigest()
    name = paths[0].stem if len(paths) == 1 else paths[0].resolve().parent.name
    return made(texts, name, source, notes=notes, unusable=lost, sha256=digest)


def read_text_folder(root: Path, source: str) -> Collection | None:
    """The texts below a folder: files of lines, or a text each by class folder and part; None where there are none."""
    walked = walk(root)
    names = [n for n in walked.names if Path(n).suffix.lower() in SUFFIXES]
    others = [n for n in walked.names if Path(n).suffix.lower() not in (*SUFFIXES, *OTHERS)]
    if len(others) > len(names) and (readable := [n for n in others if _plain(root / n)]):
        names = readable
    if not names:
        return None
    aside = len(walked.names) - len(names)
    notes = [f"{aside:,} files that are no texts passed over"] if aside else []
    if _hold_lines(root, names):
        collection = read_line_files([root / n for n in names], source, names, walked.unusable)
        return collection.with_(name=root.resolve().name, notes=(*collection.notes, *notes))
    texts, lost, digest = [], list(walked.unusable), hashlib.sha256()
    for name in names:
        content = _content(root / name)
        if isinstance(content, str) or (other := _no_text(content)):
            lost.append(Unusable(where=name, reason=content if isinstance(content, str) else other))
            continue
        digest.update(hashlib.sha256(content).digest())
        text, encoding = decode(content)
        part, label = _place(Path(name).parts[:-1])
        texts.append(Text(item=name, text=text, label=label, part=part, encoding=encoding))
    notes.insert(0, f"{len(names):,} files, a text each")
    return made(texts, root.resolve().name, source, notes=notes, unusable=lost, sha256=digest.hexdigest())


def made(texts: Sequence[Text], name: str, source: str, *, notes: Sequence[str] = (), unusable: Sequence[Unusable] = (), sha256: str = "") -> Collection:
    """A collection of texts with their lengths, and with class, part, file and encoding where these differ, or one file mixes two."""
    if not texts:
        raise DataError(f"{source} holds no text", expected="lines or files with text in them", mend="check the path, or how the files were written")
    column = pl.Series(TEXTS, [t.text for t in texts], dtype=pl.String)
    frame = pl.DataFrame([column]).with_columns(
        pl.col(TEXTS).str.len_chars().cast(pl.Int64).alias("characters"), pl.col(TEXTS).str.count_matches(r"\S+").cast(pl.Int64).alias("words")
    )
    for field, values in ((CLASS, [t.label for t in texts]), (PART, [t.part for t in texts]), (FILE, [t.file for t in texts]), (ENCODING, [t.encoding for t in texts])):
        if len(set(values)) > 1 or MIXED in values or (field == ENCODING and set(values) - {UTF8, ""}):
            frame = frame.with_columns(pl.Series(field, [v or None for v in values], dtype=pl.String))
    if FILE in frame.columns and (CLASS in frame.columns or PART in frame.columns):
        frame = frame.drop(FILE)  # the items' names say it
    encodings = Counter(t.encoding for t in texts if t.encoding)
    told = ", ".join(f"{encoding} ({count:,})" for encoding, count in encodings.most_common())
    said = (f"encoding: {told}",) if encodings and set(encodings) != {UTF8} else ()
    return Collection(
        name=name, source=source, kind=TEXT, frame=frame, items=tuple(t.item for t in texts), texts=column,
        label=CLASS if CLASS in frame.columns else "", split=PART if PART in frame.columns and frame[PART].null_count() == 0 else "",
        unusable=tuple(unusable), notes=(*dict.fromkeys(notes), *said), sha256=sha256,
    )  # fmt: skip


def _content(path: Path) -> bytes | str:
    """The bytes of a file, or why there are none."""
    try:
        if path.stat().st_size > LARGEST:
            return f"larger than {LARGEST // 1_000_000} MB"
        return path.read_bytes()
    except OSError as error:
        return f"cannot be read: {error.strerror}"


def _no_text(content: bytes) -> str:
    """What the bytes are instead, or "" where they are a text."""
    what = next((what for magic, what, _ in MAGIC if content.startswith(magic)), "binary" if is_binary(content) else "")
    return f"{what.split(',')[0]}, not text" if what else ""


def _plain(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError:
        return True  # named as unreadable later
    return not is_binary(head) and not any(head.startswith(magic) for magic, *_ in MAGIC)


def _hold_lines(root: Path, names: Sequence[str]) -> bool:
    """A few files of many lines each, no class folder with several of them."""
    if len(names) > MOST_LINE_FILES:
        return False
    folders = Counter(Path(n).parent for n in names if _place(Path(n).parts[:-1])[1])
    if any(count > 1 for count in folders.values()):
        return False
    contents = [content for n in names if isinstance(content := _content(root / n), bytes)]
    counts = [sum(bool(line.strip()) for line in split_lines(decode(content)[0])) for content in contents if content.strip()]
    return bool(counts) and min(counts) >= LEAST_LINES


def _place(folders: Sequence[str]) -> tuple[str, str]:
    """Part and class of a file by the folders above it."""
    parts = [PARTS[f.lower()] for f in folders if f.lower() in PARTS]
    classes = [f for f in folders if f.lower() not in PARTS]
    return (parts[0] if parts else ""), "/".join(classes)


def _told_by_names(names: Sequence[str], files: Sequence[tuple[str, Lines, str]]) -> tuple[list[str], list[str]]:
    """Each file's class and part, from its name, its suffix and the folders above it."""
    paths = [Path(n) for n in names]
    parts = [_place(p.parts[:-1])[0] or part_of(p.stem) for p in paths]
    if not all(parts) or len(set(parts)) < 2:
        parts = ["" for _ in paths]
    if len(paths) == 1 or any(lines.labelled for _, lines, _ in files):
        return ["" for _ in paths], parts
    stems = {p.stem for p in paths}
    words = [p.suffix.lstrip(".") if len(stems) == 1 else _without_part(p.stem, part) for p, part in zip(paths, parts, strict=True)]
    classes = ["/".join(w for w in (_place(p.parts[:-1])[1], word) if w) for p, word in zip(paths, words, strict=True)]
    return (classes if len(set(classes)) > 1 and all(classes) else ["" for _ in paths]), parts


def _without_part(stem: str, part: str) -> str:
    """`train_pos` in part train is of class `pos`; `train` alone is of none."""
    if not part:
        return stem
    for sign in ("_", "-", "."):
        left = [w for w in stem.split(sign) if w.lower() not in PARTS]
        if len(left) < len(stem.split(sign)):
            return sign.join(left)
    return "" if stem.lower() in PARTS else stem
