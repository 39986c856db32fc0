"""What it asks: do the answers stay as they are when a padded row gets more padding?

Why it matters: where padding is attended to, averaged in or run through, the answer hangs on how long the longest row of the batch
happens to be. A mask the wrong way round hides the content and shows the padding.

How it is measured: rows that are padded already get more of it (or less, where the model takes no longer rows), the mask and the
lengths saying so; answers at real places are compared. What stands under the mask, and what is real, is exchanged. A mask is tried the other way round.

When it is right to fail: padding is declared by expect={"pad_id": 0} or said by a mask, and more of it moves the answers; or what is
real moves none. Undeclared
padding warns where one token fills the ends of rows and the answers move strongly.

What it cannot see: padding on the left without a mask; rows that are never padded in the first batch.

Mend: mask the attention, pack the sequences, divide by the true length.

Source: torch, MultiheadAttention, key_padding_mask; torch, pack_padded_sequence.
"""

from __future__ import annotations

from dataclasses import replace
from math import isnan
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.padding_effect import PaddingEffect
from nohero.run.finding import Finding, Level, Observed, Remedy, failed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

NOTHING = 0.01  # spreads of the answers; chosen: sound toys move by 0, the weakest planted fault by 0.07
MUTE = 1e-6  # spreads: nothing but rounding
GRAVE = 0.05  # spreads; chosen below this check's own five sabotages, which move by 0.07 to 1.1; weaker moves cannot be told from harmless ones
STRONG = 0.75  # spreads; chosen between one mean over padding (0.44) and one recurrent network run through it (0.92)
NEARLY = 0.5  # spreads, where first choices change besides; chosen, not measured
TURNED = 0.2  # share of first choices that change; chosen, not measured


def judge(effect: PaddingEffect) -> Finding:
    """What is declared or said by a mask fails, what is guessed warns only where it is strong."""
    e = effect
    by_more = not isnan(e.more)
    move = e.more if by_more else e.under
    if e.real <= MUTE:
        mend = Remedy(text="turn the mask round: in key_padding_mask True hides a place, in scaled_dot_product_attention True shows it")
        return failed(f"other tokens at the real places of {e.n} padded rows move no answer: what stands there is hidden, or never looked at", **_rest(e, e.real, (e.content,), mend))
    if isnan(move):
        return unsure("neither more padding nor other content under it could be tried", component="model", remedies=("let the model take sequences of any length",))
    if move <= NOTHING:
        return passed(f"more padding leaves the answers of {e.n} padded rows as they are" if by_more else f"what stands under {e.said_by} leaves the answers as they are")
    what = (f"{e.added} more places of padding" if e.added > 0 else f"{-e.added} fewer places of padding") if by_more else f"other content under {e.said_by}"
    turned = f", and {e.changed:.0%} of first choices change" if not isnan(e.changed) and e.changed > 0 else ""
    message = f"padding counts: {what} moves the answers of {e.n} padded rows by {move:.2g} of their spread{turned}"
    if e.said_by and e.turned_more <= NOTHING < e.turned_real:
        mend = Remedy(text=f"turn {e.said_by} round (key_padding_mask wants True where padding stands)", tried=True, result="padding has no effect, and the content counts")
        return failed(f"{e.said_by} is the wrong way round: {message}; turned round, it has none", **_rest(e, move, (e.said_by,), mend))
    if e.mute_mask and move >= GRAVE:
        mend = Remedy(text=f"let {e.mute_mask} be 0 where rows are padded (with {e.pad:.0f})")
        return failed(f"{e.mute_mask} says of every place that it is real, though rows end in padding: {message}", **{**_rest(e, move, (e.mute_mask,), mend), "component": "data"})
    if e.how in ("declared", "mask") and move >= GRAVE and by_more:
        return failed(message, **_rest(e, move, (e.said_by or e.content,)))
    if e.how in ("declared", "mask", "lengths"):
        return (warned if move >= GRAVE else unsure)(message, **_rest(e, move, (e.said_by or e.content,)))
    line = f'declare expect={{"pad_id": {e.pad:.0f}}} if {e.pad:.0f} stands for padding' if e.how == "tokens" else "hand the model a mask or lengths if the zeros at the ends of rows stand for nothing"
    if e.how == "tokens" and (e.more >= STRONG or (e.more >= NEARLY and e.changed >= TURNED)):
        return warned(f"{message}; token {e.pad:.0f} fills the ends of rows and stands nowhere else", **_rest(e, move, (e.content,), Remedy(text=line)))
    return unsure(message, component="model", remedies=(line,))


