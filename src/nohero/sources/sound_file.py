"""One sound file to samples: plain wav by the standard library, other forms by soundfile where it is installed."""

from __future__ import annotations

import importlib.util
import os
import wave
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nohero.run.errors import NoheroError

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = (".wav", ".flac", ".ogg", ".oga", ".mp3", ".aif", ".aiff")
LARGEST = 500_000_000  # bytes of one file
FULL = {1: 128.0, 2: 32768.0, 3: 8388608.0, 4: 2147483648.0}  # full scale, by bytes a sample
OPEN_END = 2**32 - 64  # bytes that a header claims which was written before the end was known
PIP = 'pip install "nohero[audio]"'
HEADS = ((b"RIFF", "wav"), (b"fLaC", "flac"), (b"OggS", "ogg"), (b"ID3", "mp3"), (b"\xff\xfb", "mp3"), (b"FORM", "aiff"))


class Damaged(NoheroError):  # noqa: N818 (a reason, not an error)
    """A sound that cannot be read to its end."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Sound:
    """Samples [T, C] as float32 of -1 to 1."""

    samples: Any  # numpy [T, C]
    rate: int  # samples a second
    bits: int  # a sample as stored; 0 where the form does not say


def read_sound(path: Path) -> Sound:
    """All of one file, or Damaged with the reason."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        raise _damaged(f"cannot be opened: {error.strerror}") from error
    if size == 0:
        raise _damaged("the file is empty (0 bytes)")
    if size > LARGEST:
        raise _damaged(f"larger than {LARGEST // 1_000_000} MB")
    form = next((form for magic, form in HEADS if head.startswith(magic)), "")
    if path.suffix.lower() == ".wav" and form not in {"wav", ""}:
        raise _damaged(f"named .wav but holds {form}")
    if form == "wav" and (sound := _plain_wav(path)) is not None:
        return sound
    claimed = int.from_bytes(head[4:8], "little") + 8
    if form == "wav" and size < claimed < OPEN_END:
        raise _damaged(f"cut off: {size:,} of {claimed:,} bytes are there")
    return _by_soundfile(path, form)


def _plain_wav(path: Path) -> Sound | None:
    """PCM by the standard library; None where the samples are of another form."""
    try:
        with wave.open(str(path), "rb") as file:
            channels, width, rate, claimed = file.getnchannels(), file.getsampwidth(), file.getframerate(), file.getnframes()
            content = file.readframes(claimed)
    except wave.Error as error:
        if str(error).startswith("unknown format"):
            return None
        raise _damaged(f"no valid wav header: {error}") from error
    except (EOFError, OSError, ValueError, RuntimeError, MemoryError) as error:
        raise _damaged(f"header damaged or cut off ({type(error).__name__})") from error
    if not (rate > 0 and channels > 0 and width in FULL):
        raise _damaged(f"header says {rate} Hz, {channels} channels, {width} bytes a sample")
    frames = len(content) // (channels * width)
    if frames < claimed:
        raise _damaged(f"cut off: {frames:,} of {claimed:,} frames are there")
    if claimed == 0:
        raise _damaged("holds no samples")
    flat = _numbers(content[: frames * channels * width], width)
    return Sound(samples=flat.reshape(frames, channels), rate=rate, bits=8 * width)


def _numbers(content: bytes, width: int) -> Any:
    """float32 of -1 to 1; 8 bits are without a sign."""
    if width == 1:
        return (np.frombuffer(content, dtype=np.uint8).astype(np.float32) - 128) / 128
    if width == 3:
        raw = np.frombuffer(content, dtype=np.uint8).reshape(-1, 3).astype(np.int32)
        whole = (raw[:, 0] | (raw[:, 1] << 8) | (raw[:, 2] << 16)).astype(np.int32)
        return (((whole ^ 0x800000) - 0x800000) / FULL[3]).astype(np.float32)
    return (np.frombuffer(content, dtype=f"<i{width}") / FULL[width]).astype(np.float32)


def _by_soundfile(path: Path, form: str) -> Sound:
    if importlib.util.find_spec("soundfile") is None:
        what = f"{form} that is not plain PCM" if form == "wav" else (form or "an unknown form")
        raise _damaged(f"needs soundfile: {what} ({PIP})")
    import soundfile

    try:
        with soundfile.SoundFile(os.fspath(path)) as file:
            claimed, bits = file.frames, _bits(str(file.subtype))
            samples = file.read(dtype="float32", always_2d=True)
            rate = int(file.samplerate)
    except (RuntimeError, OSError, ValueError, TypeError, MemoryError) as error:
        raise _damaged(f"cannot be decoded: {' '.join(str(error).split())[-90:]}") from error
    if len(samples) == 0:
        raise _damaged("holds no samples")
    if len(samples) < claimed:
        raise _damaged(f"cut off: {len(samples):,} of {claimed:,} frames are there")
    if not np.isfinite(samples).all():
        raise _damaged("holds samples that are not finite")
    return Sound(samples=samples, rate=rate, bits=bits)


def _bits(subtype: str) -> int:
    digits = "".join(c for c in subtype if c.isdigit())
    return int(digits) if subtype.startswith("PCM") and digits else {"FLOAT": 32, "DOUBLE": 64}.get(subtype, 0)


def _damaged(reason: str) -> Damaged:
    return Damaged(reason, expected="a sound that can be read to its end", mend="get the file anew")
