"""A folder of sound files as a collection: class and part by folder, fields from the pattern of the names, and what each sound measures."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from nohero.data.image_decode import SUFFIXES as PICTURES
from nohero.data.raw import Unusable
from nohero.run.errors import DataError
from nohero.sources.collection import SOUND, Collection
from nohero.sources.sound_file import PIP, SUFFIXES, Damaged, Sound, read_sound
from nohero.sources.table import PART, PARTS
from nohero.sources.walking import walk

if TYPE_CHECKING:
    from collections.abc import Sequence

CLASS = "class"
WINDOW = 0.02  # seconds of one window of the level
QUIET = 1e-3  # of full scale (-60 dB): a window below it is silence
FLAT_RUN, FLAT_RUNS, FLAT_LEVEL = 3, 3, 0.25  # samples that stand still at the peak, how often, and the peak from which that is clipping
MOST_FIELDS = 6  # of a name
SHOWN = 4  # values of a field named in a note


def read_sound_folder(root: Path, source: str) -> Collection | None:
    """All sounds below `root`; None where there are none."""
    walked = walk(root)
    names = [n for n in walked.names if Path(n).suffix.lower() in SUFFIXES]
    if not names:
        return None
    return read_sounds(root, names, source, walked.unusable, _aside([n for n in walked.names if Path(n).suffix.lower() not in SUFFIXES]))


def _aside(names: Sequence[str]) -> tuple[str, ...]:
    """What is left aside, and loudly where it is pictures."""
    if not names:
        return ()
    pictures = sum(n.lower().endswith(PICTURES) for n in names)
    said = f"{len(names):,} files that are no sounds passed over"
    return (f"{said}, {pictures:,} of them pictures: sounds and pictures lie side by side, name their folder to audit the pictures" if pictures else said,)


def read_sound_files(paths: Sequence[Path], source: str) -> Collection:
    """The sounds of a pattern or of one name."""
    root = Path(*_shared([p.resolve().parent.parts for p in paths]))
    return read_sounds(root, [p.resolve().relative_to(root).as_posix() for p in paths], source, (), ())


def measures(sound: Sound) -> dict[str, float | int]:
    """Length, form and level of one sound; levels are shares of full scale."""
    wave_TC = sound.samples
    mono = wave_TC.mean(axis=1) if wave_TC.shape[1] > 1 else wave_TC[:, 0]
    size = max(1, round(WINDOW * sound.rate))
    whole = len(mono) // size * size
    windows = mono[:whole].reshape(-1, size) if whole else mono[None, :]
    levels = np.sqrt(np.mean(np.square(windows, dtype=np.float64), axis=1))
    return {
        "duration": round(len(mono) / sound.rate, 6), "sample_rate": sound.rate, "channels": int(wave_TC.shape[1]), "bits": sound.bits,
        "peak": float(np.abs(wave_TC).max()), "rms": float(np.sqrt(np.mean(np.square(wave_TC, dtype=np.float64)))),
        "offset": float(mono.mean(dtype=np.float64)), "silence": float((levels < QUIET).mean()), "clipping": clipped_share(wave_TC),
    }  # fmt: skip


def clipped_share(wave_TC: Any) -> float:
    """Share of the samples that stand still at the highest or the lowest value, in runs of three and more."""
    most = 0.0
    for channel in wave_TC.T:
        top, bottom = channel.max(), channel.min()
        count = sum(_in_runs(channel == edge) for edge in {top, bottom} if abs(edge) >= FLAT_LEVEL)
        most = max(most, count / len(channel))
    return most


def _in_runs(marked: Any) -> int:
    """How many marked samples stand in runs of at least FLAT_RUN; one run is a chance of coarse steps."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], marked.astype(np.int8), [0]])))
    lengths = edges[1::2] - edges[0::2]
    runs = lengths[lengths >= FLAT_RUN]
    return int(runs.sum()) if len(runs) >= FLAT_RUNS or runs.sum() > FLAT_RUNS * FLAT_RUN else 0


def read_sounds(root: Path, names: Sequence[str], source: str, unusable: tuple[Unusable, ...], notes: tuple[str, ...]) -> Collection:
    """These sounds below `root`, with what is noted already."""
    rows: list[dict[str, Any]] = []
    kept: list[str] = []
    lost = list(unusable)
    digest = hashlib.sha256()
    for name in names:
        try:
            sound = read_sound(root / name)
        except Damaged as fault:
            lost.append(Unusable(where=name, reason=str(fault.args[0])))
            continue
        digest.update(name.encode() + hashlib.sha256(sound.samples.tobytes()).digest())
        rows.append(measures(sound))
        kept.append(name)
    if not rows:
        reason = Counter(u.reason for u in lost).most_common(1)[0][0]
        raise DataError(f"none of the {len(names):,} sounds of {source} can be read: {reason}", expected="wav, flac, ogg or mp3", mend=f"look into the files, or {PIP}")
    frame = pl.DataFrame(rows)
    parts, classes = zip(*(_place(Path(n).parts[:-1]) for n in kept), strict=True)
    for field, values in ((CLASS, classes), (PART, parts)):
        if len(set(values)) > 1:
            frame = frame.with_columns(pl.Series(field, [v or None for v in values], dtype=pl.String))
    fields = name_fields([Path(n).stem for n in kept])
    frame = frame.with_columns(*fields)
    label = CLASS if CLASS in frame.columns else ""
    return Collection(
        name=root.resolve().name, source=source, kind=SOUND, frame=frame, items=tuple(kept), root=root, files=tuple(kept), label=label,
        split=PART if PART in frame.columns and all(parts) else "", unusable=tuple(lost),
        notes=(f"{len(kept):,} sounds read", *notes, *_told(fields, label)), sha256=digest.hexdigest(),
    )  # fmt: skip


def name_fields(stems: Sequence[str]) -> list[pl.Series]:
    """What the names are made of, where all are cut by `_`, `-`, `.` or blanks into as many pieces: name_0, name_1, and so on."""
    cut = [re.split(r"[_\-. ]+", stem) for stem in stems]
    widths = {len(pieces) for pieces in cut}
    if len(widths) != 1 or not 2 <= (width := widths.pop()) <= MOST_FIELDS:
        return []
    fields = [pl.Series(f"name_{i}", [pieces[i] for pieces in cut], dtype=pl.String) for i in range(width)]
    return [f for f in fields if 1 < f.n_unique() < len(f)]


def _told(fields: Sequence[pl.Series], label: str) -> tuple[str, ...]:
    if not fields:
        return ()
    said = [f"{f.name} ({f.n_unique()} values: {', '.join(f.unique().sort().head(SHOWN).to_list())} …)" for f in fields]
    how = "--group names the speaker or the device" if label else "--target names the label, --group the speaker or the device"
    return (f"all names share one pattern, which gives the fields {', '.join(said)}; {how}",)


def _place(folders: Sequence[str]) -> tuple[str, str]:
    parts = [PARTS[f.lower()] for f in folders if f.lower() in PARTS]
    return (parts[0] if parts else ""), "/".join(f for f in folders if f.lower() not in PARTS)


def _shared(paths: Sequence[Sequence[str]]) -> list[str]:
    """The folders that all paths begin with."""
    first = []
    for level in zip(*paths, strict=False):
        if len(set(level)) > 1:
            break
        first.append(level[0])
    return first
