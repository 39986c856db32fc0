"""Damaged files are named, copies are found in real recordings."""

import io
import wave

import numpy as np
import polars as pl
import pytest

from nohero.checks.audit.planted_sounds import RATE, of_files
from nohero.checks.check import audit_checks
from nohero.checkup import examine_collection
from nohero.evidence.audit import recording_labels, sound_copies, sound_features, sound_levels
from nohero.run.errors import DataError
from nohero.run.finding import Status
from nohero.sources.opening import open_source
from nohero.sources.sound_file import Damaged, read_sound
from nohero.sources.sound_folder import clipped_share, name_fields
from nohero.testing.collections import collections
from nohero.testing.collections.tones import sounds

CHECKS = {c.code: c for c in audit_checks() if ".sounds." in c.judge.__module__}


def written(path, samples, *, rate=8000, width=2):
    with wave.open(str(path), "wb") as file:
        file.setparams((samples.shape[1] if samples.ndim == 2 else 1, width, rate, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return path


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_plain_wavs_of_every_width_are_read_alike(width, tmp_path):
    wanted = np.sin(np.arange(4000) / 7) * 0.5
    if width == 1:
        raw = np.round(wanted * 127 + 128).astype(np.uint8)
    elif width == 3:
        raw = np.frombuffer(b"".join(int(v * 8388607).to_bytes(3, "little", signed=True) for v in wanted), dtype=np.uint8)
    else:
        raw = np.round(wanted * (2 ** (8 * width - 1) - 1)).astype(f"<i{width}")
    sound = read_sound(written(tmp_path / "a.wav", raw, width=width))
    assert sound.samples.shape == (4000, 1)
    assert (sound.rate, sound.bits) == (8000, 8 * width)
    assert np.abs(sound.samples[:, 0] - wanted).max() < 0.01


def whole_wav():
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes((np.sin(np.arange(4000) / 7) * 9000).astype("<i2").tobytes())
    return buffer.getvalue()


DAMAGED = {
    "empty": b"", "cut off": whole_wav()[:3000], "header alone": whole_wav()[:44], "half a header": whole_wav()[:20], "text": b"this is no sound at all" * 9,
    "zeros": bytes(500), "no samples": whole_wav()[:40] + bytes(4), "no rate": whole_wav()[:24] + bytes(4) + whole_wav()[28:],
    "no channels": whole_wav()[:22] + bytes(2) + whole_wav()[24:], "flac by name wav": b"fLaC" + bytes(200),
}  # fmt: skip


@pytest.mark.parametrize("what", sorted(DAMAGED))
def test_damaged_files_are_named_with_a_reason(what, tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(DAMAGED[what])
    with pytest.raises(Damaged) as fault:
        read_sound(path)
    assert 5 < len(fault.value.what) < 150


def test_a_folder_with_damaged_files_is_opened_and_they_are_a_finding(tmp_path):
    for i, (name, samples) in enumerate(sounds().items()):
        if i < 30:
            written(tmp_path / name, samples, rate=RATE)
    for i, content in enumerate(DAMAGED.values()):
        (tmp_path / f"low_ann_{90 + i}.wav").write_bytes(content)
    (tmp_path / "outside.wav").symlink_to("/etc/hostname")
    collection = open_source(str(tmp_path))
    assert len(collection) == 30
    assert len(collection.unusable) == len(DAMAGED) + 1
    checked = examine_collection(collection, checks=[c for c in audit_checks() if c.code == "DAT500"])
    assert checked.findings[0].status == Status.FAIL
    assert len(checked.findings[0].items) == len(DAMAGED) + 1


def test_nothing_but_damage_is_an_error_in_three_parts(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    with pytest.raises(DataError, match="none of the 1 sounds"):
        open_source(str(tmp_path))


def test_without_soundfile_other_forms_are_named(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    (tmp_path / "a.flac").write_bytes(b"fLaC" + bytes(100))
    with pytest.raises(Damaged, match="needs soundfile"):
        read_sound(tmp_path / "a.flac")


@pytest.mark.parametrize("suffix", ["flac", "ogg", "mp3", "wav"])
def test_other_containers_are_read_by_soundfile(suffix, tmp_path):
    soundfile = pytest.importorskip("soundfile")
    samples = (np.sin(np.arange(16_000) / 7) * 0.4).astype(np.float32)
    path = tmp_path / f"a.{suffix}"
    soundfile.write(path, samples, 16_000, **({"subtype": "FLOAT"} if suffix == "wav" else {}))
    sound = read_sound(path)
    assert sound.rate == 16_000
    assert abs(len(sound.samples) - 16_000) < 3000
    if suffix in {"flac", "wav"}:
        assert np.abs(sound.samples[:, 0] - samples).max() < 1e-4
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        with pytest.raises(Damaged):
            read_sound(path)


def test_one_recording_in_two_containers_is_a_copy(tmp_path):
    soundfile = pytest.importorskip("soundfile")
    for name, samples in list(sounds().items())[:20]:
        written(tmp_path / name, samples, rate=RATE)
    name, samples = next(iter(sounds().items()))
    soundfile.write(tmp_path / "high_ann_77.flac", samples, RATE, subtype="PCM_16")
    found = sound_copies.measure(open_source(str(tmp_path)))
    assert [{p.item, p.earlier} for p in found.exact] == [{name, "high_ann_77.flac"}]


def test_names_of_one_pattern_become_fields():
    fields = name_fields(["0_ann_1", "1_ann_2", "0_ben_3", "1_ben_3"])
    assert [(f.name, f.to_list()) for f in fields] == [("name_0", ["0", "1", "0", "1"]), ("name_1", ["ann", "ann", "ben", "ben"]), ("name_2", ["1", "2", "3", "3"])]
    assert name_fields(["a_b", "c"]) == []
    assert name_fields(["alone", "other"]) == []


def test_clipping_is_counted_in_runs():
    wave_T1 = np.sin(np.arange(1000) / 20)[:, None].astype(np.float32)
    assert clipped_share(wave_T1) == 0.0
    cut = np.clip(wave_T1, -0.8, 0.8)
    share = float((np.abs(cut) == np.float32(0.8)).mean())
    assert clipped_share(cut) == pytest.approx(share / 2, abs=0.05) or clipped_share(cut) == pytest.approx(share, abs=0.01)
    assert clipped_share(cut * np.float32(0.1)) == 0.0


def test_the_correlation_is_that_of_the_plain_sum():
    generator = np.random.default_rng(0)
    a, b = generator.normal(size=300).astype(np.float32), generator.normal(size=200).astype(np.float32)
    b[:120] = -0.4 * a[150:270]
    plain = 0.0
    whole = np.sqrt((a.astype(float) ** 2).sum() * (b.astype(float) ** 2).sum())
    for shift in range(-199, 300):
        start, end = max(shift, 0), min(300, 200 + shift)
        if end - start >= 100:
            x, y = a[start:end].astype(float), b[start - shift : end - shift].astype(float)
            plain = max(plain, abs(x @ y) / max(np.sqrt((x @ x) * (y @ y)), 0.5 * whole))
    assert sound_copies.aligned(a, b)[0] == pytest.approx(plain, rel=1e-4)


def test_a_copy_under_noise_is_one_and_another_take_is_none():
    generator = np.random.default_rng(1)
    tone = np.sin(np.arange(2000) / 9) * np.hanning(2000)
    noisy = tone + 0.25 * tone.std() * generator.normal(size=2000)
    again = np.sin(np.arange(2000) / 9 + 0.6 * np.sin(np.arange(2000) / 400)) * np.hanning(2000)
    for other, white in ((noisy, True), (again, False)):
        likeness, shift = sound_copies.aligned(tone, other)
        assert likeness > sound_copies.NOISY
        assert (sound_copies._flatness(sound_copies._left(tone, other, shift)) > sound_copies.WHITE) is white


def test_features_are_finite_and_blind_to_level():
    made = sounds()
    names = list(made)[:12]
    quiet = of_files({n: (made[n] * 0.5).round() for n in names})
    loud = of_files({n: made[n] for n in names})
    a, b = sound_features.features(quiet), sound_features.features(loud)
    assert a.dtype == np.float32
    assert a.shape == b.shape
    assert a.shape[1] <= 4096
    assert np.isfinite(a).all()
    assert np.abs(a - b).mean() < 0.1


def test_pictures_are_drawn():
    from nohero.report.draw import draw

    collection = collections()["tones"]()
    figures = sound_levels.measure(collection).figures()
    assert len(figures) == 4
    assert sum(len(draw(f, "f")) for f in figures) < 600_000


@pytest.fixture
def digits(real):
    collection = open_source(real("fsdd"), target="name_0")
    part = pl.when(pl.col("name_2").cast(pl.Int64) < 5).then(pl.lit("test")).otherwise(pl.lit("train"))
    return collection.with_(frame=collection.frame.with_columns(part=part), split="part")


def test_fsdd(digits):
    checked = examine_collection(digits, checks=list(CHECKS.values()))
    found = {f.code: f.status for f in checked.findings}
    assert len(digits) == 1200
    assert {code for code, status in found.items() if status in (Status.FAIL, Status.WARN, Status.ERROR)} == set()
    assert found["DAT758"] == Status.UNSURE
    named = examine_collection(digits.with_(group="name_1"), checks=[CHECKS["DAT758"]]).findings[0]
    assert named.status == Status.FAIL
    assert len(named.items) == 300


def test_levels_of_fsdd_tell_the_speaker_and_not_the_digit(digits):
    of_digit = recording_labels.measure(digits)
    of_speaker = recording_labels.measure(digits.with_(label="name_1"))
    assert of_digit.fields[0].accuracy < 0.25
    assert of_speaker.fields[0].accuracy > 0.5
    assert examine_collection(digits.with_(label="name_1"), checks=[CHECKS["DAT759"]]).findings[0].status != Status.FAIL


def planted_in(digits, change, every=60):
    """Int16 samples of FSDD by name, each sixtieth changed; and which."""
    made, planted = {}, set()
    for i, name in enumerate(digits.files):
        samples = np.round(read_sound(digits.root / name).samples[:, 0] * 32768).astype(np.int16)
        short = name.rsplit("/", 1)[-1]
        made[short] = samples
        if i % every == 7:
            changed, other = change(short, samples)
            made[changed] = other
            planted.add(changed)
    return of_files(made), planted


def copied(name, samples):
    return name.replace(".wav", "77.wav"), samples


def softer(name, samples):
    return name.replace(".wav", "77.wav"), np.round(samples[53:] * 0.6)


PLANTS = {
    "DAT750": lambda name, samples: (name, samples * 0),
    "DAT751": lambda name, samples: (name, np.clip(samples.astype(float) / np.abs(samples).max() * 90_000, -20_000, 20_000)),
    "DAT752": lambda name, samples: (name, samples * 0.5 + 3000),
    "DAT754": lambda name, samples: (name, np.tile(samples, 40)),
    "DAT755": copied,
    "DAT756": softer,
}


@pytest.mark.parametrize("code", sorted(PLANTS))
def test_what_is_planted_in_digits_is_named_and_nothing_else(code, digits):
    collection, planted = planted_in(digits, PLANTS[code])
    finding = examine_collection(collection, checks=[CHECKS[code]]).findings[0]
    named = set(finding.items)
    recall = len({n.replace("77", "") for n in named} & {n.replace("77", "") for n in planted}) / len(planted)
    assert finding.status in (Status.FAIL, Status.WARN), finding.message
    assert recall >= 0.95
    assert len(named) <= len(planted) + 1
