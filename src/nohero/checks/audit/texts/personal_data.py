"""What it asks: do the texts hold addresses or numbers of persons?

Why it matters: a net that was trained on them may write them again, and whoever hands the data on hands them on.

How it is measured: e-mail addresses, but those of reserved names such as example.org, and telephone numbers with a country's number or
in the American form.

When it is right to fail: a different one in each of many texts, a twentieth of them, is a warning: these are the people's who wrote.
From five different ones and two in a thousand texts on it is left open: they may be a firm's. They are shown masked.

What it cannot see: names, streets, account numbers, and telephone numbers that are digits alone.

Mend: put a sign in their place ([mail], [phone]), the same in training and in use.

Source: Carlini et al. 2021, Extracting training data from large language models (arXiv:2012.07805).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.planted_texts import changed
from nohero.checks.check import Case, Check
from nohero.evidence.audit.text_persons import TextPersons
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

LEAST, LEAST_SHARE = 5, 0.002  # different ones, and texts; of 5,585 messages 11 have one, and any text of the web quotes some
MANY, OWN = 0.05, 0.5  # of the texts, and different ones to a text
SHOWN = 20  # rows of the table


def judge(persons: TextPersons) -> Finding:
    """By how many texts have one."""
    items = tuple(dict.fromkeys(item for item, _ in (*persons.mails, *persons.phones)))
    observed = Observed(value=float(len(items)), unit="texts", n=persons.total)
    if persons.distinct < LEAST or len(items) < LEAST_SHARE * persons.total:
        return passed(f"hardly any of {persons.total:,} texts have an address or a number of a person", observed=observed, items=items)
    of_people = len(items) >= MANY * persons.total and persons.distinct >= OWN * len(items)
    return (warned if of_people else unsure)(
        f"{len(items):,} of {persons.total:,} texts have what {'is' if of_people else 'may be'} a person's: e-mail addresses in {len(persons.mails):,}, telephone numbers in {len(persons.phones):,}",
        expected="texts that name nobody who did not agree",
        observed=observed,
        component="data",
        where=items[:5],
        items=items,
        effect="a net that writes texts may write them again",
        remedies=("are these persons', and may they stand there? If not, put a sign in their place, in training and in use alike",),
        figure=Table(
            title="Addresses and numbers, masked", columns=("item", "kind", "there"),
            rows=(*((i, "mail", t) for i, t in persons.mails[:SHOWN]), *((i, "telephone", t) for i, t in persons.phones[:SHOWN])),
        ),
    )  # fmt: skip


def signed(collection: Collection) -> Collection:
    """A tenth of the messages are signed."""
    signs = ("anna.berg{}@post.dk", "call +45 31 {} 22 41", "or ring (415) 553-{}")
    return changed(collection, [f"{t} {signs[i % 3].format(1000 + i)}" if i % 10 == 3 else t for i, t in enumerate(collection.texts)])


def footers(collection: Collection) -> Collection:
    """All messages end with the address of the firm."""
    return changed(collection, [f"{t} Write to service@lamps-and-more.com or ring +45 70 10 20 30." for t in collection.texts])


def prices_and_handles(collection: Collection) -> Collection:
    """Handles, prices, dates, times, versions and addresses of examples."""
    signs = ("@anna wrote", "it was 1,299.99", "on 2021-03-04 at 12:30", "v1.20.300.4", "me@example.org", "tel. 12 34", "3-0 and 10-20-30", "+100 points", "order 555-1234-99")
    return changed(collection, [f"{t} {signs[i % len(signs)]}" for i, t in enumerate(collection.texts)])


CHECK = Check(
    code="DAT716", name="personal-data", source="Carlini et al. 2021, Extracting training data from large language models (arXiv:2012.07805)", judge=judge,
    sabotages=(Case(toy="messages", plant=signed),), lookalikes=(Case(toy="messages", plant=footers), Case(toy="messages", plant=prices_and_handles)),
)  # fmt: skip
