"""Tables that name sound files, and folders in which sounds lie beside something else."""

from __future__ import annotations

import wave
from typing import TYPE_CHECKING

import numpy as np

from nohero.sources.opening import open_source

if TYPE_CHECKING:
    from pathlib import Path


def _sounds(folder: Path, count: int) -> None:
    folder.mkdir(parents=True)
    for i in range(count):
        with wave.open(str(folder / f"{i:03d}.wav"), "wb") as file:
            file.setparams((1, 2, 4000, 0, "NONE", ""))
            file.writeframes((8000 * np.sin(np.arange(800) * (0.1 + 0.01 * i))).astype("<i2").tobytes())


def _table(root: Path, rows: list[str]) -> Path:
    path = root / "labels.csv"
    path.write_text("\n".join(["file,word,speaker,split", *rows]) + "\n", encoding="utf-8")
    return path


def test_a_table_reads_the_sounds_that_it_names(tmp_path: Path) -> None:
    _sounds(tmp_path / "audio", 12)
    rows = [f"audio/{i:03d}.wav,{'yes' if i % 2 else 'no'},ann,{'test' if i > 8 else 'train'}" for i in range(10)]
    rows[3] = rows[3].replace("003", "002")
    collection = open_source(str(_table(tmp_path, [*rows, "audio/099.wav,no,ben,test"])), target="word")
    assert (collection.kind, len(collection), collection.split) == ("sound", 10, "split")
    assert {"word", "speaker", "duration", "peak"} <= set(collection.frame.columns)
    assert [u.reason for u in collection.unusable] == ["no such sound: audio/099.wav"]
    assert collection.files.count("audio/002.wav") == 2
    assert collection.matched.unnamed == ("audio/003.wav", "audio/010.wav", "audio/011.wav")


def test_a_folder_uses_the_one_table_that_names_its_sounds(tmp_path: Path) -> None:
    _sounds(tmp_path / "audio", 6)
    _table(tmp_path, [f"{i:03d}.wav,no,ann,train" for i in range(6)])
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    collection = open_source(str(tmp_path))
    assert "word" in collection.frame.columns
    assert "fields from labels.csv" in collection.notes


def test_a_table_of_no_files_stays_a_table(tmp_path: Path) -> None:
    _sounds(tmp_path / "audio", 3)
    path = tmp_path / "other.csv"
    path.write_text("song,year\nnone.wav,1990\nother.wav,1991\n", encoding="utf-8")
    assert open_source(str(path)).kind == "row"


def test_pictures_beside_sounds_are_told(tmp_path: Path) -> None:
    _sounds(tmp_path / "audio", 3)
    (tmp_path / "cover.png").write_bytes(b"")
    assert any("1 of them pictures" in note for note in open_source(str(tmp_path)).notes)
