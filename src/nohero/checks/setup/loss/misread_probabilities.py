"""What it asks: do torch's losses between distributions get probabilities where they want them, and logarithms where they want those?

Why it matters: `kl_div` wants the logarithms of the answer's probabilities, and the target's probabilities as they are. Given anything else it crashes
not, but is least where answer and target differ: a student is drawn to a copy of its teacher's first choice, or to nothing.

How it is measured: one step, or one loss, is run with an ear at the calls of `kl_div` and `cross_entropy`. Whether numbers are probabilities or their
logarithms is told by their sums.

When it is right to fail: the target is a distribution and the answer is no logarithm of one over the same axis; or the target is a
logarithm and not said to be one; or a cross-entropy gets a soft-max's answers. Soft targets with numbers below zero are unsure.

What it cannot see: divergences written by hand; logarithms of numbers that are not made to sum to one.

Mend: `F.kl_div(F.log_softmax(student / T, dim=1), F.softmax(teacher / T, dim=1), reduction="batchmean")`; `cross_entropy` on the logits.

Source: the documentation of torch's KLDivLoss and CrossEntropyLoss; Hinton, Vinyals and Dean 2015, Distilling the knowledge in a neural network (arXiv:1503.02531).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.heard_distributions import HeardCall, HeardDistributions
from nohero.run.finding import Finding, Level, Observed, failed, passed, skipped, unsure

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(heard: HeardDistributions) -> Finding:
    """A call that gets the wrong form fails."""
    if not heard.calls:
        return skipped("no loss between distributions is called")
    wrong = [(c, said) for c in heard.calls if c.trains and (said := _divergence(c) or _entropy(c, labelled=heard.labelled))]
    if wrong:
        call, said = wrong[0]
        return failed(
            said,
            expected="log-probabilities as kl_div's input and probabilities as its target; logits for cross_entropy",
            observed=Observed(value=len(wrong), unit="calls in a step", n=len(heard.calls)),
            component="loss",
            where=("the loss", f"{call.function} of {list(call.shape)}"),
            level=Level.VERIFIED,
            why="The loss is then not least where the answer equals the target, so that what it is driven to is another answer.",
            remedies=("F.kl_div(F.log_softmax(answer, dim=1), F.softmax(teacher, dim=1), reduction='batchmean')", "log_target=True where the target is a logarithm") if call.function == "kl_div" else ("take the soft-max away: cross_entropy does its own",),
        )
    if any(c.function == "cross_entropy" and c.trains and c.signed for c in heard.calls):
        return unsure("cross_entropy gets soft targets with numbers below zero, which are no probabilities", expected="targets that sum to one", component="loss", where=("the loss",), remedies=("if they are advantages, nothing is wrong; else put a soft-max on the target",))
    return passed(f"{len(heard.calls)} calls get what they want")


def _divergence(call: HeardCall) -> str:
    """What is wrong with a call of kl_div; empty where nothing is."""
    if call.function != "kl_div":
        return ""
    if call.log_target:
        return "kl_div is told that its target is a logarithm, and gets probabilities" if call.target == "probabilities" else ""
    if call.target == "log-probabilities":
        return "kl_div gets the logarithm of the target's probabilities, and is not told so (log_target=True)"
    if call.target != "probabilities":
        return "kl_div gets a target with numbers below zero, which is no distribution" if call.signed else ""
    if call.answer == "probabilities":
        return "kl_div gets probabilities as its input, where it wants their logarithms: it is not least where the answer equals the target"
    if call.answer == "log-probabilities":
        return f"kl_div gets log-probabilities that sum to one over axis {call.answer_axis}, and a target that does over axis {call.axis}" if call.answer_axis != call.axis and call.shape[call.answer_axis] != call.shape[call.axis] else ""
    return "kl_div gets raw numbers as its input, where it wants log-probabilities: it falls for ever with their size"


def _entropy(call: HeardCall, *, labelled: bool) -> str:
    """What is wrong with a call of cross_entropy that the task's own probes do not look at."""
    axis = 1 if len(call.shape) > 1 else 0
    if call.function != "cross_entropy" or labelled or call.answer != "probabilities" or call.answer_axis != axis:
        return ""
    return "cross_entropy gets probabilities, where it wants logits: the soft-max is done twice"


