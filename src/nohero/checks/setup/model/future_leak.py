"""What it asks: does the answer at a time step depend on inputs that it is to predict?

Why it matters: a network that sees the next step copies it. The training loss falls to nearly nothing, validation looks perfect,
and in use, where the future is not there, nothing of it is left.

How it is measured: one step of the input is altered at a time; the answers before it must be equal to the last digit. How far
ahead the target stands is read off the batches and off the loss's gradient.

When it is right to fail: the target is the input some steps later, or expect={"causal": True} is declared, and answers move with
inputs at or after the step that they are to predict.

What it cannot see: futures that stand in the features from the start; targets that are no copy of the input.

Mend: a causal mask (triu with diagonal=1 is what must be hidden), one direction, padding on the left, no norm over time.

Source: Vaswani et al. 2017, Attention is all you need (arXiv:1706.03762), section 3.2.3.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.time_dependence import TimeDependence
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, failed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

TRIANGULAR = 0.9  # share of the earlier steps that answers depend on, in a network that is causal but for one step; attention gives 1
SHOWN = 12  # steps in the picture


def judge(dependence: TimeDependence) -> Finding:
    """The shift of the target says what may be seen."""
    d = dependence
    hidden = 1 if d.declared else d.shift if d.shift is not None and d.shift > 0 and d.declared is None else 0
    ahead = tuple(k for k in d.ahead() if hidden and k >= hidden)
    if hidden and ahead:
        return _leak(d, ahead, hidden)
    if hidden:
        return passed(f"no answer depends on later steps of {d.name} ({len(d.probed)} of {d.steps} altered one by one)")
    if d.declared is None and d.shift is None and len(d.ahead()) == 1 and d.behind() >= TRIANGULAR and d.tokens:
        return _nearly(d)
    return passed(f"the target is no later step of {d.name}, so that all of it may be seen")


def _leak(d: TimeDependence, ahead: tuple[int, ...], hidden: int) -> Finding:
    s, t = next((s, t) for t, row in zip(d.probed, d.chart, strict=True) for s, seen in enumerate(row) if seen and t - s >= hidden)
    why = "causal was declared" if d.declared else f"the target is {d.name} {d.shift} step{'s' if d.shift != 1 else ''} later"
    off_by_one = len(ahead) == 1
    begins = f"; it begins in {d.module}" if d.module else ""
    return failed(
        f"the future leaks: the answer at step {s} moves when {d.name} at step {t} is altered, and {why}; answers look {_listed(ahead)} ahead{begins}",
        expected=f"the answer at step t depends on steps up to t{f' + {hidden - 1}' if hidden > 1 else ''} alone",
        observed=Observed(value=float(max(ahead)), unit="steps ahead", n=len(d.probed)),
        component="model",
        where=(d.module,) if d.module else (),
        level=Level.VERIFIED,
        effect="training and validation look far too good, and nothing of it holds where the future is not known",
        why="The step to be predicted stands among the inputs that the answer depends on, so the network learns to copy it.",
        remedies=(
            *(("the mask's diagonal is one off: hide triu(ones(T, T), diagonal=1)",) if off_by_one else ()),
            "give attention a causal mask: is_causal=True, or -inf above the diagonal",
            "a recurrent network of one direction; convolutions padded on the left; no norm or mean over the axis of time",
        ),
        figure=_figure(d),
    )


def _nearly(d: TimeDependence) -> Finding:
    message = f"the network is causal but for one step: the answer at step {d.example[0]} depends on {d.name} at step {d.example[1]}, and on none farther ahead"
    if d.attends:
        return warned(
            message, component="model", where=(d.module,) if d.module else (), level=Level.MEASURED, expected="a mask that hides every later step",
            observed=Observed(value=1.0, unit="steps ahead", n=len(d.probed)), why="A mask one diagonal off lets every answer see the next step, which is mostly what it is to predict.",
            remedies=("hide triu(ones(T, T), diagonal=1)", 'declare expect={"causal": False} if one step ahead is meant'), figure=_figure(d),
        )  # fmt: skip
    return unsure(message, component="model", remedies=('declare expect={"causal": True} or {"causal": False}',), figure=_figure(d))


def _listed(ahead: tuple[int, ...]) -> str:
    return f"{ahead[0]} step{'s' if ahead[0] != 1 else ''}" if len(ahead) == 1 else f"{ahead[0]} to {ahead[-1]} steps"


def _figure(d: TimeDependence) -> Table:
    rows = tuple(
        (f"answer {s}", *("x" if d.chart[i][s] else "" for i in range(min(SHOWN, len(d.probed))))) for s in range(min(SHOWN, d.steps))
    )  # fmt: skip
    return Table(title="Which answer depends on which step", columns=("", *(f"input {t}" for t in d.probed[:SHOWN])), rows=rows, sentence="crosses right of the diagonal are looks ahead")


def _with_mask(given: Given, mask_of: Any) -> Given:
    model: Any = given.model

    def forward(x: Any) -> Any:
        return model.head(model.blocks(model.token(x) + model.place[:, : x.shape[1]], mask=mask_of(x.shape[1])))

    model.forward = forward
    return given


def mask_forgotten(given: Given) -> Given:
    """No mask at all."""
    return _with_mask(given, lambda _: None)


def mask_one_off(given: Given) -> Given:
    """The diagonal beside the main one is left open."""
    import torch

    return _with_mask(given, lambda n: torch.triu(torch.full((n, n), float("-inf")), diagonal=2))


def norm_over_time(given: Given) -> Given:
    """The answers' mean over all steps is subtracted."""
    model: Any = given.model
    inner = model.forward
    model.forward = lambda x: inner(x) - inner(x).mean(1, keepdim=True)
    return given


def both_directions(given: Given) -> Given:
    """A bidirectional recurrent network that predicts the next token."""
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.token, self.gru, self.head = nn.Embedding(11, 16), nn.GRU(16, 16, batch_first=True, bidirectional=True), nn.Linear(32, 11)

        def forward(self, x: Any) -> Any:
            return self.head(self.gru(self.token(x))[0])

    torch.manual_seed(3)
    model = Net()
    return replace(given, model=model, optimizer=torch.optim.Adam(model.parameters(), 1e-2))


def tagging_of_both_sides(given: Given) -> Given:
    """No mask, and a tag for every token that is none of the tokens."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    x = torch.stack([row for row, _ in given.train.dataset])
    data = TensorDataset(x, (x + x.roll(-1, 1)) % 3)
    return replace(mask_forgotten(given), train=DataLoader(data, batch_size=16, shuffle=True), val=None)


CHECK = Check(
    code="SKE310",
    name="future-leak",
    source="Vaswani et al. 2017, Attention is all you need (arXiv:1706.03762), section 3.2.3",
    judge=judge,
    sabotages=tuple(Case(toy="causal-transformer", plant=p) for p in (mask_forgotten, mask_one_off, norm_over_time, both_directions)),
    lookalikes=(Case(toy="causal-transformer", plant=tagging_of_both_sides),),
)
