"""What it asks: is noise multiplied with the deviation that the loss means?

Why it matters: a network says the logarithm of a variance. Drawn with that logarithm itself, or with the variance for the deviation, the answers have
another spread than the divergence is computed for; training goes on, and the draws are worth nothing.

How it is measured: torch's functions are listened to while the model draws: what normal noise is multiplied with, which exponentials are taken of the
same numbers, and which of them are squared.

When it is right to fail: the factor is a number whose exponential the loss takes. It warns where the factor is an exponential that the loss adds up
as a variance, unsquared, beside its logarithm.

What it cannot see: losses of torch.distributions, and exponentials written in another way.

Mend: deviation = torch.exp(0.5 * log_variance).

Source: Kingma and Welling 2014, Auto-encoding variational Bayes (arXiv:1312.6114), section 2.4 and appendix B.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.heard_noise import HeardNoise
from nohero.run.finding import Finding, Level, Observed, failed, passed, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(heard: HeardNoise) -> Finding:
    """A logarithm fails, a variance warns."""
    found = [s for s in heard.scales if s.logarithm or s.variance]
    if not found:
        return passed("noise is multiplied with no number that the loss takes for a logarithm or a variance")
    first = next((s for s in found if s.logarithm), found[0])
    what = "the logarithm itself: the loss takes the exponential of the same numbers" if first.logarithm else "an exponential that the loss adds up, unsquared, as the variance"
    return (failed if first.logarithm else warned)(
        f"noise is multiplied with {what}{first.line and f' ({first.line})'}",
        expected="noise times the deviation, the root of the variance that the loss means",
        observed=Observed(value=first.negative, unit="of the factors are negative"),
        component="model",
        where=tuple(dict.fromkeys(s.line for s in found)),
        level=Level.MEASURED,
        effect="answers are drawn with another spread than the loss is computed for",
        remedies=("deviation = torch.exp(0.5 * log_variance)", "or have the network say the logarithm of the deviation, and square its exponential in the loss"),
    )


def _drawn_with(given: Given, scale: Any, variance: Any = None) -> Given:
    """The toy's autoencoder with another draw, and where it is said, another divergence."""
    import types

    import torch
    from torch.nn import functional

    def forward(self: Any, x_BC: Any) -> Any:
        seen = self.encoder(x_BC)
        mean_BZ, said_BZ = self.mean(seen), self.logvar(seen)
        drawn_BZ = mean_BZ + torch.randn_like(mean_BZ) * scale(said_BZ) if self.training else mean_BZ
        return self.decoder(drawn_BZ), mean_BZ, said_BZ

    def loss(answer: Any, x_BC: Any) -> Any:
        logit_BC, mean_BZ, said_BZ = answer
        return (functional.binary_cross_entropy_with_logits(logit_BC, x_BC, reduction="sum") + 0.5 * (mean_BZ.square() + variance(said_BZ)).sum()) / len(x_BC)

    given.model.forward = types.MethodType(forward, given.model)
    return given if variance is None else replace(given, loss=loss)


def logarithm_for_deviation(given: Given) -> Given:
    """No exponential at all."""
    return _drawn_with(given, lambda said: said)


def half_the_logarithm(given: Given) -> Given:
    """Halved, and the exponential forgotten."""
    return _drawn_with(given, lambda said: said / 2)


def variance_for_deviation(given: Given) -> Given:
    """The half forgotten."""
    return _drawn_with(given, lambda said: said.exp())


def logarithm_of_the_deviation(given: Given) -> Given:
    """The network says another logarithm, and the loss knows."""
    return _drawn_with(given, lambda said: said.exp(), lambda said: said.exp() ** 2 - 2 * said - 1)


def a_deviation_of_either_sign(given: Given) -> Given:
    """The network says the deviation as it is: noise has no sign, and the loss squares it."""
    return _drawn_with(given, lambda said: said, lambda said: said.square() - (said.square() + 1e-6).log() - 1)


CHECK = Check(
    code="SKE365",
    name="misread-deviation",
    source="https://arxiv.org/abs/1312.6114",
    judge=judge,
    sabotages=(Case(toy="vae", plant=logarithm_for_deviation), Case(toy="vae", plant=half_the_logarithm), Case(toy="vae", plant=variance_for_deviation)),
    lookalikes=(Case(toy="vae", plant=logarithm_of_the_deviation), Case(toy="vae", plant=a_deviation_of_either_sign)),
)