def _taught(given: Given, divergence: Any) -> Given:
    """A student between labels and a teacher's answers."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    x, y = (torch.stack([torch.as_tensor(row[k]) for row in (given.train.dataset[i] for i in range(len(given.train.dataset)))]) for k in (0, 1))
    torch.manual_seed(0)
    teacher = 3 * nn.Linear(x.flatten(1).shape[1], int(y.max()) + 1)(x.flatten(1).float()).detach()
    student = nn.Sequential(nn.Flatten(), nn.Linear(x.flatten(1).shape[1], teacher.shape[1]))

    def loss(o: Any, target: Any) -> Any:
        return 4 * divergence(o / 2, target[1] / 2) + 0.1 * nn.functional.cross_entropy(o, target[0])

    return replace(
        given, model=student, loss=loss, train=DataLoader(TensorDataset(x.float(), y, teacher), batch_size=32, shuffle=True), val=None, evaluate=None, step=None, scheduler=None,
        optimizer=torch.optim.Adam(student.parameters(), lr=1e-3), unpack=lambda b: (b[0], (b[1], b[2])),
    )  # fmt: skip


def probabilities_for_logarithms(given: Given) -> Given:
    """A soft-max on both sides."""
    from torch.nn import functional as F

    return _taught(given, lambda s, t: F.kl_div(s.softmax(1), t.softmax(1), reduction="batchmean"))


def raw_answers(given: Given) -> Given:
    """The student's logits as they are."""
    from torch import nn

    return _taught(given, lambda s, t: nn.KLDivLoss(reduction="batchmean")(s, t.softmax(1)))


def logarithms_on_both_sides(given: Given) -> Given:
    """A log-soft-max on both sides, and nothing said."""
    from torch.nn import functional as F

    return _taught(given, lambda s, t: F.kl_div(s.log_softmax(1), t.log_softmax(1), reduction="batchmean"))


def distilled(given: Given) -> Given:
    """As it is meant."""
    from torch.nn import functional as F

    return _taught(given, lambda s, t: F.kl_div(s.log_softmax(1), t.softmax(1), reduction="batchmean"))


def distilled_in_logarithms(given: Given) -> Given:
    """The same in logarithms, and said."""
    from torch.nn import functional as F

    return _taught(given, lambda s, t: F.kl_div(s.log_softmax(1), t.log_softmax(1), reduction="batchmean", log_target=True))


def drawn_together(given: Given) -> Given:
    """Jensen and Shannon's divergence: both against their mean."""
    from torch.nn import functional as F

    def divergence(s: Any, t: Any) -> Any:
        p, q = s.softmax(1), t.softmax(1)
        middle = ((p + q) / 2).log()
        return 0.5 * (F.kl_div(middle, p, reduction="batchmean") + F.kl_div(middle, q, reduction="batchmean"))

    return _taught(given, divergence)


CHECK = Check(
    code="SKE356",
    name="misread-probabilities",
    source="the documentation of torch's KLDivLoss; Hinton, Vinyals and Dean 2015, Distilling the knowledge in a neural network (arXiv:1503.02531)",
    judge=judge,
    sabotages=(Case(toy="many-classes", plant=probabilities_for_logarithms), Case(toy="many-classes", plant=raw_answers), Case(toy="many-classes", plant=logarithms_on_both_sides)),
    lookalikes=(Case(toy="many-classes", plant=distilled), Case(toy="many-classes", plant=distilled_in_logarithms), Case(toy="many-classes", plant=drawn_together)),
)
