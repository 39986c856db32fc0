"""A proposed split as files: the items of each part by name, folds, what decided it, and check sums. Nothing that is there is overwritten."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from nohero.run.errors import RunError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from nohero.sources.collection import Collection
    from nohero.sources.splitting import Proposal

TOLD = "split.json"
SUMS = "SHA256SUMS"


def split_files(collection: Collection, proposal: Proposal, *, seed: int) -> dict[str, bytes]:
    """Name to content: train.txt, val.txt, test.txt, folds.tsv where there are folds, split.json and SHA256SUMS."""
    files = {f"{name}.txt": "".join(f"{_line(collection.items[i])}\n" for i in rows.tolist()).encode() for name, rows in proposal.split.parts().items()}
    if proposal.folds is not None:
        files["folds.tsv"] = "".join(f"{fold}\t{_line(item)}\n" for fold, item in zip(proposal.folds.tolist(), collection.items, strict=True)).encode()
    told = {
        "source": collection.source, "data_sha256": collection.sha256, "split_sha256": proposal.split.sha256, "seed": seed, "method": proposal.split.method,
        "items": {name: len(rows) for name, rows in proposal.split.parts().items()}, "group": collection.group, "time": collection.time, "label": collection.label,
        "points": round(proposal.points, 2), "notes": list(proposal.split.notes),
    }  # fmt: skip
    files[TOLD] = (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode(errors="replace")
    files[SUMS] = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items()).encode()
    return files


def write_split(collection: Collection, proposal: Proposal, folder: Path, *, seed: int) -> dict[str, bytes]:
    """Written aside and renamed; files of another split are left, and refused."""
    files = split_files(collection, proposal, seed=seed)
    try:
        other = [name for name, content in files.items() if (folder / name).exists() and (folder / name).read_bytes() != content]
        if other:
            raise UsageError(f"{folder} holds another {other[0]}", expected="a new folder, or one with this very split", mend="name another folder with --write-split, so that no split is lost")
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            aside = folder / f".{name}.new"
            aside.write_bytes(content)
            aside.replace(folder / name)
    except OSError as error:
        raise RunError(f"{folder} cannot be written: {error.strerror}", expected="a folder that may be written", mend="name another one with --write-split") from error
    return files


def _line(item: str) -> str:
    """One line, whatever stands in a file's name."""
    plain = item.encode("utf-8", errors="backslashreplace").decode()
    return plain.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r") if any(c in plain for c in "\n\r") else plain
