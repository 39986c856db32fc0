"""Bytes of a delimited text file to columns of strings: encoding, separator, ragged lines; nothing is lost silently."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from nohero.data.even_text import layout_of, read_strings
from nohero.data.raw import Unusable
from nohero.run.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
MOST_REMARKS = 100  # lines looked at
REMARK = re.compile(r"sep=.$", re.IGNORECASE)  # tells Excel the separator
SNIFFED = 200  # records looked at to choose the separator
MEASURED = 10_000  # records whose cells are counted to find the width of the table
CHUNK = 50_000  # records turned into columns at a time: bounds the memory of Python strings
MAGIC = (
    (b"PK\x03\x04", "a zip archive (or an Excel workbook)", "unpack it, or save the sheet as csv, and name that file"),
    (b"\x1f\x8b", "a gzip archive", "unpack it with gunzip and name the file inside"),
    (b"BZh", "a bzip2 archive", "unpack it with bunzip2 and name the file inside"),
    (b"\xfd7zXZ", "an xz archive", "unpack it with unxz and name the file inside"),
    (b"PAR1", "a parquet file", "rename it so that it ends in .parquet"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "save the sheet as csv and name that file"),
    (b"SQLite format 3", "an SQLite database", "export the table as csv"),
    (b"%PDF", "a PDF", "export the table as csv"),
    (b"\x93NUMPY", "a NumPy array", "write it as csv or parquet, or load it in a Python project file"),
    (b"\x89HDF", "an HDF5 file", "write the table as csv or parquet"),
    (b"\x80\x02", "a pickle, which is never loaded because it can run code", "write the data as csv or parquet"),
    (b"\x80\x03", "a pickle, which is never loaded because it can run code", "write the data as csv or parquet"),
    (b"\x80\x04", "a pickle, which is never loaded because it can run code", "write the data as csv or parquet"),
    (b"\x80\x05", "a pickle, which is never loaded because it can run code", "write the data as csv or parquet"),
)
TWO_ENCODINGS = "the file is of two encodings"  # how the note begins that tells of them
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A text table as strings, whitespace around cells stripped, with the record number of each row."""

    frame: Any  # polars.DataFrame of strings; columns are "0", "1", … in file order
    records: Any  # numpy int64 [N]: number of the record in the file, from 1, first line included
    unusable: tuple[tuple[int, str], ...]  # (record number, reason)
    notes: tuple[str, ...]
    num_records: int  # in all, usable or not


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How a text is cut into cells."""

    separator: str
    quoted: bool  # whether quotation marks pair up
    spaced: bool = False  # cells are laid out with spaces

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth saying of it."""
        found = ["cells are separated by spaces"] if self.spaced else [f"cells are separated by {SEPARATORS[self.separator]}"] if self.separator != "," else []
        return (*found, *(("quotation marks are read as plain characters: they do not pair up",) if not self.quoted else ()))


def parse_text(content: bytes, source: str) -> Grid:
    """All records of `content`; those whose number of cells differs from most are unusable."""
    refuse_binary(content, source)
    text, notes = decode(content)
    text, said = without_remarks(text)
    if not text or text.isspace():
        raise DataError(
            f"{source} is empty ({len(content)} bytes)",
            expected="a header line and at least 20 rows",
            mend="check the path, or how the file was written",
        )
    dialect = dialect_of(text)
    grid = cut(text, dialect)
    return replace(grid, notes=(*notes, *said, *dialect.notes, *grid.notes))


