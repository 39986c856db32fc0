"""What it asks: do evaluated items stand in the training part as well?

Why it matters: what was learnt by heart is answered right, so the score praises memory. In a random tenth of a common set of
text messages, 11.9 % are exact copies of training messages.

How it is measured: rows and pictures with equal content (columns that only number the rows passed over) on both sides of the
split, and rows that stand in two parts.

When it is right to fail: when a row stands in two parts, or one evaluated item in a hundred has a copy in training; it warns
below that. Where a table allows few different rows, equal rows need not be copies, and it is unsure.

What it cannot see: near copies: the same scene a second later, the same text with another date.

Mend: divide again with copies kept together.

Source: Kapoor and Narayanan 2023, leakage by duplicates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.check import Case, Check
from nohero.evidence.data_facts import DataFacts
from nohero.evidence.split_facts import SplitFacts
from nohero.run import sources
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, failed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.problem import Problem

SHARE = 0.01  # of a part's items: below it copies move a score by less than the noise of most evaluations
CROWDED = 100  # possible different rows for each item, below which equal rows are to be expected


def judge(split: SplitFacts, facts: DataFacts) -> Finding:
    """Count what stands on both sides."""
    evaluated = {name: split.sizes.get(name, 0) for name in ("val", "test")}
    copies = {name: split.copies_across.get(name, 0) for name in evaluated}
    n, total = sum(evaluated.values()), sum(copies.values())
    if not total and not split.rows_twice:
        return passed(f"none of {n:,} evaluated items stands in the training part")
    worst = max(copies, key=lambda name: copies[name] / max(evaluated[name], 1))
    share = copies[worst] / max(evaluated[worst], 1)
    crowded = facts.possible_rows < CROWDED * facts.num_items and not split.rows_twice
    tell = unsure if crowded else failed if split.rows_twice or share >= SHARE else warned
    twice = f"{split.rows_twice:,} rows stand in two parts" if split.rows_twice else ""
    also = f"{copies['val']:,} of {evaluated['val']:,} validation and {copies['test']:,} of {evaluated['test']:,} test items are copies of training items" if total else ""
    chance = f"; the columns allow only {facts.possible_rows:,.0f} different rows, so they may be different things" if crowded else ""
    return tell(
        "; ".join(part for part in (twice, also) if part) + chance,
        expected="no item on both sides of the split",
        observed=Observed(value=share, unit="of the worst part's items", n=evaluated[worst]),
        numbers={"rows in two parts": float(split.rows_twice), "copies in validation": float(copies["val"]), "copies in test": float(copies["test"])},
        component="data",
        where=tuple(f"{a} = {b}" for a, b in split.copies),
        effect=f"up to {share:.1%} of the score is memory",
        why="An item that was trained on is answered from memory, so the score says nothing about new items to that extent.",
        remedies=(
            "divide again with copies kept together, as the automatic split does",
            "if the parts were given, remove the copies from the training part",
            "add the column that tells equal rows apart, if they are different things",
        ),
        figure=Table(title="Evaluated items and their training copies", columns=("evaluated", "in training"), rows=split.copies) if split.copies else None,
    )


def validation_rows_in_training(problem: Problem) -> Problem:
    """A fifth of the validation rows stand in the training part too."""
    import numpy as np

    from nohero.checks.plant import posed

    rows = problem.split
    return posed(problem, problem.raw, {"train": np.union1d(rows.train, rows.val[::5]), "val": rows.val, "test": rows.test})


def copies_divided_at_random(problem: Problem) -> Problem:
    """A tenth of the items stand twice, and the split takes no notice."""
    import numpy as np

    from nohero.checks.plant import posed

    n = len(problem.raw)
    raw = problem.raw.take(np.r_[np.arange(n), np.arange(0, n, 10)])
    order = np.random.default_rng(3).permutation(len(raw))
    a, b = int(0.7 * len(raw)), int(0.9 * len(raw))
    return posed(problem, raw, {"train": np.sort(order[:a]), "val": np.sort(order[a:b]), "test": np.sort(order[b:])})


def few_copies_kept_together(problem: Problem) -> Problem:
    """Two items stand twice, on one side of the split."""
    import numpy as np

    from nohero.checks.plant import posed

    return posed(problem, problem.raw.take(np.r_[np.arange(len(problem.raw)), [3, 4]]))


CHECK = Check(
    code="DAT210",
    name="leaked-copies",
    source=sources.LEAKAGE,
    judge=judge,
    sabotages=(Case(toy="table", plant=validation_rows_in_training), Case(toy="pictures", plant=copies_divided_at_random)),
    lookalikes=(Case(toy="table", plant=few_copies_kept_together),),
)