def _rest(e: PaddingEffect, move: float, where: tuple[str, ...], *first: Remedy) -> dict[str, Any]:
    return {
        "expected": "answers at real places do not hang on the padding",
        "observed": Observed(value=move, unit="spreads of the answers", n=e.n),
        "component": "model",
        "where": where,
        "level": Level.VERIFIED,
        "effect": "the answer changes with the longest row of the batch",
        "why": "The same item gets another answer in other company, and what is learnt about padding is of no use.",
        "remedies": (
            *first,
            "give attention a key_padding_mask; pool over real places alone and divide by their number",
            "pack the sequences (pack_padded_sequence), or read each row's state at its own last step",
        ),
    }


def _forward(given: Given, padding: Any, pooled: Any) -> Given:
    import torch

    model: Any = given.model

    def forward(ids: Any, mask: Any) -> Any:
        out = model.blocks(model.token(ids) + model.place(torch.arange(ids.shape[1], device=ids.device)), src_key_padding_mask=padding(mask))
        return model.head(pooled(out, mask[:, :, None].to(out.dtype)))

    model.forward = forward
    return given


def _over_the_real(out: Any, kept: Any) -> Any:
    return (out * kept).sum(1) / kept.sum(1)


def mask_turned_round(given: Given) -> Given:
    """True where content stands, though attention hides what is True."""
    return _forward(given, lambda mask: mask == 1, _over_the_real)


def content_hidden_inside(given: Given) -> Given:
    """The model makes the mask of the ids itself, the wrong way round, and shows the padding alone."""
    import torch

    model: Any = given.model

    def forward(ids: Any, mask: Any) -> Any:
        pad = torch.nn.functional.pad(mask == 0, (0, 1), value=True)
        out = model.token(torch.nn.functional.pad(ids, (0, 1)))
        seen = torch.nn.functional.scaled_dot_product_attention(model.place(torch.zeros(len(ids), 1, dtype=torch.long)), out, out, attn_mask=pad[:, None, :])
        return model.head(seen[:, 0])

    model.forward = forward
    return given


def mask_not_handed_on(given: Given) -> Given:
    """Attention gets no mask."""
    return _forward(given, lambda _: None, _over_the_real)


def averaged_with_padding(given: Given) -> Given:
    """The mean over all places, padding too."""
    return _forward(given, lambda mask: mask == 0, lambda out, _: out.mean(1))


def state_after_padding(given: Given) -> Given:
    """The recurrent network runs through the padding; its last state is read."""
    model: Any = given.model
    model.forward = lambda x, _: model.head(model.lstm(x)[0][:, -1])
    return given


def tokens_run_through(given: Given) -> Given:
    """No mask is handed over; the padding's token is declared."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.token, self.gru, self.head = nn.Embedding(13, 16, padding_idx=0), nn.GRU(16, 16, batch_first=True), nn.Linear(16, 3)

        def forward(self, ids: Any) -> Any:
            return self.head(self.gru(self.token(ids))[1][-1])

    rows = given.train.dataset
    data = TensorDataset(torch.stack([r["ids"] for r in rows]), torch.stack([r["labels"] for r in rows]))
    model = Net()
    return replace(given, model=model, train=DataLoader(data, batch_size=24, shuffle=True), val=None, optimizer=torch.optim.Adam(model.parameters(), 1e-2), expect={"pad_id": 0})


def highest_over_time(given: Given) -> Given:
    """The largest value over all places, padding set aside."""
    return _forward(given, lambda mask: mask == 0, lambda out, kept: out.masked_fill(kept == 0, -1e9).amax(1))


def state_before_padding(given: Given) -> Given:
    """The recurrent network runs through the padding, and each row's own last step is read."""
    import torch

    model: Any = given.model
    model.forward = lambda x, n: model.head(model.lstm(x)[0][torch.arange(len(x)), n - 1])
    return given


def mask_of_ones(given: Given) -> Given:
    """The collator looks for another padding token, and so calls every place real."""
    import torch

    class Collated(torch.utils.data.Dataset):  # type: ignore[type-arg]
        def __len__(self) -> int:
            return len(given.train.dataset)

        def __getitem__(self, i: int) -> Any:
            item = given.train.dataset[i]
            return {**item, "mask": torch.ones_like(item["mask"])}

    return replace(given, train=torch.utils.data.DataLoader(Collated(), batch_size=24, shuffle=True), val=None)


CHECK = Check(
    code="SKE330",
    name="padding-effect",
    source="torch, MultiheadAttention, key_padding_mask; torch, pack_padded_sequence",
    judge=judge,
    sabotages=(
        Case(toy="bidirectional-transformer", plant=mask_of_ones),
        *(Case(toy="bidirectional-transformer", plant=p) for p in (mask_turned_round, content_hidden_inside, mask_not_handed_on, averaged_with_padding, tokens_run_through)),
        Case(toy="lstm-lengths", plant=state_after_padding),
    ),
    lookalikes=(Case(toy="bidirectional-transformer", plant=highest_over_time), Case(toy="lstm-lengths", plant=state_before_padding)),
    under=("SKE300",),
)
