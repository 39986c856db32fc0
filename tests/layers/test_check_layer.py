"""`check_layer` finds planted faults of layers and leaves torch's own in peace; `equivalent` shrinks its counter-example."""

import pytest
import torch
from torch import nn

import nohero
from nohero.checks.check import layer_checks
from nohero.run.errors import UsageError, UserCodeError
from nohero.run.finding import Status
from nohero.testing.layers import LAYERS, facts_of

CASES = [(c, kind, case) for c in layer_checks() for kind, cases in (("sabotage", c.sabotages), ("lookalike", c.lookalikes)) for case in cases]


@pytest.mark.parametrize(("check", "kind", "case"), CASES, ids=[f"{c.code}-{case.name}" for c, _, case in CASES])
def test_the_check_tells_the_sabotage_from_the_lookalike(check, kind, case):
    finding = check.judge(facts_of(case.plant(LAYERS[case.toy]())))
    assert (finding.status in (Status.FAIL, Status.WARN)) == (kind == "sabotage"), finding.message
    assert kind == "lookalike" or finding.remedies


HEALTHY = {
    "linear": (nn.Linear(4, 3), torch.randn(5, 4)),
    "conv": (nn.Conv2d(3, 4, 3, padding=1), torch.randn(2, 3, 6, 6)),
    "batch norm": (nn.BatchNorm1d(4), torch.randn(6, 4)),
    "layer norm": (nn.LayerNorm(5), torch.randn(4, 5)),
    "group norm": (nn.GroupNorm(2, 4), torch.randn(4, 4, 3)),
    "lstm": (nn.LSTM(4, 5, batch_first=True), torch.randn(3, 6, 4)),
    "embedding": (nn.Embedding(7, 3), torch.randint(0, 7, (4, 2))),
    "soft-max": (nn.Softmax(-1), torch.randn(4, 5)),
    "max pooling": (nn.MaxPool2d(2), torch.randn(2, 3, 4, 4)),
    "gelu": (nn.GELU(), torch.randn(4, 5)),
    "encoder layer": (nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), torch.randn(3, 5, 8)),
    "a function": (lambda x: (x * x + 1).sqrt(), torch.randn(4, 5)),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_layers_of_torch_are_left_in_peace(name):
    layer, x = HEALTHY[name]
    report = nohero.check_layer(layer, x)
    assert report.ok, str(report)


def test_the_layer_is_left_as_it_was():
    layer = nn.BatchNorm1d(4)
    before = {k: v.clone() for k, v in layer.state_dict().items()}
    stream = torch.get_rng_state()
    nohero.check_layer(layer, torch.randn(6, 4, generator=torch.Generator().manual_seed(1)))
    assert all(torch.equal(v, before[k]) for k, v in layer.state_dict().items())
    assert layer.training
    assert all(p.grad is None for p in layer.parameters())
    assert torch.equal(stream, torch.get_rng_state())


def test_bad_input_is_told():
    with pytest.raises(UsageError, match="no inputs"):
        nohero.check_layer(nn.Linear(3, 2))
    with pytest.raises(UserCodeError, match=r"float32\[4, 5\]"):
        nohero.check_layer(nn.Linear(3, 2), torch.randn(4, 5))
    with pytest.raises(UsageError, match="the layer is a int"):
        nohero.check_layer(3, torch.randn(4, 5))


def loop_scores(q, k):
    made = torch.zeros(len(q), len(k), dtype=q.dtype)
    for i in range(len(q)):
        for j in range(len(k)):
            made[i, j] = (q[i] * k[j]).sum()
    return torch.softmax(made, -1)


def test_the_loop_and_the_fast_form_agree():
    found = nohero.equivalent(loop_scores, lambda q, k: torch.softmax(q @ k.T, -1), torch.randn(4, 3), torch.randn(5, 3))
    assert found
    assert found.worst < 1e-12


def test_a_counter_example_is_shrunk():
    found = nohero.equivalent(loop_scores, lambda q, k: torch.softmax(q @ k.T, 0), torch.randn(6, 5), torch.randn(7, 5))
    assert not found
    assert max(s for t in found.example for s in t.shape) <= 2
    assert "not equal" in str(found)


def test_broadcasting_is_found():
    slow = lambda x, b: torch.stack([row + b[i] for i, row in enumerate(x)])
    assert not nohero.equivalent(slow, lambda x, b: x + b, torch.randn(4, 4), torch.randn(4))


def test_a_detached_gradient_is_found_where_answers_agree():
    found = nohero.equivalent(lambda x: x * x, lambda x: x * x.detach(), torch.randn(3))
    assert not found
    assert "gradients" in found.what