def without_remarks(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without what stands above its table for people and programs: `sep=;`, and lines that begin with #, where they are not cut into cells as the table is."""
    lines = [line.rstrip("\r\n") for line in itertools.islice(io.StringIO(text), MOST_REMARKS)]
    first = next((line for line in lines if not (line.startswith("#") or REMARK.match(line))), "")
    cut = [s for s in SEPARATORS if s in first]
    remarks = list(itertools.takewhile(lambda line: REMARK.match(line) or (line.startswith("#") and cut and all(line.count(s) != first.count(s) for s in cut)), lines))
    start = 0
    for _ in remarks:
        end = text.find("\n", start)
        start = end + 1 if end >= 0 else len(text)
    return text[start:], (f"passed over above the table: {', '.join(f'`{r[:60]}`' for r in remarks[:3])}" + (f" and {len(remarks) - 3} lines more" if len(remarks) > 3 else ""),) if remarks else ()


def cut(text: str, dialect: Dialect, width: int | None = None) -> Grid:
    """The records of `text`; `width` is the number of their cells, where it is known from an earlier part of the file."""
    text = _spaces_as_tabs(text) if dialect.spaced else text
    even = _even_columns(text, dialect.separator, width, quoted=dialect.quoted)
    return even if even is not None else _parse(text, dialect.separator, quoted=dialect.quoted, width=width)


def refuse_binary(content: bytes, source: str) -> None:
    """Say what a file is that is no text, by its first bytes."""
    for magic, what, mend in MAGIC:
        if content.startswith(magic):
            raise DataError(f"{source} is {what}, not text", expected="a csv or tsv file", mend=mend)
    head = content[:65536]
    if b"\0" in head and not head.startswith(UTF16):
        if 4 * head.count(b"\0") >= len(head) and (b"\0" not in head[::2] or b"\0" not in head[1::2]):
            raise DataError(f"{source} is UTF-16 without the mark that says so", expected="text in UTF-8, or UTF-16 with its mark", mend="save it as UTF-8")
        raise DataError(
            f"{source} is binary: byte {head.index(0)} is zero",
            expected="a csv or tsv file, as text",
            mend="write the data as csv or parquet, or load it in a Python project file",
        )


def decode(content: bytes) -> tuple[str, list[str]]:
    """The text, and what was read in another encoding than UTF-8."""
    if content.startswith(UTF16):
        return content.decode("utf-16", errors="replace"), ["text is UTF-16"]
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        bad = f"byte {error.start} is not UTF-8"
    mixed = _line_by_line(content)
    if mixed is not None:
        return mixed
    text, encoding = _single(content)
    return text, [f"text read as {encoding}: {bad}"]


def _line_by_line(content: bytes) -> tuple[str, list[str]] | None:
    """The text of a file of two encodings, and what was read in the second; None where no line beyond ASCII is UTF-8."""
    lines, texts, others, healthy = content.split(b"\n"), [], [], 0
    for number, line in enumerate(lines, start=1):
        try:
            texts.append(line.decode("utf-8-sig" if number == 1 else "utf-8"))
            healthy += not line.isascii()
        except UnicodeDecodeError:
            texts.append(_single(line)[0])
            others.append(number)
    if not healthy:
        return None
    shown = ", ".join(map(str, others[:5])) + (f" and {len(others) - 5:,} more" if len(others) > 5 else "")
    return "\n".join(texts), [f"{TWO_ENCODINGS}: {healthy:,} lines beyond ASCII are UTF-8, {len(others):,} are not and were read as Windows-1252 (lines {shown})"]


def _single(content: bytes) -> tuple[str, str]:
    """One byte a character; five bytes have no meaning in cp1252, latin-1 has all 256."""
    try:
        return content.decode("cp1252"), "Windows-1252 (cp1252)"
    except UnicodeDecodeError:
        return content.decode("latin-1"), "latin-1"


def _records(text: str, separator: str, *, quoted: bool) -> Iterator[list[str]]:
    lines = io.StringIO(text, newline="")
    if quoted:
        return csv.reader(lines, delimiter=separator, skipinitialspace=True)
    return csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE, skipinitialspace=separator != "\t")


def dialect_of(text: str) -> Dialect:
    """The separator that cuts most of the first records into equally many cells, and whether quotation marks pair up."""
    if _is_spaced(text):
        return Dialect(separator="\t", quoted=_quotes_pair_up(_spaces_as_tabs(text), "\t"), spaced=True)
    head = text[: 1 << 20]
    best, best_score = ",", (0.0, False, 0)
    for separator in SEPARATORS:
        widths = Counter(len(r) for r in itertools.islice(_tolerant(head, separator), SNIFFED) if r)
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        share = count / widths.total()
        headed = len(next(_tolerant(head, separator), [])) == width  # decimal commas cut the numbers, and not their names
        score = (0.0 if width == 1 else round(share, 1), headed, width)
        if score > best_score:
            best, best_score = separator, score
    return Dialect(separator=best, quoted=_quotes_pair_up(text, best))


def _is_spaced(text: str) -> bool:
    """Columns laid out with spaces, as old data files have them: no other separator, and as many words in each line."""
    head = [line for line in text[: 1 << 16].splitlines()[:SNIFFED] if line.strip()]
    widths = {len(line.split()) for line in head}
    return len(widths) == 1 and widths != {1} and not any(separator in line for line in head for separator in SEPARATORS)


def _spaces_as_tabs(text: str) -> str:
    return "\n".join("\t".join(line.split()) for line in text.splitlines())


