"""What it asks: where several fields share one table of embeddings, does each have rows of its own?

Why it matters: a table as long as all fields together is meant to be asked with each field's ids moved behind those of the field before. Without the
offsets user 3 and country 3 are one row, and most rows are never asked for. Nothing crashes.

How it is measured: the ids that the table is asked for on the first batches, column by column.

When it is right to fail: every column begins at zero, the columns' lengths add up to about the table's, and the longest column is all that is asked for.

What it cannot see: ids too rare to turn up; tables that are longer than all fields together.

Mend: `ids + offsets`, with `offsets = [0, *cumsum(field_sizes)[:-1]]`; or a table for each field.

Source: Rendle 2010, Factorization machines; Guo et al. 2017, DeepFM (arXiv:1703.04247), section 2.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.setup.table_rows import Rows, TableRows
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.setup.given import Given

EVEN = 0.8  # the shortest field over the longest: fields as long as each other may be one vocabulary of which a part turned up
SUM = 0.9  # of the table's rows that the fields' lengths add up to; a few ids may not have turned up


def judge(tables: TableRows) -> Finding:
    """Fields that share rows in a table that is made for all of them warn."""
    shared = [t for t in tables.tables if _collides(t)]
    if not shared:
        return passed(f"{len(tables.tables)} tables that are asked with several ids an item are no table of several fields without offsets")
    first = shared[0]
    lengths = [h + 1 for h in first.highs]
    return (unsure if min(lengths) >= EVEN * max(lengths) else warned)(
        f"{len(lengths)} fields with ids up to {', '.join(map(str, first.highs[:6]))} are looked up in the same rows of {first.name or 'a table'}: its {first.rows} rows are as many as all fields have together, and only {max(lengths)} are ever asked for",
        expected="rows of its own for every field",
        observed=Observed(value=max(lengths) / first.rows, unit="of the rows asked for", n=first.rows),
        component="model",
        where=(first.name,),
        level=Level.MEASURED,
        why="One row then stands for a user, a country and a weekday at once, and is pulled by all of them.",
        remedies=("add offsets to the ids: [0, *cumsum(field_sizes)[:-1]]", "or give each field a table of its own", *(("if the ids are of one vocabulary, of which half turned up, nothing is wrong",) if min(lengths) >= EVEN * max(lengths) else ())),
    )


def _collides(t: Rows) -> bool:
    lengths = [h + 1 for h in t.highs]
    return set(t.lows) == {0} and min(lengths) > 1 and SUM * t.rows <= sum(lengths) <= t.rows and max(lengths) < sum(lengths)


def _fields(given: Given, *, offset: bool, rows: int = 20) -> Given:
    """Three fields of 12, 5 and 3 values in one table."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    generator = torch.Generator().manual_seed(2)
    ids_NF = torch.stack([torch.randint(0, k, (320,), generator=generator) for k in (12, 5, 3)], 1)
    y_N = (ids_NF.sum(1) % 3).long()

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table, self.head = nn.Embedding(rows, 6), nn.Linear(18, 3)
            self.offsets = torch.tensor([0, 12, 17]) * int(offset)

        def forward(self, ids_BF: Any) -> Any:
            return self.head(self.table(ids_BF + self.offsets).flatten(1))

    torch.manual_seed(8)
    model = Net()
    return replace(given, model=model, train=DataLoader(TensorDataset(ids_NF, y_N), batch_size=32, shuffle=True), val=None, step=None, evaluate=None, scheduler=None, optimizer=torch.optim.Adam(model.parameters(), lr=1e-3))


def offsets_forgotten(given: Given) -> Given:
    """A table for all, asked with each field's own ids."""
    return _fields(given, offset=False)


def offsets_added(given: Given) -> Given:
    """As it is meant."""
    return _fields(given, offset=True)


def one_vocabulary(given: Given) -> Given:
    """Ids of one vocabulary in three places, of which two use its beginning."""
    return _fields(given, offset=False, rows=12)


CHECK = Check(
    code="SKE237",
    name="colliding-fields",
    source="Rendle 2010, Factorization machines; Guo et al. 2017, DeepFM (arXiv:1703.04247), section 2",
    judge=judge,
    sabotages=(Case(toy="table-mlp", plant=offsets_forgotten),),
    lookalikes=(Case(toy="table-mlp", plant=offsets_added), Case(toy="table-mlp", plant=one_vocabulary)),
)
