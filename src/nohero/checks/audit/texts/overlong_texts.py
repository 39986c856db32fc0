"""What it asks: are some texts longer than all others by far?

Why it matters: a text that swallowed its neighbours (a quotation mark that was never closed, a page for a sentence) is cut by the
tokenizer, and one such text fills a batch's memory.

How it is measured: a text stands out where it is five times as long as 99 % of all, and two and a half times as far from the median on
a logarithmic scale; of lengths that spread as a log-normal law does that is one in 10^8.

When it is right to fail: one such text is a warning.

What it cannot see: two short texts that were joined.

Mend: look at them: cut what was joined, or leave them out.

Source: the recipe, the data ("outliers").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.planted_texts import changed
from nohero.checks.check import Case, Check
from nohero.evidence.audit.text_lengths import TextLengths
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Level, Observed, passed, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

SHOWN = 20  # rows of the table


def judge(lengths: TextLengths) -> Finding:
    """Those far beyond all others."""
    if not lengths.outliers:
        return passed(f"lengths are of one kind: half under {lengths.median:,.0f} characters, 99 % under {lengths.high:,.0f}, the longest {lengths.greatest:,}")
    item, length, _ = lengths.outliers[0]
    of = f" of `{lengths.field}`" if lengths.field else ""
    return warned(
        f"{len(lengths.outliers):,} of {lengths.total:,} texts{of} are far longer than all others: {item} has {length:,} characters, 99 % have under {lengths.high:,.0f}",
        expected=f"texts of up to some {5 * lengths.high:,.0f} characters",
        observed=Observed(value=float(length), unit="characters", n=lengths.total),
        component="data",
        level=Level.HEURISTIC,
        where=tuple(name for name, *_ in lengths.outliers[:5]),
        items=tuple(name for name, *_ in lengths.outliers),
        effect="what is behind the tokenizer's limit is lost, and one such text fills the memory of a batch",
        remedies=("look at their beginning and end: several items may have been read as one", "cut them, or leave them out"),
        figure=Table(title="Texts far longer than the others", columns=("item", "characters", "text"), rows=lengths.outliers[:SHOWN]),
    )


def swallowed_rows(collection: Collection) -> Collection:
    """A quotation mark that is never closed has swallowed forty texts."""
    texts, labels = collection.texts.to_list(), collection.labels.to_list()
    return changed(collection, [*texts[:100], "\n".join(texts[100:140]), *texts[140:]], [*labels[:101], *labels[140:]])


def some_letters(collection: Collection) -> Collection:
    """Lengths spread widely: some people write letters."""
    import numpy as np

    generator = np.random.default_rng(3)
    return changed(collection, [" ".join([t] * max(1, round(generator.lognormal(0, 0.9)))) for t in collection.texts])


CHECK = Check(
    code="DAT709", name="overlong-texts", source=sources.DATA, judge=judge,
    sabotages=(Case(toy="messages", plant=swallowed_rows),), lookalikes=(Case(toy="messages", plant=some_letters),),
)  # fmt: skip
