"""What it asks: where a network is to judge what another makes, do the two have goals that differ?

Why it matters: a discriminator that is told "real" of everything learns nothing to pass on; a generator that is to have its answers
called made learns to be found out. Both trainings run, and both losses look healthy.

How it is measured: in the user's step the judge's answers are replaced by one number throughout, three numbers in turn; the slopes
of the loss on data, on what was made, and in the maker's turn are compared, over several batches.

When it is right to fail: never more than a warning: in every batch the judge has the same goal on data and on what was made; or
the maker is taught the judge's own goal on what was made, and not its goal on data.

What it cannot see: goals that differ from item to item; made answers that are changed before they are judged; one optimizer for both.

Mend: data is called one, what is made zero in the judge's turn and one in the maker's.

Source: Goodfellow et al. 2014, Generative adversarial nets (arXiv:1406.2661), algorithm 1.
"""

from __future__ import annotations

from math import hypot
from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.adversaries import Adversaries
from nohero.run.finding import Finding, Level, Observed, passed, warned

if TYPE_CHECKING:
    from typing import Any

    from nohero.setup.given import Given

ONE = 0.999  # cosine of two goals' slopes at the three numbers: they are one goal
OTHER = 0.99  # below it they are two


def judge(found: Adversaries) -> Finding:
    """The same goal where two are needed warns."""
    first = found.matches[0]
    facts: dict[str, Any] = {"expected": "the judge tells made from data, and the maker works against it", "component": "step", "level": Level.VERIFIED}
    same = [_alike(m.data, m.made) for m in found.matches]
    if all(s > ONE for s in same):
        return warned(
            f"`{first.judge}` is taught the same about data and about what `{first.maker}` makes: at equal answers the loss has the same slope",
            observed=Observed(value=min(same), unit="likeness of the two goals", n=len(same)), where=(first.judge,),
            why="Nothing in this loss asks the judge to tell the two apart. It gives one answer to everything, and the maker learns nothing from it.",
            remedies=("give what is made the other label: ones for data, zeros for what is made",), **facts,
        )  # fmt: skip
    turned = [_alike(m.made, m.turn) for m in found.matches]
    against = [_alike(m.data, m.turn) for m in found.matches]
    if all(t > ONE for t in turned) and all(a < OTHER for a in against):
        return warned(
            f"in its turn `{first.maker}` is taught what `{first.judge}` is taught about made answers: it learns to be found out",
            observed=Observed(value=min(turned), unit="likeness of the two goals", n=len(turned)), where=(first.maker,),
            why="The maker's loss is lowest where the judge knows its answers for made ones. The two help each other instead of working against each other.",
            remedies=("in the maker's turn use the label of data: loss(judge(made), ones)", "look at the sign of the maker's loss"), **facts,
        )  # fmt: skip
    return passed(f"`{first.judge}` is taught to tell data from what `{first.maker}` makes")


def _alike(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """The cosine of two goals; minus one where a goal is nothing, or differs by item."""
    size = hypot(*one) * hypot(*other)
    cosine = sum(a * b for a, b in zip(one, other, strict=True)) / size if size > 0 else -1.0
    return cosine if cosine == cosine else -1.0


def _labelled(given: Given, *, data: float = 1.0, made: float = 0.0, turn: float = 1.0, bare: bool = False) -> Given:
    """The GAN with these labels; `bare` takes means of answers for losses, with the labels for signs."""
    from dataclasses import replace

    import torch

    def cost(loss: Any, said: Any, label: float) -> Any:
        return (1 - 2 * label) * said.mean() if bare else loss(said, torch.full_like(said, label))

    def step(model: Any, batch: Any, loss: Any, optimizer: Any) -> float:
        (real,) = batch
        drawn = model["generator"](torch.randn(len(real), 4))
        optimizer["discriminator"].zero_grad()
        value = cost(loss, model["discriminator"](real), data)
        value.backward()
        other = cost(loss, model["discriminator"](drawn.detach()), made)
        other.backward()
        optimizer["discriminator"].step()
        optimizer["generator"].zero_grad()
        cost(loss, model["discriminator"](drawn), turn).backward()
        optimizer["generator"].step()
        return float((value + other).detach())

    return replace(given, step=step)


def all_called_data(given: Given) -> Given:
    """What is made is called data in the discriminator's turn too."""
    return _labelled(given, made=1.0)


def helping_each_other(given: Given) -> Given:
    """The generator's turn has the label of made."""
    return _labelled(given, turn=0.0)


def same_sign(given: Given) -> Given:
    """Means of answers, and the generator's sign is the discriminator's."""
    return _labelled(given, turn=0.0, bare=True)


def labels_turned_round(given: Given) -> Given:
    """Zero stands for data and one for made, throughout."""
    return _labelled(given, data=0.0, made=1.0, turn=0.0)


def smoothed(given: Given) -> Given:
    """Data is called 0.9."""
    return _labelled(given, data=0.9)


def critic(given: Given) -> Given:
    """Means of answers, with opposite signs."""
    return _labelled(given, bare=True)


def squares(given: Given) -> Given:
    """Squared distances to the labels."""
    from dataclasses import replace

    from torch import nn

    return _labelled(replace(given, loss=nn.MSELoss()))


CHECK = Check(
    code="SKE413",
    name="confused-goals",
    source="Goodfellow et al. 2014, Generative adversarial nets (arXiv:1406.2661), algorithm 1",
    judge=judge,
    sabotages=(Case(toy="gan", plant=all_called_data), Case(toy="gan", plant=helping_each_other), Case(toy="gan", plant=same_sign)),
    lookalikes=(Case(toy="gan", plant=labels_turned_round), Case(toy="gan", plant=smoothed), Case(toy="gan", plant=critic), Case(toy="gan", plant=squares)),
)
