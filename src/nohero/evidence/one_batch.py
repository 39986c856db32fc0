"""Overfit one batch: a handful of items, nothing that regularises, to the loss's floor; the surest test of the wiring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.run.figure import Image, Images, Lines, Rule, Series, Table

if TYPE_CHECKING:
    from nohero.problem import Problem

ITEMS = 16
RATES = (1e-3, 1e-2, 1e-4)  # tried in turn until one reaches the floor
NEAR = 0.003  # of the loss of the best constant: closer to the floor than this is "there"
PRICE = 1.5  # seconds


@dataclass(frozen=True, kw_only=True)
class OneBatch:
    """The best of the tried learning rates on one fixed batch."""

    n: int
    losses: tuple[float, ...]  # every step, of the best rate
    learning_rate: float
    tried: tuple[tuple[float, float], ...]  # learning rate, last loss
    floor: float  # the least loss that can be reached: above zero where equal inputs have different targets
    constant: float  # the loss of the best constant on this batch
    last: float  # in the mode of training
    last_in_eval: float
    right: int  # items answered as labelled (classes), or within a tenth of the batch's spread (values)
    targets: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    unit: str = "nats"

    def sentence(self) -> str:
        """From, to, in how many steps."""
        return f"one batch of {self.n}: loss {self.losses[0]:.3f} to {self.last:.4f} in {len(self.losses)} steps, {self.right} of {self.n} answered as labelled"

    def figures(self) -> tuple[Lines | Images | Table, ...]:
        """The curve, and labels and predictions side by side."""
        steps = tuple(float(i) for i in range(len(self.losses)))
        rules = (Rule(label="best constant", value=self.constant), Rule(label="floor", value=self.floor))
        curve = Lines(
            title="Overfitting one batch",
            x_label="step",
            y_label=f"loss ({self.unit})",
            series=(Series(name="loss", x=steps, y=self.losses),),
            rules=rules,
        )
        if self.images:
            return curve, Images(title="Labels and predictions on that batch", images=self.images)
        rows = tuple(zip(self.targets, self.answers, strict=True))
        return curve, Table(title="Labels and predictions on that batch", columns=("label", "prediction"), rows=rows)


def measure(problem: Problem) -> OneBatch:
    """Train on one batch with each rate until one is at the floor."""
    x, y = chosen(problem)
    floor, constant = _floor(problem, x, y), _constant(problem, y)
    tried: list[tuple[float, list[float], Any]] = []
    for rate in RATES:
        losses, model = memorise(problem, x, y, rate=rate, steps=problem.effort.batch_steps, near=floor + NEAR * constant)
        tried.append((rate, losses, model))
        if losses[-1] <= floor + NEAR * constant:
            break
    rate, losses, model = min(tried, key=lambda t: t[1][-1] if t[1][-1] == t[1][-1] else float("inf"))
    last = tuple((r, ls[-1]) for r, ls, _ in tried)
    return _told(problem, x, y, model, rate=rate, losses=losses, floor=floor, constant=constant, tried=last)


def chosen(problem: Problem) -> tuple[Any, Any]:
    """A fixed batch with several classes in it, where the training set has several."""
    import torch

    generator = torch.Generator().manual_seed(problem.seed)
    order = torch.randperm(len(problem.train), generator=generator)
    y = problem.train.y[order]
    if problem.task.classes:  # one of each class in turn
        rank = torch.zeros(len(y), dtype=torch.long)
        for c in y.unique():  # type: ignore[no-untyped-call]
            where = torch.nonzero(y == c).flatten()
            rank[where] = torch.arange(len(where))
        order = order[torch.argsort(rank, stable=True)]
    index = order[: min(ITEMS, len(order))]
    return problem.to_input(problem.train.x[index]).detach(), problem.train.y[index]


def memorise(problem: Problem, x: Any, y: Any, *, rate: float, steps: int, near: float) -> tuple[list[float], Any]:
    """Adam on one batch until `near` is reached; gives up when the loss has not halved in a quarter of the steps."""
    from dataclasses import replace

    import torch

    bare = replace(problem.start, dropout=0.0, weight_decay=0.0, label_smoothing=0.0, learning_rate=rate, augment="none")
    losses: list[float] = []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(problem.seed)
        model = problem.make_model(bare, problem.seed).train()
        optimizer = problem.make_optimizer(model, bare)
        for step in range(steps):
            optimizer.zero_grad(set_to_none=True)
            loss = problem.loss(model(x), y)
            losses.append(float(loss.detach()))
            stuck = step > steps // 4 and losses[-1] > 0.9 * losses[step - steps // 4]
            if losses[-1] <= near or losses[-1] != losses[-1] or stuck or not loss.requires_grad:
                break
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    return losses, model


def _floor(problem: Problem, x: Any, y: Any) -> float:
    """Equal inputs with different targets cannot all be answered: each group costs at least its best constant."""
    import numpy as np
    import torch

    _, group = torch.unique(x.reshape(len(x), -1), dim=0, return_inverse=True)
    targets = y.double().numpy()
    floor = 0.0
    for g in group.unique().tolist():
        mine = targets[group.numpy() == g]
        if len(np.unique(mine)) > 1:
            shares = np.unique(mine, return_counts=True)[1] / len(mine)
            floor += len(mine) * (float(-(shares * np.log(shares)).sum()) if problem.task.classes else float(np.var(mine)))
    return floor / len(targets)


def _constant(problem: Problem, y: Any) -> float:
    import numpy as np

    targets = y.double().numpy()
    if not problem.task.classes:
        return float(np.var(targets))
    shares = np.unique(targets, return_counts=True)[1] / len(targets)
    return float(-(shares * np.log(shares)).sum())


def _told(problem: Problem, x: Any, y: Any, model: Any, *, rate: float, losses: list[float], floor: float, constant: float, tried: Any) -> OneBatch:
    import numpy as np
    import torch

    from nohero.run.pictures import picture

    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(problem.seed)
        last = float(problem.loss(model(x), y))
        model.eval()
        outputs = model(x)
        in_eval = float(problem.loss(outputs, y))
    out = outputs.reshape(len(x), -1).double().numpy()
    targets = y.double().numpy()
    classes = problem.task.classes
    said = problem.task.decide(out)
    truth = targets if classes else problem.task.decide(targets[:, None])
    right = said == truth if classes else np.abs(said - truth) <= 0.1 * max(float(np.std(truth)), 1e-12)
    names = [classes[int(v)] if classes else f"{v:.4g}" for v in truth]
    answers = [classes[int(v)] if classes else f"{v:.4g}" for v in said]
    images: tuple[Image, ...] = ()
    if x.ndim == 4:
        pixels = x.permute(0, 2, 3, 1).numpy()
        images = tuple(picture(pixels[i], f"{names[i]} → {answers[i]}", "good" if right[i] else "bad") for i in range(len(x)))
    return OneBatch(
        n=len(x), losses=tuple(losses), learning_rate=rate, tried=tried, floor=floor, constant=constant, last=min(last, losses[-1]),
        last_in_eval=in_eval, right=int(right.sum()), targets=tuple(names), answers=tuple(answers), images=images, unit=problem.task.unit,
    )  # fmt: skip
