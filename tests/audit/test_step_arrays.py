"""Series whose names begin alike, that have unequal channels, or of which one is far longer than the others."""

import numpy as np

from nohero.evidence.audit import step_arrays
from nohero.evidence.audit.step_arrays import LEAST, steps_of
from nohero.sources.objects import open_objects


class Items:
    def __init__(self, items):
        self.items = items

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]


def told(items):
    return {name: (places, steps) for name, places, steps in steps_of(open_objects(Items(items)))}


def test_a_series_is_no_channel_of_one_whose_name_begins_it():
    rng = np.random.default_rng(0)
    found = told([{"acc": rng.normal(size=(30 + i, 2)), "acc2": rng.normal(size=(30 + i, 3)) + 100, "label": i % 2} for i in range(40)])
    assert set(found) == {"acc0", "acc1", "acc20", "acc21", "acc22"}
    assert np.nanmax(found["acc1"][1]) < 10 < np.nanmin(found["acc20"][1])


def test_an_item_that_lacks_a_channel_is_passed_over_there():
    rng = np.random.default_rng(0)
    found = told([{"acc": rng.normal(size=(30 + i, 3 if i else 2)), "label": i % 2} for i in range(1, 40)] + [{"acc": rng.normal(size=(33, 2)), "label": 0}])
    assert [len(found[f"acc{c}"][0]) for c in range(3)] == [40, 40, 39]


def test_one_long_series_makes_no_wide_table(monkeypatch):
    monkeypatch.setattr(step_arrays, "MOST", 40 * 50)
    lengths = [*range(20, 59), 1000]
    found = told([{"x": np.stack([np.arange(n)] * 2, axis=1).astype(float), "label": i % 2} for i, n in enumerate(lengths)])
    places, steps = found["x0"]
    assert steps.shape[1] <= max(LEAST, 40 * 50 // len(places))
    assert [int(np.nanmax(row)) for row in steps] == [lengths[p] - 1 for p in places]
