"""What it asks: is a target that the network itself makes held still while the network learns it?

Why it matters: in temporal-difference learning the target is reward plus discount times the network's own next answer. With its
graph, half of the gradient bends the next answer towards the present one: values run backwards in time and settle elsewhere.

How it is measured: in the user's own step the gradients of two answers of one network are compared, item by item.

When it is right to fail: never more than a warning: the second answer's gradient is minus a discount below one times the first's,
for every item that has one, over several batches; or the discount is one and the second was picked as the item's largest. Two
views that are drawn together pull equally and differ from this.

What it cannot see: both states in one call; a discount of one with a single number per item; several critics.

Mend: with torch.no_grad(): target = ..., or target.detach().

Source: Sutton and Barto 2018, Reinforcement learning, section 9.3 (semi-gradient methods).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.setup.paired_gradients import PairedGradients
from nohero.run.finding import Finding, Level, Observed, passed, skipped, warned

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nohero.setup.given import Given

LEAST, MOST = 0.1, 0.9985  # discounts in use run from 0.5 to 0.999; a pull of one is that of two equal answers
WHOLE = 2e-3  # from one


def judge(found: PairedGradients) -> Finding:
    """A second answer that is pulled by a discounted share of the first's gradient warns."""
    if not found.pairs:
        return skipped("no two answers of one network get gradients in the step")
    for p in found.pairs:
        discounted = LEAST < p.share < MOST
        if p.picked and (discounted or (p.greedy and abs(p.share - 1) < WHOLE)):
            return warned(
                f"the target is an answer of `{p.module}` with its graph: in {p.items} items it gets {p.share:.3g} times the gradient of the prediction, turned round",
                expected="a target that gets no gradient",
                observed=Observed(value=p.share, unit="of the prediction's gradient", n=p.items),
                component="step",
                where=(p.module,),
                level=Level.MEASURED,
                why="The loss is to bring the prediction to the target. With a graph it also brings the target, which is the network's own answer for the next state, to the prediction.",
                remedies=("compute the target under torch.no_grad(), or call .detach() on it", "use a target network that is updated on its own"),
            )
    return passed(f"in {len(found.pairs)} pairs of answers of one network none is the other's discounted target")


def _learning(given: Given, target: Callable[[Any, Any, Any], Any], pick: Callable[[Any, Any], Any]) -> Given:
    """Predictions are picked from the answers and drawn to `target(model, batch, shifted inputs)`."""
    from dataclasses import replace

    def step(model: Any, batch: Any, _loss: Any, optimizer: Any) -> float:
        x, y = batch
        value = (pick(model(x), y) - target(model, y, x.roll(1, 0))).square().mean()
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        return float(value.detach())

    return replace(given, step=step)


def _values(answer: Any, _y: Any) -> Any:
    return answer.flatten()


def _of_actions(answer: Any, y: Any) -> Any:
    return answer.gather(1, y[:, None])[:, 0]


def attached_values(given: Given) -> Given:
    """A value is drawn to the reward and the discounted next value, with its graph."""
    return _learning(given, lambda model, y, then: y.flatten() + 0.95 * model(then).flatten(), _values)


def attached_best_action(given: Given) -> Given:
    """The next state's best action, undiscounted, with its graph; an end has no next state."""
    return _learning(given, lambda model, y, then: 0.1 * y + model(then).max(1).values * (y != 0), _of_actions)


def held_values(given: Given) -> Given:
    """The same with the target held still."""
    return _learning(given, lambda model, y, then: y.flatten() + 0.95 * model(then).detach().flatten(), _values)


def drawn_together(given: Given) -> Given:
    """Two answers are drawn together, both with their graphs."""
    return _learning(given, lambda model, _y, then: model(then).flatten(), _values)


def ranked(given: Given) -> Given:
    """The better of two items is to have the higher answer by a margin."""
    return _learning(given, lambda model, y, then: model(then).flatten() + (y - y.roll(1, 0)).flatten().sign(), _values)


CHECK = Check(
    code="SKE412",
    name="attached-target",
    source="Sutton and Barto 2018, Reinforcement learning, section 9.3 (semi-gradient methods)",
    judge=judge,
    sabotages=(Case(toy="huber-regression", plant=attached_values), Case(toy="table-mlp", plant=attached_best_action)),
    lookalikes=(Case(toy="huber-regression", plant=held_values), Case(toy="huber-regression", plant=drawn_together), Case(toy="huber-regression", plant=ranked)),
)
