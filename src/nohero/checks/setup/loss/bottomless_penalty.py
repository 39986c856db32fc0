"""What it asks: where the model gives several answers, is each penalty on them held by a least value?

Why it matters: a wrong sign in a penalty, such as the divergence of a variational autoencoder, leaves a loss that falls for ever along that
answer: training looks splendid, and drives means or variances to the end of the numbers.

How it is measured: each answer is driven alone, up, down and outwards, while the others stay; the fall of the loss at 3, 10 and 30 is taken.
A second slope, with targets dealt anew and the other answers moved, tells whether the fall is a penalty on that answer alone.

When it is right to fail: the loss falls at least in proportion to the way, is bent (so the answer is no quantity that is merely summed), hangs on
that answer alone, and the model can go there.

What it cannot see: penalties on the weights; wrong signs of terms that are linear, such as the log-determinant of a flow; losses the model computes itself.

Mend: look at the signs of the penalty; the divergence from a standard normal is 0.5 * (mu**2 + exp(logvar) - logvar - 1).

Source: Kingma and Welling 2014, Auto-encoding variational Bayes (arXiv:1312.6114), appendix B.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.loss_falls import Fall, LossFalls
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure

if TYPE_CHECKING:
    from nohero.setup.given import Given

BENT = 1e-3  # second difference over first; a summed quantity gives rounding alone, 1e-9


def judge(falls: LossFalls) -> Finding:
    """A penalty that falls for ever fails; a fall that hangs on the target is unsure."""
    if falls.answers < 2 or not falls.falls:
        return skipped("the loss gets one answer")
    endless = [f for f in falls.falls if f.endless and f.within and f.bent > BENT]
    if not endless:
        return passed(f"each of {len(falls.falls)} answers has a place where the loss is least, or its slope is given")
    own = [f for f in endless if f.own]
    if not own:
        return unsure(f"the loss falls for ever {_words(endless[0])}", expected="a least value", component="loss", where=("the loss", _name(endless[0])), remedies=("if it is an advantage, a critic's score or a bonus times this answer, nothing is wrong; else look at the sign of the term",))
    worst = max(own, key=lambda f: f.falls[-1])
    return failed(
        f"the loss falls for ever {_words(worst)}, whatever the targets are",
        expected="a penalty with a least value",
        observed=Observed(value=worst.falls[-1], unit="fall of the loss, 30 away"),
        component="loss",
        where=("the loss", _name(worst)),
        level=Level.VERIFIED,
        why="A penalty holds an answer near some value. With a sign turned it pushes it away for ever, and its growing share buries what the targets say.",
        remedies=("look at the signs of the term on this answer: for a divergence 0.5 * (mu**2 + exp(logvar) - logvar - 1)", "add the penalty, and do not subtract it"),
    )


def _name(fall: Fall) -> str:
    return f"answer {fall.place} of the model, {list(fall.shape)}"


def _words(fall: Fall) -> str:
    to = {"down": "downwards", "up": "upwards", "outwards": "away from where it is"}[fall.way]
    return f"as {_name(fall)} goes {to} (by {fall.falls[0]:.3g}, {fall.falls[1]:.3g} and {fall.falls[2]:.3g} at 3, 10 and 30)"


def _with(given: Given, penalty: Any) -> Given:
    """The reconstruction and another penalty."""
    from torch import nn

    def loss(answer: Any, x: Any) -> Any:
        logit, mean, logvar = answer
        return (nn.functional.binary_cross_entropy_with_logits(logit, x, reduction="sum") + penalty(mean, logvar).sum()) / len(x)

    return replace(given, loss=loss)


def sign_of_the_variance(given: Given) -> Given:
    """The logarithm is added."""
    return _with(given, lambda mean, logvar: 0.5 * (mean.square() + logvar.exp() + logvar - 1))


def divergence_subtracted(given: Given) -> Given:
    """The minus in front is forgotten."""
    return _with(given, lambda mean, logvar: 0.05 * (1 + logvar - mean.square() - logvar.exp()))


def sign_of_the_mean(given: Given) -> Given:
    """Means are driven outwards."""
    return _with(given, lambda mean, logvar: -0.5 * (1 + logvar + mean.square() - logvar.exp()))


def smaller_prior(given: Given) -> Given:
    """A prior of half the spread, with free bits."""
    return _with(given, lambda mean, logvar: (0.5 * (4 * mean.square() + 4 * logvar.exp() - logvar)).clamp(min=0.1))


def flow(given: Given) -> Given:
    """A normalising flow: the log-determinant is an answer, and is summed."""
    import torch
    from torch import nn

    class Flow(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale, self.shift = nn.Linear(8, 8), nn.Linear(8, 8)

        def forward(self, x: Any) -> Any:
            a, b = x[:, :8], x[:, 8:]
            s = self.scale(a)
            return torch.cat([a, b * s.exp() + self.shift(a)], 1), s.sum(1)

    model = Flow()

    def loss(answer: Any, _: Any) -> Any:
        return (0.5 * answer[0].square().sum(1) - answer[1]).mean()

    return replace(given, model=model, loss=loss, optimizer=torch.optim.Adam(model.parameters(), lr=1e-3))


def likelihoods(given: Given) -> Given:
    """The model answers with likelihoods, and the loss is their logarithm."""
    import torch
    from torch import nn

    class Coder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body, self.head, self.rate = nn.Linear(16, 16), nn.Linear(16, 16), nn.Linear(16, 4)

        def forward(self, x: Any) -> Any:
            h = self.body(x).tanh()
            return self.head(h), nn.functional.softplus(self.rate(h))

    model = Coder()

    def loss(answer: Any, x: Any) -> Any:
        return nn.functional.binary_cross_entropy_with_logits(answer[0], x) - 0.1 * (answer[1] + 1e-3).clamp(min=1e-3).log().mean()

    return replace(given, model=model, loss=loss, optimizer=torch.optim.Adam(model.parameters(), lr=1e-3))


def gates_pushed_apart(given: Given) -> Given:
    """A second answer between 0 and 1 is pushed to the ends."""
    import torch
    from torch import nn

    class Gated(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body, self.head, self.gate = nn.Linear(16, 16), nn.Linear(16, 16), nn.Linear(16, 16)

        def forward(self, x: Any) -> Any:
            gate = self.gate(x).sigmoid()
            return self.head(self.body(x).tanh() * gate), gate

    model = Gated()

    def loss(answer: Any, x: Any) -> Any:
        return nn.functional.binary_cross_entropy_with_logits(answer[0], x) + 0.1 * (answer[1] * (1 - answer[1])).mean()

    return replace(given, model=model, loss=loss, optimizer=torch.optim.Adam(model.parameters(), lr=1e-3))


CHECK = Check(
    code="SKE354",
    name="bottomless-penalty",
    source="Kingma and Welling 2014, Auto-encoding variational Bayes (arXiv:1312.6114), appendix B",
    judge=judge,
    sabotages=(Case(toy="vae", plant=sign_of_the_variance), Case(toy="vae", plant=divergence_subtracted), Case(toy="vae", plant=sign_of_the_mean)),
    lookalikes=(Case(toy="vae", plant=smaller_prior), Case(toy="vae", plant=flow), Case(toy="vae", plant=likelihoods), Case(toy="vae", plant=gates_pushed_apart)),
)
