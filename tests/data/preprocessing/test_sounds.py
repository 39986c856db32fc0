"""Sounds: a spectrogram keeps the energy and gives the wave back; a log-mel spectrogram says what it loses; another sample rate is refused."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nohero.data.preprocessing import LogMel, Spectrogram, from_json, to_json
from nohero.run.errors import DataError, UsageError
from nohero.sources.sound_file import read_sound

RATE = 8000


def recordings(real, count=60):
    paths = sorted(Path(real("fsdd/recordings")).glob("*.wav"))
    return [read_sound(p) for p in paths[:: len(paths) // count]]


@settings(max_examples=100)
@given(st.integers(1, 3000), st.sampled_from([8, 64, 100, 256]), st.integers(0, 10**6))
def test_any_wave_comes_back_and_keeps_its_energy(samples, size, seed):
    wave = np.random.default_rng(seed).normal(size=samples)
    fitted = Spectrogram(rate=RATE, size=size)
    made = fitted.apply(wave, RATE)
    assert made.shape[1] == size // 2 + 1 == len(fitted.hertz)
    assert np.isclose((np.abs(made) ** 2).sum(), (wave**2).sum(), rtol=1e-12)
    assert np.abs(fitted.invert(made, samples) - wave).max() < 1e-12 * np.abs(wave).max()
    longer = fitted.invert(made)
    assert samples <= len(longer) < samples + fitted.hop
    assert np.abs(longer[samples:]).max(initial=0) < 1e-12 * np.abs(wave).max()


def test_recordings_come_back_and_keep_their_energy(real):
    fitted = Spectrogram.of(RATE)
    for sound in recordings(real):
        wave = sound.samples[:, 0]
        made = fitted.apply(wave, sound.rate)
        assert abs((np.abs(made) ** 2).sum() / (wave.astype(np.float64) ** 2).sum() - 1) < 0.01
        assert np.abs(fitted.invert(made, len(wave)) - wave).max() < 1e-5


def test_it_is_the_transform_that_scipy_has():
    from scipy.signal import stft

    fitted, wave = Spectrogram(rate=RATE, size=256), np.random.default_rng(0).normal(size=4096)
    hertz, _, theirs = stft(wave, RATE, "hann", nperseg=256, noverlap=192, boundary=None, padded=False)
    ours = fitted.apply(wave, RATE)[3 : 3 + theirs.shape[1]]
    ratio = np.abs(ours[:, 1:-1]) / np.abs(theirs.T[:, 1:-1])
    assert np.allclose(hertz, fitted.hertz)
    assert np.allclose(ratio, ratio[0, 0], rtol=1e-6)


def test_a_tone_lies_in_its_bin():
    fitted = Spectrogram(rate=RATE, size=256)
    wave = np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE)
    power = (np.abs(fitted.apply(wave, RATE)) ** 2).sum(axis=0)
    assert fitted.hertz[power.argmax()] == 1000


@pytest.mark.parametrize("kind", ["spectrogram", "log-mel"])
def test_another_sample_rate_is_refused_with_the_way_to_mend_it(kind):
    wave = np.random.default_rng(0).normal(size=4000)
    fitted = Spectrogram.of(RATE) if kind == "spectrogram" else LogMel.fit([wave], RATE)
    with pytest.raises(DataError) as caught:
        fitted.apply(wave, 44_100)
    assert "44,100 samples a second" in caught.value.what
    assert "8,000 samples a second, as in training" in caught.value.expected
    assert "resample_poly(wave, 80, 441)" in caught.value.mend
    from scipy.signal import resample_poly

    assert len(resample_poly(np.zeros(44_100), 80, 441)) == RATE


def test_log_mel_is_scaled_by_train_alone_and_stored_bit_for_bit(real):
    sounds = [s.samples[:, 0] for s in recordings(real)]
    train, test = sounds[:40], sounds[40:]
    fitted = LogMel.fit(train, RATE)
    text = to_json(fitted)
    made = np.concatenate([fitted.apply(wave, RATE) for wave in train])
    assert np.allclose(made.mean(axis=0), 0, atol=1e-9)
    assert np.allclose(made.std(axis=0), 1)
    later = [fitted.apply(wave, RATE) for wave in test]
    assert to_json(fitted) == text
    back = from_json(text)
    assert back == fitted
    assert all(back.apply(w, RATE).tobytes() == m.tobytes() for w, m in zip(test, later, strict=True))


def test_log_mel_says_what_is_lost():
    wave = np.random.default_rng(0).normal(size=4000)
    fitted = LogMel.fit([wave], RATE)
    with pytest.raises(UsageError, match="the phase of each wave"):
        fitted.invert(fitted.apply(wave, RATE))
    shifted = np.roll(wave, 0) * -1  # another phase throughout
    assert np.allclose(fitted.apply(shifted, RATE), fitted.apply(wave, RATE))


def test_silence_stays_finite():
    fitted = LogMel.fit([np.zeros(1000)], RATE)
    assert np.isfinite(fitted.apply(np.zeros(1000), RATE)).all()
    assert np.isfinite(fitted.apply(np.ones(1000), RATE)).all()


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: Spectrogram(rate=RATE, size=101), "window of 101"),
        (lambda: Spectrogram.of(RATE).apply(np.zeros((2, 100)), RATE), "shape [2, 100]"),
        (lambda: Spectrogram.of(RATE).apply(np.array([0.0, np.nan]), RATE), "sample 1 of the sound is nan"),
        (lambda: Spectrogram.of(RATE).apply([], RATE), "shape [0]"),
        (lambda: Spectrogram.of(RATE).invert(np.zeros((5, 7))), "shape [5, 7]"),
        (lambda: LogMel.fit([], RATE), "train holds no sound"),
        (lambda: Spectrogram.of(RATE).apply(np.zeros(10), 0), "0 samples a second"),
    ],
)
def test_what_cannot_be_is_told(call, told):
    with pytest.raises((DataError, UsageError)) as caught:
        call()
    assert told in caught.value.what
