"""What the user says of where the data came from: a small file beside it, and the licence and README files that lie there.

# data-card.toml
source = "https://archive.ics.uci.edu/dataset/2/adult"
licence = "CC BY 4.0"
date = 1996-05-01
collection = "extracted from the 1994 census"
consent = "public census microdata"
personal_data = "none: no name, no address"
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nohero.data.builtin import PREFIX
from nohero.run.errors import DataError, UsageError, did_you_mean

NAMES = ("data-card.toml", "data-card.json")
ASKED = {
    "source": "https://... or who handed it over",
    "licence": "CC BY 4.0, or on what terms it may be used",
    "date": "2026-01-31",
    "collection": "measured, asked, copied from where, and by whom",
    "consent": "given, not needed because ..., or no",
    "personal_data": "none, or which and how it is kept",
}  # what is asked, with how an answer may look
SPELT = {"license": "licence", "personal data": "personal_data", "pii": "personal_data"}
BESIDE = ("licence", "license", "copying", "readme", "datasheet", "citation")  # beginnings of files that say such things
MOST_BESIDE = 8
LARGEST, LONGEST = 1_000_000, 2000  # bytes of the file, letters of one answer


@dataclass(frozen=True, kw_only=True)
class Card:
    """What is stated, by whom, and what lies beside the data; nothing in it is guessed."""

    stated: dict[str, str] = field(default_factory=dict)  # of ASKED
    file: str = ""  # that states it
    sha256: str = ""  # of that file
    wanted: str = ""  # where a card would lie: the place that a finding names
    beside: tuple[str, ...] = ()  # names of licence and README files, which are quoted and not read
    shipped: str = ""  # of a set that comes with a package: where its description stands

    @property
    def missing(self) -> tuple[str, ...]:
        """What nothing is stated of."""
        return () if self.shipped else tuple(name for name in ASKED if not self.stated.get(name))


def find_card(source: str, named: str | None = None) -> Card:
    """The card that is named, or lies beside the source. Raises UsageError and DataError with the line to mend."""
    if source.startswith(PREFIX) and named is None:
        return Card(shipped=f"sklearn.datasets.load_{source.removeprefix(PREFIX)}().DESCR")
    place = Path(source).expanduser()
    folder = place if place.is_dir() else place.parent
    found = [folder / name for name in NAMES if (folder / name).is_file()] if not source.startswith(PREFIX) else []
    path = Path(named).expanduser() if named is not None else found[0] if found else None
    beside = () if source.startswith(PREFIX) else _beside(folder)
    wanted = f"{NAMES[0]} {'in' if place.is_dir() else 'beside'} {place.name}"
    if path is None:
        return Card(wanted=wanted, beside=beside)
    content = _content(path)
    return Card(stated=_stated(content, path), file=path.name, sha256=hashlib.sha256(content).hexdigest(), wanted=path.name, beside=beside)


def _beside(folder: Path) -> tuple[str, ...]:
    """Licence and README files, by name."""
    try:
        names = sorted(p.name for p in folder.iterdir() if p.name.lower().startswith(BESIDE) and p.is_file())
    except OSError:
        return ()
    return tuple(names[:MOST_BESIDE])


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise DataError(f"{path} is larger than {LARGEST // 1_000_000} MB", expected=_form(), mend="check the path")
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", expected=_form(), mend="check the path") from error


def _stated(content: bytes, path: Path) -> dict[str, str]:
    try:
        text = content.decode("utf-8-sig")
        values = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # which both parsers' and the decoder's errors are
        kind = "JSON" if path.suffix.lower() == ".json" else "TOML"
        raise DataError(f"{path.name} is not {kind}: {str(error)[:120]}", expected=_form(), mend='write lines such as licence = "CC BY 4.0"') from error
    if not isinstance(values, dict):
        raise DataError(f"{path.name} holds a {type(values).__name__}", expected=_form(), mend="write one answer a line")
    values = values.get("stated", {}) if "schema" in values else values  # the card that a run has written
    found: dict[str, str] = {}
    for key, value in values.items():
        name = SPELT.get(key.lower(), key.lower())
        if name not in ASKED:
            raise DataError(f"{path.name} states `{key[:60]}`", expected=_form(), mend=did_you_mean(key, ASKED))
        found[name] = _answer(key, value, path)
    return {name: found[name] for name in ASKED if found.get(name)}


def _answer(key: str, value: Any, path: Path) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str | int | float | dt.date | dt.time) or len(str(value)) > LONGEST:
        what = f"of {len(str(value)):,} letters" if isinstance(value, str) else f"a {type(value).__name__}"
        raise DataError(f"`{key}` in {path.name} is {what}", expected=f"a text of at most {LONGEST:,} letters, a date, true or false", mend="say it shortly, and name the document that says more")
    return " ".join(str(value).split())


def _form() -> str:
    return f"a file of {', '.join(ASKED)}, in TOML or JSON"
