"""Windows over the same steps: against the plain comparison of all pairs, however the series are held; waves and plain rows are none."""

import numpy as np
import pytest

from nohero.checks.check import find_check
from nohero.evidence.audit.shared_stretches import _keys, _pairs, measure
from nohero.run.finding import Status
from nohero.sources.anything import open_anything


def windows(signal, length, step):
    return np.stack([signal[k : k + length] for k in range(0, len(signal) - length + 1, step)])


def all_pairs(series):
    found = set()
    for i, a in enumerate(series):
        for j, b in enumerate(series):
            found |= {(i, j, p) for p in range(1, len(a) - 7) if i != j and np.array_equal(a[p:], b[: len(a) - p])}
    return found


@pytest.mark.parametrize("channels", [1, 3])
def test_the_pairs_are_those_of_a_comparison_of_all(channels):
    drawn = np.random.default_rng(3)
    cut = windows(drawn.normal(size=(400, channels)).astype(np.float32), 40, 12)
    cut = cut[drawn.permutation(len(cut))]
    found = {(o.earlier, o.later, o.at) for o in _pairs([_keys(w) for w in cut])}
    assert found == all_pairs(list(cut))
    assert len(found) > len(cut)


def test_waves_and_noise_share_nothing():
    drawn = np.random.default_rng(3)
    wave = np.round(np.sin(np.arange(400) / 16 * 2 * np.pi), 6)
    for series in (windows(wave, 48, 4), drawn.normal(size=(100, 40)), windows(drawn.normal(size=4000), 40, 40)):
        assert not _pairs([_keys(s) for s in series])


def test_parts_and_groups_decide():
    drawn = np.random.default_rng(5)
    recordings = [windows(drawn.normal(size=200), 32, 8) for _ in range(10)]
    x, who = np.concatenate(recordings), np.repeat(np.arange(10), [len(r) for r in recordings])
    y = drawn.integers(0, 2, len(x))
    check = find_check("DAT566")
    far = {"train": (x[who < 7], y[who < 7]), "test": (x[who >= 7], y[who >= 7])}
    mixed = {"train": (x[::2], y[::2]), "test": (x[1::2], y[1::2])}
    for source, status in ((far, Status.PASS), (mixed, Status.FAIL), ((x, y), Status.UNSURE)):
        collection = open_anything(source, target=None, split=None, group=None, time=None, seed=0, budget=60.0, memory=None)
        assert check.judge(measure(collection)).status is status
