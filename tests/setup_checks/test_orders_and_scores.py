"""What names of scores say, what scores are by definition, rhythms of updates, rows that are mixed, views, and orders that repeat; each against a plain twin."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sklearn.metrics import f1_score, precision_score, recall_score
from torch import nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

from nohero.evidence.setup import (
    box_forms,
    contained_targets,
    heard_similarities,
    item_reading,
    mixed_rows,
    moved_pictures,
    repeated_order,
    reseeded_reading,
    rolled_values,
)
from nohero.evidence.setup.named_scores import definitions
from nohero.evidence.setup.score_names import better, words_of
from nohero.evidence.setup.update_rhythm import rhythm
from nohero.setup.given import Given
from nohero.setup.setup import Setup
from nohero.setup.source import Source


@pytest.mark.parametrize(("name", "way"), [
    ("accuracy", "greater"), ("val/top-1 Acc", "greater"), ("macro_f1", "greater"), ("roc_auc", "greater"), ("mAP", "greater"), ("val_loss", "smaller"), ("valLoss", "smaller"),
    ("RMSE", "smaller"), ("perplexity", "smaller"), ("f1_loss", "smaller"), ("error_rate", "smaller"), ("score", ""), ("0", ""), ("glossary", ""), ("tracer", ""), ("neg_mse", "greater"), ("negative loss", "greater"),
])  # fmt: skip
def test_a_name_says_which_way_is_better(name, way):
    assert better(name) == way


def test_numbers_belong_to_the_word_before_them():
    assert {"f1", "val"} <= words_of("val_F1")
    assert "top5" in words_of("Top-5 accuracy")


@pytest.mark.parametrize("k", [2, 5])
def test_scores_are_what_their_definition_says(k):
    draw = np.random.default_rng(k)
    labels, answers = draw.integers(0, k, 300), (draw.random(300) ** 2 * k).astype(int)
    counts = {}
    for pair in zip(labels.tolist(), answers.tolist(), strict=True):
        counts[pair] = counts.get(pair, 0) + 1
    for name, score in (("f1", f1_score), ("precision", precision_score), ("recall", recall_score)):
        told = definitions(name, counts)
        for average in ("macro", "weighted", "micro"):
            assert told[average] == pytest.approx(score(labels, answers, average=average, zero_division=0))
        if k == 2:
            assert told["of the second class"] == pytest.approx(score(labels, answers, zero_division=0))


@pytest.mark.parametrize(("due", "every"), [
    (lambda i: i % 4 != 0, 3), (lambda i: i % 3 != 0, 2), (lambda i: i % 4 == 0, 0), (lambda i: i % 2 == 0, 0), (lambda i: True, 0), (lambda i: i != 7, 0),
    (lambda i: i % 10 % 4 == 0, 0), (lambda i: i not in (3, 9, 14), 0),
])  # fmt: skip
def test_a_rhythm_is_told_by_what_comes_back(due, every):
    called, behind, gathered = [], [], 0
    for i in range(1, 41):
        gathered += 1
        if due(i):
            called.append(i - 1)
            behind.append(gathered)
            gathered = 0
    assert rhythm(called, behind, 40) == every


def test_rows_are_taken_apart_into_those_they_were_mixed_from():
    x = torch.rand(20, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    order = torch.randperm(20, generator=torch.Generator().manual_seed(1))
    blended = mixed_rows.partners(0.3 * x + 0.7 * x[order], x)
    cut = x.clone()
    cut[..., :4, :4] = x[order][..., :4, :4]
    pieces = mixed_rows.partners(cut, x)
    for found, share in ((blended, 0.3), (pieces, 0.75)):
        assert {i: j for i, j, _ in found} == {i: int(order[i]) for i in range(mixed_rows.ROWS) if int(order[i]) != i}
        assert [kept for *_, kept in found] == pytest.approx([share] * len(found))
    assert mixed_rows.partners(x, x) == []
    assert mixed_rows.partners(torch.rand(x.shape, generator=torch.Generator().manual_seed(2)), x) == []


def test_masks_part_from_pictures_by_another_shift_and_not_by_the_same():
    draw = np.random.default_rng(0)
    picture, mask = draw.normal(size=(40, 40, 1)), (draw.random((40, 40)) > 0.5).astype(float)
    window = lambda a, y, x: a[y : y + 24, x : x + 24]
    one, a = window(picture, 8, 8), window(mask, 8, 8)
    assert moved_pictures.strayed("shifted", one, window(picture, 5, 9), a, window(mask, 5, 9)) is False
    assert moved_pictures.strayed("shifted", one, window(picture, 5, 9), a, window(mask, 10, 6)) is True
    assert moved_pictures.strayed("shifted", one, window(picture, 5, 9), a, draw.random((24, 24))) is None
    assert moved_pictures.strayed("flipped left to right", one, one[:, ::-1], a, a[:, ::-1]) is False
    assert moved_pictures.strayed("flipped left to right", one, one[:, ::-1], a, a) is True


def test_corners_cross_where_they_are_flipped_one_by_one():
    box = np.array([0.1, 0.2, 0.4, 0.9])
    flipped, rightly = np.array([0.9, 0.2, 0.6, 0.9]), np.array([0.6, 0.2, 0.9, 0.9])
    assert moved_pictures.crossed("flipped left to right", box, flipped) is True
    assert moved_pictures.crossed("flipped left to right", box, rightly) is False
    assert moved_pictures.crossed("shifted", box, flipped) is None
    assert moved_pictures.crossed("flipped left to right", box[[0, 3, 2, 1]], flipped) is None  # two points


class Order(torch.utils.data.Sampler):
    """Items in an order that is made from the sampler."""

    def __init__(self, make):
        self.make, self.seed, self.read = make, 1, 0

    def __len__(self):
        return 60

    def __iter__(self):
        self.read += 1
        return iter(self.make(self))


@pytest.mark.parametrize(("make", "order"), [
    (lambda s: torch.randperm(60, generator=torch.Generator().manual_seed(s.seed)).tolist(), "by seed"),
    (lambda s: torch.randperm(60, generator=torch.Generator().manual_seed(7)).tolist(), "fixed"),
    (lambda s: torch.randperm(60, generator=torch.Generator().manual_seed(s.read)).tolist(), None),
    (lambda s: list(range(60)), None),
    (lambda s: list(range(59, -1, -1)), None),
])  # fmt: skip
def test_an_order_that_repeats_is_known_by_what_changes_it(make, order):
    source = Source("train", DataLoader(TensorDataset(torch.arange(60.0)), batch_size=8, sampler=Order(make)))
    assert repeated_order.repeated_order(source).get("order") == order


def test_numbers_of_targets_are_found_where_a_plain_search_finds_them():
    x = torch.randn(80, 9, generator=torch.Generator().manual_seed(3))
    y = torch.stack([x[:, 4], torch.randn(80, generator=torch.Generator().manual_seed(4)), x[:, 8]], 1)
    found = contained_targets._places({"inputs": x.numpy()}, y.numpy())
    plain = [("inputs", j) for k in range(3) for j in range(9) if torch.equal(x[:, j], y[:, k])]
    assert found == plain == [("inputs", 4), ("inputs", 8)]


def test_partners_are_told_by_how_near_the_inputs_lie():
    x = torch.randn(30, 7, generator=torch.Generator().manual_seed(5))
    views = torch.cat([x, x + 0.1])
    told = heard_similarities._partners(torch.arange(60) ^ 1, [views.double()])
    plain = torch.stack([(views[i] - views[i ^ 1]).norm() for i in range(60)]).mean() / torch.stack([(views[i] - views[j]).norm() for i in range(60) for j in range(60) if i != j]).mean()
    assert told["labelled"] == pytest.approx(float(plain), rel=1e-4)
    assert told["order"] == "one half after the other"
    assert told["nearest"] < 0.2


class Reading(Dataset):
    """Forty items, and what is done at each reading."""

    def __init__(self, change):
        self.held, self.change = torch.randn(40, 1, 6, 6, generator=torch.Generator().manual_seed(6)), change

    def __len__(self):
        return 40

    def __getitem__(self, i):
        return self.change(self.held[i], i), i % 2


def _setup(change):
    model = nn.Sequential(nn.Flatten(), nn.Linear(36, 2))
    return Setup(Given(model=model, loss=nn.CrossEntropyLoss(), train=DataLoader(Reading(change), batch_size=8, shuffle=True)))


def _seeded(x, seed):
    np.random.seed(seed)
    return x + float(np.random.normal())


@pytest.mark.parametrize(("change", "seeded", "alike"), [
    (lambda x, i: _seeded(x, 3), ("numpy",), ("numpy",)),
    (_seeded, ("numpy",), ()),
    (lambda x, i: x + torch.randn(()), (), ()),
    (lambda x, i: x, (), ()),
])  # fmt: skip
def test_streams_that_a_reading_seeds_stand_where_they_stood(change, seeded, alike):
    told = reseeded_reading.measure(_setup(change))
    assert (told.seeded, told.alike) == (seeded, alike)


@pytest.mark.parametrize(("change", "worn"), [
    (lambda x, i: x.add_(0.3 * torch.randn(x.shape)).div_(2).clone(), True),
    (lambda x, i: (x + 0.3 * torch.randn(x.shape)) / 2, False),
    (lambda x, i: x * (0.2 + 2 * torch.rand(())), False),
])  # fmt: skip
def test_what_wears_away_behind_noise_begins_anew_with_each_item(change, worn):
    assert item_reading.measure(_setup(change)).worn is worn


def test_what_has_no_sampler_has_no_order():
    assert repeated_order.repeated_order(SimpleNamespace(given=[1, 2], is_dataloader=False)) == {}


def test_boxes_go_to_corners_and_back():
    boxes = torch.rand(9, 4, generator=torch.Generator().manual_seed(7))
    assert torch.allclose(box_forms.centres(box_forms.corners(boxes)), boxes, atol=1e-6)
    left, top, right, bottom = box_forms.corners(torch.tensor([0.5, 0.4, 0.2, 0.6])).tolist()
    assert (left, top, right, bottom) == pytest.approx((0.4, 0.1, 0.6, 0.7))


@pytest.mark.parametrize("turn", [0, 40, 128])
def test_the_best_turn_takes_bytes_back(turn):
    ramp = np.add.outer(np.arange(0, 128, 2), np.arange(0, 126, 2))  # 0 to 250
    rolled = (ramp + turn) % 256
    rough, back, _ = rolled_values._least(rolled)
    plain = min(rolled_values._rough((rolled + t) % 256) for t in range(8, 256, 8)) / rolled_values._rough(rolled)
    assert rough == pytest.approx(plain)
    assert (rough < 0.9) is (turn > 0)
    assert turn == 0 or abs((turn + back + 4) % 256 - 4) <= 8


class Strided(torch.utils.data.Sampler):
    """A chosen order, by a number that is no seed."""

    def __init__(self, length):
        self.length, self.stride = length, 7

    def __iter__(self):
        return iter([i for start in range(self.stride) for i in range(start, self.length, self.stride)])

    def __len__(self):
        return self.length


class Sealed(Strided):
    """One that takes no attribute."""

    def __init__(self, length):
        vars(self).update(length=length, stride=7, seed=3)

    def __setattr__(self, name, value):
        raise AttributeError(name)


def checked(code, **loaders):
    import nohero

    model = nn.Sequential(nn.Linear(4, 2))
    report = nohero.check(model, nn.CrossEntropyLoss(), optimizer=torch.optim.Adam(model.parameters(), 1e-3), select=(code,), progress=False, **loaders)
    return str(report[code].status)


def labelled(n, seed=0):
    x = torch.randn(n, 4, generator=torch.Generator().manual_seed(seed))
    return TensorDataset(x, (x[:, 0] > 0).long())


@pytest.mark.parametrize("sampler", [Strided, Sealed])
def test_a_chosen_order_and_a_sealed_sampler_break_nothing_and_warn_of_nothing(sampler):
    data = labelled(200)
    assert checked("DAT462", train=DataLoader(data, batch_size=20, sampler=sampler(200))) in ("UNSURE", "PASS", "SKIP")


def test_items_that_a_batch_sampler_was_not_to_draw_are_not_left_out():
    from torch.utils.data import BatchSampler, SubsetRandomSampler

    data = labelled(200)
    val = DataLoader(data, batch_sampler=BatchSampler(SubsetRandomSampler(range(160, 200)), 10, drop_last=False))
    assert checked("DAT452", train=DataLoader(data, batch_sampler=BatchSampler(SubsetRandomSampler(range(160)), 20, drop_last=False)), val=val) in ("PASS", "SKIP")


@pytest.mark.parametrize("name", ["auc", "roc_auc", "average_precision"])
def test_ranks_of_rounded_answers_are_told_by_any_of_their_names(name):
    from sklearn.metrics import average_precision_score, roc_auc_score

    measure = average_precision_score if name == "average_precision" else roc_auc_score

    def evaluate(model, batches):
        with torch.no_grad():
            answers = torch.cat([model(x).argmax(1) for x, _ in batches])
        return {name: float(measure(torch.cat([y for _, y in batches]), answers))}

    data = labelled(200)
    assert checked("SKE508", train=DataLoader(data, batch_size=20, shuffle=True), val=DataLoader(labelled(80, 1), batch_size=20), evaluate=evaluate) in ("FAIL", "WARN")
