"""Parts of a batch that the step takes out: read in whatever way, or forgotten."""

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence
from torch.utils.data import DataLoader, TensorDataset

import nohero
from nohero.run.finding import Status


class Squared(torch.autograd.Function):
    @staticmethod
    def forward(ctx, value, weights):
        ctx.save_for_backward(value, weights)
        return (weights * value.square()).mean()

    @staticmethod
    def backward(ctx, slope):
        value, weights = ctx.saved_tensors
        return slope * 2 * weights * value / value.numel(), None


def packed(model, x, weights):
    return model(pack_padded_sequence(x[..., None], (1 + 3 * weights).long().cpu(), batch_first=True, enforce_sorted=False).data[:, 0].repeat(8)[: x.numel()].reshape(x.shape))


READERS = {
    "product": lambda model, x, y, weights: ((model(x)[:, 0] - y).square() * weights).mean(),
    "index": lambda model, x, y, weights: (model(x)[:, 0] - y)[weights > 0.5].square().mean(),
    "own function": lambda model, x, y, weights: Squared.apply(model(x)[:, 0] - y, weights),
    "numpy": lambda model, x, y, weights: (model(x)[:, 0] - y).square().mean() * float(weights.numpy().mean()),
    "list": lambda model, x, y, weights: (model(x)[:, 0] - y).square().mean() * sum(weights.tolist()),
    "loop": lambda model, x, y, weights: sum(w * e for w, e in zip(weights, (model(x)[:, 0] - y).square(), strict=True)),
    "packed": lambda model, x, y, weights: (packed(model, x, weights)[:, 0] - y).square().mean(),
    "concatenated": lambda model, x, y, weights: (model(x + 0 * torch.cat([weights[:, None]] * 4, 1))[:, 0] - y).square().mean(),
    "forgotten": lambda model, x, y, weights: (model(x)[:, 0] - y).square().mean() + 0 * len(weights.float()),
}


@pytest.mark.parametrize("how", READERS)
def test_a_part_is_read_in_many_ways(how):
    rng = torch.Generator().manual_seed(0)
    x, y, weights = torch.randn(96, 4, generator=rng), torch.randn(96, generator=rng), torch.rand(96, generator=rng)

    def step(model, batch, optimizer):
        x, y, weights = batch
        optimizer.zero_grad()
        value = READERS[how](model, x, y, weights)
        value.backward()
        optimizer.step()
        return float(value.detach())

    model = nn.Linear(4, 1)
    report = nohero.check(
        model, train=DataLoader(TensorDataset(x, y, weights), batch_size=16), optimizer=torch.optim.SGD(model.parameters(), 1e-3), step=step, select=("SKE419",), progress=False
    )
    assert report["SKE419"].status is (Status.WARN if how == "forgotten" else Status.PASS)
