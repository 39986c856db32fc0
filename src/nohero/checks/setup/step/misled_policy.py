"""What it asks: does the loss raise a policy's entropy, and leave what its log-probabilities are weighed by alone?

Why it matters: a bonus for entropy with the wrong sign drives the policy to one action before it has seen the others. An advantage with a gradient lets
the policy's loss train the critic to flatter it.

How it is measured: entropy and log_prob of torch's distributions, and actions gathered from a log_softmax, are listened to during a step: the slope of the loss along each entropy, and products
of log-probabilities with numbers that have a gradient of their own.

When it is right to fail: it warns, where the loss rises with the entropy of a distribution whose log-probability is asked for too; and where a
difference, such as reward minus value, weighs a log-probability and has a gradient.

What it cannot see: entropies written out by hand, and losses that clip their ratio.

Mend: loss = policy_loss - coefficient * entropy; advantage = (reward - value).detach().

Source: Mnih et al. 2016, Asynchronous methods for deep reinforcement learning (arXiv:1602.01783).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.heard_policies import HeardPolicies
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(heard: HeardPolicies) -> Finding:
    """Entropy first, then advantages."""
    told: dict[str, Any] = {"component": "step", "level": Level.VERIFIED, "observed": Observed(value=float(heard.asked), unit="log-probabilities")}
    if heard.rises and not heard.falls:
        return warned(
            f"the loss rises with the policy's entropy{heard.rises[0] and f' ({heard.rises[0]})'}: training drives it to one action",
            expected="a loss that falls with the entropy, so that all actions are tried",
            where=heard.rises,
            effect="the policy stops trying before it knows what is good",
            remedies=("take the bonus off: loss = policy_loss - coefficient * entropy", "if the policy is to become certain, ignore this check and say so"),
            **told,
        )
    if not heard.weighed:
        return passed(f"what {heard.asked} log-probabilities are weighed by has no gradient of its own" + ("; the loss falls with the entropy" if heard.falls else ""))
    line, difference = max(heard.weighed, key=lambda w: w[1])
    return (warned if difference else unsure)(
        f"a log-probability is multiplied with {'a difference' if difference else 'a number'} that has a gradient of its own{line and f' ({line})'}: the policy's loss trains what made it",
        expected="advantages that are plain numbers to the policy's loss",
        where=tuple(line for line, _ in heard.weighed),
        effect="the critic is trained to flatter the policy",
        remedies=("advantage = (reward - value).detach()", "if both are to be trained by this product, ignore this check and say so"),
        **told,
    )


def _actor_and_critic(given: Given, bonus: float, *, detached: bool) -> Given:
    """Three actions of which the class is the right one; a critic beside."""
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.actor, self.critic = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 3)), nn.Linear(6, 1)

        def forward(self, x_BC: Any) -> Any:
            return self.actor(x_BC), self.critic(x_BC)[:, 0]

    torch.manual_seed(8)
    model = Net()

    def step(model: Any, batch: Any, optimizer: Any) -> float:
        x, y = batch
        logits, value = model(x)
        policy = torch.distributions.Categorical(logits=logits)
        action = policy.sample()
        reward = (action == y).float()
        advantage = reward - (value.detach() if detached else value)
        loss = -(policy.log_prob(action) * advantage).mean() + 0.5 * (value - reward).square().mean() + bonus * policy.entropy().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    return replace(given, model=model, loss=None, step=step, optimizer=torch.optim.Adam(model.parameters(), lr=1e-3), scheduler=None, val=None)


def entropy_added(given: Given) -> Given:
    """The bonus is a punishment."""
    return _actor_and_critic(given, 0.05, detached=True)


def advantage_with_a_gradient(given: Given) -> Given:
    """The value is not detached."""
    return _actor_and_critic(given, -0.05, detached=False)


def actor_and_critic(given: Given) -> Given:
    """As it is meant."""
    return _actor_and_critic(given, -0.05, detached=True)


CHECK = Check(
    code="SKE428",
    name="misled-policy",
    source="https://arxiv.org/abs/1602.01783",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=entropy_added), Case(toy="table-mlp", plant=advantage_with_a_gradient)),
    lookalikes=(Case(toy="table-mlp", plant=actor_and_critic),),
)