def _tolerant(text: str, separator: str) -> Iterator[list[str]]:
    try:
        yield from _records(text, separator, quoted=True)
    except csv.Error:
        return


def _quotes_pair_up(text: str, separator: str) -> bool:
    """False when reading with quotes swallows lines that reading without them cuts into as many cells."""
    if '"' not in text or layout_of(text.encode(errors="surrogatepass"), separator) is not None:
        return True
    with_quotes: Counter[int] = Counter()
    folded = False
    try:
        for record in _records(text, separator, quoted=True):
            if record:
                with_quotes[len(record)] += 1
                folded = folded or any("\n" in cell for cell in record)
    except csv.Error:  # a cell longer than the csv module allows: an opening mark that is never closed
        return False
    if not folded:
        return True
    without = Counter(len(r) for r in _records(text, separator, quoted=False) if r)
    width, num_with = with_quotes.most_common(1)[0]
    return num_with >= without[width] or (num_with == with_quotes.total() and _closed(text, separator))


def _closed(text: str, separator: str) -> bool:
    """Whether each quotation mark that opens a cell is closed before a separator or the end of a line: cells of several lines are then meant."""
    try:
        for _ in csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True):
            pass
    except csv.Error:
        return False
    return True


def _even_columns(text: str, separator: str, width: int | None, *, quoted: bool) -> Grid | None:
    """The quick way; None for a text that is not even."""
    content = text.rstrip("\r\n").encode("utf-8", errors="surrogatepass")
    layout = layout_of(content, separator, quoted=quoted)
    if layout is None or (width is not None and not width <= layout.width <= width + 1):
        return None
    stripped = read_strings(content, separator, quoted=quoted and '"' in text)
    if stripped.width > 1 and stripped.width != width and bool((stripped.to_series(-1) == "").all()):  # every line ends with a separator
        stripped = stripped.drop(stripped.columns[-1])
    if width is not None and stripped.width != width:
        return None
    return Grid(frame=stripped, records=np.arange(1, stripped.height + 1), unusable=(), notes=(), num_records=stripped.height)


def _parse(text: str, separator: str, *, quoted: bool, width: int | None) -> Grid:
    width = _width(text, separator, quoted=quoted) if width is None else width
    parts: list[pl.DataFrame] = []
    numbers: list[int] = []
    unusable: list[tuple[int, str]] = []
    chunk: list[list[str]] = []
    blank = number = 0
    for record in _records(text, separator, quoted=quoted):
        if not record:
            blank += 1
            continue
        number += 1
        if len(record) == width:
            chunk.append(record)
            numbers.append(number)
            if len(chunk) == CHUNK:
                parts.append(_columns(chunk, width))
                chunk = []
        elif len(record) == width + 1 and not record[-1].strip():  # a separator at the end of the line
            chunk.append(record[:-1])
            numbers.append(number)
        elif any(cell.strip() for cell in record):
            unusable.append((number, f"{len(record)} cell{'s' * (len(record) != 1)} where most rows have {width}"))
        else:
            blank += 1
    parts.append(_columns(chunk, width))
    notes = (f"{blank} blank lines passed over",) if blank else ()
    frame = pl.concat(parts, rechunk=True)
    return Grid(frame=frame, records=np.array(numbers, dtype=np.int64), unusable=tuple(unusable), notes=notes, num_records=number)


def _width(text: str, separator: str, *, quoted: bool) -> int:
    sample = list(itertools.islice((r for r in _records(text, separator, quoted=quoted) if r), MEASURED))
    counts = Counter(len(record) for record in sample)
    top = max(counts.values(), default=0)
    width = max((width for width, count in counts.items() if count == top), default=1)  # of equals, the wider
    closed = width > 1 and not any(record[-1].strip() for record in sample if len(record) == width)
    return width - closed  # where every line ends with a separator, nothing stands behind it


def _columns(chunk: list[list[str]], width: int) -> pl.DataFrame:
    columns = zip(*chunk, strict=True) if chunk else [() for _ in range(width)]
    frame = pl.DataFrame([pl.Series(str(i), column, dtype=pl.String) for i, column in enumerate(columns)])
    return frame.with_columns(pl.all().str.strip_chars()) if width else frame


def to_unusable(faults: tuple[tuple[int, str], ...], first: int) -> tuple[Unusable, ...]:
    """Record numbers as data rows; `first` is the record number of the first data row."""
    return tuple(
        Unusable(where=f"row {number - first + 1}" if number >= first else f"record {number}, above the header", reason=reason)
        for number, reason in faults
    )
