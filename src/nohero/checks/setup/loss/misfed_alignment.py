"""What it asks: does the loss of alignments (CTC) get logarithms of probabilities, labels without its blank, and answers long enough for them?

Why it matters: the blank is class 0 unless said otherwise, and an alphabet that begins at 0 gives it to its first letter: that letter is never written.
On raw answers the loss falls below zero and aligns nothing. An answer with fewer steps than labels costs infinity, or nothing where `zero_infinity` hides it.

How it is measured: one step, or one loss, with an ear at the call of `ctc_loss`: the labels within their lengths, and what the answers sum to.

When it is right to fail: the blank is among the labels; or the answers' exponentials do not sum to one over the last axis. Items whose labels
do not fit into their answer warn.

What it cannot see: losses of alignments that are not torch's.

Mend: `log_softmax(-1)` before it; labels from 1 on, or `blank=` the number after the last letter; fewer strides before the answer.

Source: the documentation of torch's CTCLoss; Graves et al. 2006, Connectionist temporal classification.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.heard_alignments import Alignment, HeardAlignments
from nohero.run.finding import Finding, Level, Observed, failed, passed, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given


def judge(heard: HeardAlignments) -> Finding:
    """A blank among the labels and unnormalised answers fail; answers that are too short warn."""
    for call in heard.calls:
        if not call.normal:
            over = f"; they do over axis {call.axis}" if call.axis >= 0 else ""
            return _told(failed, call, f"ctc_loss gets answers that are no logarithms of probabilities: their exponentials do not sum to one over the {call.classes} classes{over}", 0.0, ("end the model, or begin the loss, with log_softmax over the classes (dim=-1)",))
        if call.blanks:
            return _told(failed, call, f"{call.blanks} of {call.labels} labels are {call.blank}, which is ctc_loss's blank; labels go from {call.lowest} to {call.highest}, of {call.classes} classes", call.blanks / call.labels, ("let the labels begin at 1, and leave 0 to the blank", "or blank= a class that is no label, and an output for it"))
    short = next((c for c in heard.calls if c.too_short), None)
    if short is not None:
        return _told(warned, short, f"{short.too_short} of {short.items} items have more labels, a step between equal ones counted, than their answer has steps", short.too_short / max(1, short.items), ("fewer strides or less pooling along time before the answer", "look whether input_lengths are those of the answer, not of the input"))
    return passed(f"{len(heard.calls)} calls of ctc_loss get what they want")


def _told(told: Any, call: Alignment, what: str, value: float, mend: tuple[str, ...]) -> Finding:
    return told(  # type: ignore[no-any-return]
        what,
        expected="log-probabilities over the last axis, labels that are not the blank, steps enough for them",
        observed=Observed(value=value, unit="share", n=call.labels),
        component="loss",
        where=("the loss", "ctc_loss"),
        level=Level.VERIFIED,
        why="The loss sums over all ways in which blanks and repeats make an answer of the labels; what is given to the blank is a pause, and is left out of what is read.",
        remedies=mend,
    )


def _written(given: Given, answer: Any, first: int, blank: int, steps: int = 9) -> Given:
    """Readings whose largest channels are written down, three in a row."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    generator = torch.Generator().manual_seed(9)
    letters_NL = torch.randint(0, 3, (120, 3), generator=generator)
    x_NTF = nn.functional.one_hot(letters_NL.repeat_interleave(3, 1), 3).float() + 0.2 * torch.randn(120, 9, 3, generator=generator)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.memory, self.head = nn.GRU(3, 16, batch_first=True), nn.Linear(16, 4)

        def forward(self, x_BTF: Any) -> Any:
            return answer(self.head(self.memory(x_BTF)[0][:, :steps]))

    measured = nn.CTCLoss(blank=blank, zero_infinity=True)

    def loss(said_BTK: Any, y_BL: Any) -> Any:
        return measured(said_BTK.transpose(0, 1), y_BL, torch.full((len(y_BL),), steps), torch.full((len(y_BL),), 3))

    torch.manual_seed(6)
    model = Net()
    return replace(given, model=model, loss=loss, unpack=None, train=DataLoader(TensorDataset(x_NTF, letters_NL + first), batch_size=20, shuffle=True), val=None, optimizer=torch.optim.Adam(model.parameters(), lr=1e-2))


def first_letter_is_the_blank(given: Given) -> Given:
    """Letters from 0 on, and 0 is the blank."""
    return _written(given, lambda o: o.log_softmax(-1), 0, 0)


def raw_answers(given: Given) -> Given:
    """No log-soft-max."""
    return _written(given, lambda o: o, 1, 0)


def normalised_over_time(given: Given) -> Given:
    """A log-soft-max over the steps."""
    return _written(given, lambda o: o.log_softmax(1), 1, 0)


def too_few_steps(given: Given) -> Given:
    """Two steps for three letters."""
    return _written(given, lambda o: o.log_softmax(-1), 1, 0, steps=2)


def letters_from_one(given: Given) -> Given:
    """As it is meant."""
    return _written(given, lambda o: o.log_softmax(-1), 1, 0)


def blank_at_the_end(given: Given) -> Given:
    """Letters from 0 on, and the last class is the blank."""
    return _written(given, lambda o: o.log_softmax(-1), 0, 3)


CHECK = Check(
    code="SKE359",
    name="misfed-alignment",
    source="the documentation of torch's CTCLoss; Graves et al. 2006, Connectionist temporal classification",
    judge=judge,
    sabotages=tuple(Case(toy="lstm-lengths", plant=p) for p in (first_letter_is_the_blank, raw_answers, normalised_over_time, too_few_steps)),
    lookalikes=(Case(toy="lstm-lengths", plant=letters_from_one), Case(toy="lstm-lengths", plant=blank_at_the_end)),
)
