"""What it asks: can the set-up learn a dozen items by heart, and if not, which part is to blame?

Why it matters: a network that cannot learn a dozen items by heart will not learn a million: some part is broken.

How it is measured: the user's own set-up is trained on one small batch; where it fails, its parts are replaced by references one at a time (inputs standardised, a plain loss, Adam, the plain step, weights made anew), and again on a second batch.

When it is right to fail: the replacement of a part cures it, twice; or a reference cannot learn it either though a plain network can.

What it cannot see: faults that small batches do not show.

Mend: replace the part that is named.

Source: the recipe, overfit (overfit one batch); full stack deep learning, troubleshooting
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.memorised_batch import MemorisedBatch
from nohero.evidence.setup.swap_test import SwapTest
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given


CURED = 0.8  # of the way from the best constant answer to all right
LEARNT = 0.7  # of the way in the set-up's own loss
TOO_FAR = 1.5  # of the way: nobody goes beyond the floor of an honest loss
UNMOVED = 0.02  # of the cure's fall: a slow but right set-up falls further in as many steps
HARDLY = 0.05  # of the cure's fall, where the steps that are planned do not get there either
ARRIVES = 0.5  # of the cure's fall, were the whole training to go on as it began
NO_WAY = 0.1  # of the way: a small model, few columns or noise leave more than this
ALIKE = 0.01  # spread of the answers over their size: below it every item gets the same answer
PARTS = {"inputs": "transform", "targets": "data", "model": "model", "loss": "loss", "optimizer": "optimizer", "step": "step"}


def judge(swap: SwapTest, memorised: MemorisedBatch) -> Finding:
    """A part whose replacement cures the training fails; else the numbers cannot decide."""
    if not swap.ran:
        return passed("one small batch is learnt by heart") if swap.reached == swap.reached else skipped("how far it got cannot be told")
    if swap.drawn:
        return skipped("the step makes up inputs or targets itself, by chance or from the answers: a batch cannot be learnt by heart")
    if LEARNT <= memorised.progress <= TOO_FAR:  # its own loss was learnt; that the answers are not all right may be meant
        return passed(f"one small batch is learnt as far as its own loss goes ({_share(memorised.progress)} of the way)")
    if swap.blamed and swap.cured >= CURED and swap.again:
        return _cured(swap) if not (why := _slow(swap, memorised)) else passed(f"one small batch is not learnt by heart in {swap.ours.steps} steps ({_share(swap.reached)} of the way), {why}")
    if swap.by == "right answers" and (swap.reached > NO_WAY or not swap.twin >= CURED):
        return passed(f"one small batch is not learnt by heart ({_share(swap.reached)} of the way): the model or what the inputs tell may be too small for that")
    if not swap.blamed and swap.reference_reached < 0.35 and swap.spread < ALIKE and swap.twin >= CURED and swap.again:
        return _told(failed, swap, f"neither the set-up nor a reference learns one small batch with this model (it gets {_share(swap.reached)} of the way); a plain network gets {_share(swap.twin)}", "model", ("model",))
    return _told(unsure, swap, f"one small batch is not learnt by heart ({_share(swap.reached)} of the way), and no single part cures it", "", ())


def _slow(swap: SwapTest, memorised: MemorisedBatch) -> str:
    """Why this may be a right set-up that takes its time; empty where it is not."""
    if memorised.warming and set(swap.blamed) <= {"optimizer", "step"}:
        return "but the learning rate has not come to its height yet"
    if swap.blamed[0] in ("inputs", "targets") and swap.reached > NO_WAY:
        return "but it is on its way"
    if swap.blamed not in (("optimizer",), ("loss",)) or (swap.rate and float(swap.rate[1:]) < 1):
        return ""
    if not swap.rate:
        return "but no other learning rate cures it, only another kind of optimizer"
    later = swap.moved * memorised.planned / max(1, swap.ours.steps)
    if later >= ARRIVES:
        return f"but {memorised.planned:.0f} steps are planned"
    if swap.moved >= (HARDLY if later == later else UNMOVED):
        return f"but its loss falls ({swap.moved:.0%} of what another rate gets)"
    return ""


def _cured(swap: SwapTest) -> Finding:
    parts = " and ".join(swap.blamed)
    how = f" (learning rate {swap.rate})" if swap.rate else ""
    return _told(failed, swap, f"one small batch is not learnt by heart ({_share(swap.reached)} of the way); with the {parts} replaced{how} it is ({_share(swap.cured)})", PARTS.get(swap.blamed[0], ""), swap.blamed)


def _told(told: Any, swap: SwapTest, what: str, component: str, where: tuple[str, ...]) -> Finding:
    from nohero.run.figure import Lines, Series
    from nohero.run.finding import Remedy

    curves = [("yours", swap.ours), ("cured", swap.cure or swap.reference)]
    series = tuple(Series(name=name, x=tuple(map(float, arm.at)), y=arm.losses) for name, arm in curves if arm is not None and len(arm.at) == len(arm.losses) and arm.losses)
    return told(  # type: ignore[no-any-return]
        what,
        expected="a dozen items learnt by heart within a hundred and fifty steps",
        observed=Observed(value=swap.reached, unit="of the way from the best constant answer", n=swap.ours.steps),
        numbers={words: value for words, value in swap.tried if value == value},
        component=component,
        where=where,
        level=Level.VERIFIED if component else Level.MEASURED,
        why="Each part was replaced by its reference in turn; the part whose replacement cures the training is the one that ails.",
        remedies=tuple(Remedy(text=f"replace the {part}", tried=True, result=f"{_share(swap.cured)} of the way") for part in where) or ("run nohero.check with a larger budget, or look at the parts in turn",),
        figure=Lines(title="Loss on one small batch", x_label="step", y_label="loss", series=series) if series else None,
    )


def _share(value: float) -> str:
    return "none" if value <= 0 else f"{value:.0%}"


def rate_far_too_large(given: Given) -> Given:
    """SGD at a rate of five hundred."""
    import torch

    return replace(given, optimizer=torch.optim.SGD(given.model.parameters(), 500.0), scheduler=None)


def rate_far_too_small(given: Given) -> Given:
    """SGD at a rate of 1e-7."""
    import torch

    return replace(given, optimizer=torch.optim.SGD(given.model.parameters(), 1e-7), scheduler=None)


def nothing_to_learn(given: Given) -> Given:
    """Labels at random: a batch can be learnt by heart all the same."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    x, y = given.train.dataset.tensors
    return replace(given, train=DataLoader(TensorDataset(x, y[torch.randperm(len(y), generator=torch.Generator().manual_seed(1))]), batch_size=32, shuffle=True), val=None, evaluate=None)


def noise_drawn_in_the_step(given: Given) -> Given:
    """A denoiser: the step makes up what the model sees and what it has to tell."""
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(6, 128), nn.ReLU(), nn.Linear(128, 6))

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        noise = torch.randn_like(batch[0])
        value = loss(model(batch[0] + 0.1 * noise), noise)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        return float(value.detach())

    return replace(given, model=model, loss=nn.MSELoss(), step=step, val=None, evaluate=None, scheduler=None, optimizer=torch.optim.Adam(model.parameters(), lr=1e-3))


def targets_shifted_by_the_loss(given: Given) -> Given:
    """Next tokens, where inputs and targets are the same and the loss moves them by one."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader

    generator = torch.Generator().manual_seed(2)
    ids_NT = torch.randint(0, 12, (128, 16), generator=generator)
    ids_NT[:, 8:] = ids_NT[:, :8]

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding, self.memory, self.head = nn.Embedding(12, 24), nn.GRU(24, 32, batch_first=True), nn.Linear(32, 12)

        def forward(self, ids_BT: Any) -> Any:
            return self.head(self.memory(self.embedding(ids_BT))[0])

    torch.manual_seed(0)
    model = Net()

    def loss(o: Any, ids: Any) -> Any:
        return nn.functional.cross_entropy(o[:, :-1].transpose(1, 2), ids[:, 1:])

    return replace(given, model=model, loss=loss, train=DataLoader([(row, row) for row in ids_NT], batch_size=16, shuffle=True), val=None, evaluate=None, scheduler=None, optimizer=torch.optim.Adam(model.parameters(), lr=1e-3), epochs=10)


def goals_of_a_slow_copy(given: Given) -> Given:
    """Values of actions, drawn to goals that a slow copy of the network makes."""
    import copy

    import torch
    from torch import nn

    slow = copy.deepcopy(given.model).requires_grad_(requires_grad=False)
    model = nn.ModuleDict({"fast": given.model, "slow": slow})
    model.forward = given.model.forward  # type: ignore[method-assign]

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        goal = batch[0][:, 0] + 0.9 * model["slow"](batch[0].roll(1, 0)).amax(1)
        optimizer.zero_grad()
        value = loss(model(batch[0]), (batch[1], goal))
        value.backward()
        optimizer.step()
        with torch.no_grad():
            for p, q in zip(model["fast"].parameters(), model["slow"].parameters(), strict=True):
                q.lerp_(p, 0.05)
        return float(value.detach())

    def loss(q: Any, target: Any) -> Any:
        return nn.functional.smooth_l1_loss(q.gather(1, target[0][:, None]).squeeze(1), target[1])

    return replace(given, model=model, loss=loss, step=step, unpack=lambda b: (b[0], (b[1], b[0][:, 0])), val=None, evaluate=None, scheduler=None, optimizer=torch.optim.Adam(given.model.parameters(), lr=1e-3))


CHECK = Check(
    code="OVF200",
    name="untrainable-batch",
    source="the recipe, overfit (overfit one batch); full stack deep learning, troubleshooting",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=rate_far_too_large), Case(toy="table-mlp", plant=rate_far_too_small)),
    lookalikes=(Case(toy="table-mlp", plant=nothing_to_learn), Case(toy="table-mlp", plant=noise_drawn_in_the_step), Case(toy="table-mlp", plant=targets_shifted_by_the_loss), Case(toy="table-mlp", plant=goals_of_a_slow_copy)),
    symptom=True,
)
