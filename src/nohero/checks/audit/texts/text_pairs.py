"""What it asks: do two columns of texts, such as question and answer or source and translation, belong together row by row?

Why it matters: a net that is trained on pairs learns to copy, to keep silent or to answer beside the point where the pairs say so.

How it is measured: rows where one of two texts is empty; where both are the same text, whose words are clearly of one column; where the
words of each text are those of the other column; long texts that stand beside many different ones; and a run of rows in which the rarer
words of a text stand in another row's text and not in its own, though they stand in its own in all other rows, or in which another row's
text has its form: length, figures, signs. Words by naive Bayes between the two columns, fitted on the other half of the rows; of two columns
that are named by languages, their letters too. Short texts, such as answers and the words of a program, are looked at for slips, in columns of
languages for copies, and for empty cells where their name says that they are to be written (output, answer, translation).

When it is right to fail: never more than a warning: for a text empty in at most a twentieth of the rows (more is a field that may be
empty), five copies and a half of a per cent, a run that fits another row by four standard errors, texts exchanged in five times as
many rows as chance brings. Fewer exchanged ones, and a long text beside five others where few come again, are left open, and so are empty ones where the table
has other fields, and two columns of which each row has one: they may be two names of one field.

What it cannot see: rows in disorder, and pairs that share neither words nor form; rows behind the first 20,000.

Mend: put the columns together again by their keys, not by their place; leave out copied, empty and stock ones.

Source: the recipe, the data; Khayrallah and Koehn 2018, On the impact of various types of noise on neural machine translation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nohero.checks.audit.recelled import recelled
from nohero.checks.check import Case, Check
from nohero.evidence.audit.text_pairs import LEAST_ROWS, TextPair, TextPairs
from nohero.run.figure import Table
from nohero.run.finding import Finding, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.sources.collection import Collection

RARELY_EMPTY = 0.05  # of the rows: more is a field that may be empty
COPIES, COPIED, UNTRANSLATED = 5, 0.005, 0.2  # rows with one text twice whose words are of one column, in all, of the rows, and of all rows with one text twice: commands and names are the same in two languages
SLIPPED, FITTED = 4.0, 6.0  # standard errors by which another row's text fits better, and by which the own does elsewhere; in twenty pairs in order runs reach 2
EXCHANGED, SURELY, DOUBTFUL = 5, 5.0, 2.0  # rows, and times as many as chance brings
STOCK, SELDOM = 5, 0.1  # rows of a long text, and the share of rows whose text comes again: where it is large, answers are drawn from a list
SHOWN = 20  # rows of the table

Fact = tuple[bool, str, tuple[str, ...], str]  # sure, what, items, what a row of the table shows


def judge(pairs: TextPairs) -> Finding:
    """All that is wrong with the pairs, the surest first."""
    facts = sorted((fact for pair in pairs.pairs for fact in _facts(pair)), key=lambda f: not f[0])
    rows = pairs.pairs[0].rows
    if not facts:
        named = ", ".join(f"`{p.first}` and `{p.second}`" for p in pairs.pairs)
        return passed(f"{named} belong together in {rows:,} rows, as far as their words tell")
    items = tuple(dict.fromkeys(i for f in facts for i in f[2]))
    return (warned if facts[0][0] else unsure)(
        "; ".join(what for _, what, _, _ in facts[:3]),
        expected="two texts in each row that belong together",
        observed=Observed(value=float(len(items)), unit="rows", n=rows),
        component="data",
        where=tuple(f[2][0] for f in facts[:5]),
        items=items,
        effect="a net learns such pairs as well as the right ones",
        remedies=("read these rows; put the columns together by their keys, and leave out what is copied, empty or a stock answer",),
        figure=Table(title="Pairs that stand out", columns=("rows", "what", "from", "such as"), rows=tuple((len(f[2]), f[1], f[2][0], f[3]) for f in facts[:SHOWN])),
    )


def _facts(pair: TextPair) -> list[Fact]:
    both = f"`{pair.first}` and `{pair.second}`"
    found: list[Fact] = []
    if (slip := pair.slip) is not None and slip.rows >= LEAST_ROWS and slip.strength >= SLIPPED and slip.before >= FITTED:
        way = f"{abs(slip.by)} {'row' if abs(slip.by) == 1 else 'rows'} {'below' if slip.by > 0 else 'above'}"
        found.append((True, f"from {slip.first} to {slip.last} the `{pair.second}` that fits each `{pair.first}` stands {way}: {slip.rows:,} rows", slip.items, f"{slip.strength:.1f} standard errors"))
    if pair.instead:
        found.append((False, f"each row has {both.replace(' and ', ' or ')} and none has both, as if one field had two names: {len(pair.instead):,} rows have the rarer", pair.instead, ""))
        return found
    found += [(not pair.beside, f"`{name}` is empty in {len(items):,} {'row' if len(items) == 1 else 'rows'}, beside a text", items, "") for name, items in pair.empty if len(items) <= RARELY_EMPTY * pair.rows]
    if max(COPIES, COPIED * pair.rows) <= len(pair.copied) and UNTRANSLATED * pair.equal <= len(pair.copied) and pair.equal < pair.rows / 2 and not pair.short:
        found.append((True, f"{both} are the same text in {len(pair.copied):,} rows, where the words are those of `{pair.copied[0][1]}`", tuple(c[0] for c in pair.copied), pair.copied[0][2]))
    times = len(pair.exchanged) / max(pair.by_chance, 1.0)
    if len(pair.exchanged) >= EXCHANGED and times >= DOUBTFUL:
        said = f"{both} have each other's words in {len(pair.exchanged):,} rows ({pair.by_chance:.0f} by chance)"
        found.append((times >= SURELY, said, tuple(e[0] for e in pair.exchanged), " | ".join(pair.exchanged[0][1:])))
    for name, text, items in () if pair.short else pair.stock:
        if len(items) >= STOCK and pair.repeated[name] <= SELDOM:
            found.append((False, f"one `{name}` stands beside {len(items):,} different texts: `{text[:60]}`", items, text))
    return found


def _pairs(collection: Collection, change: Callable[[list[str], list[str]], tuple[list[str], list[str]]]) -> Collection:
    """Questions and answers about the people of the table."""
    from nohero.sources.text_column import with_texts

    def made(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        rows = list(zip(columns["age"], columns["town"], columns["trade"], columns["income"], strict=True))
        asked = [f"Do you know how much the {trade} from {town} number {i * 7919 % 9973} who is {age} earns?" for i, (age, town, trade, _) in enumerate(rows)]
        told = [f"The {trade or 'person'} with number {i * 7919 % 9973} in {town} is said to earn {income} a year." for i, (_, town, trade, income) in enumerate(rows)]
        a, b = change(asked, told)
        return {"question": a, "answer": b}

    return with_texts(recelled(collection, made, label=""))


def slipped(collection: Collection) -> Collection:
    """The answers stand one row too low from the middle on."""
    return _pairs(collection, lambda a, b: (a[:-1], [*b[:450], b[450], *b[450:-2]]))


def copied(collection: Collection) -> Collection:
    """Some answers are the question again, some are empty, some rows are turned round."""

    def change(a: list[str], b: list[str]) -> tuple[list[str], list[str]]:
        firsts = [y if i % 40 == 23 else x for i, (x, y) in enumerate(zip(a, b, strict=True))]
        return firsts, [x if i % 40 in (3, 23) else "" if i % 40 == 13 else y for i, (x, y) in enumerate(zip(a, b, strict=True))]

    return _pairs(collection, change)


def short_phrases(collection: Collection) -> Collection:
    """Phrases of a program in two languages, of which the second stands a row too low for a while."""
    from nohero.sources.text_column import with_texts

    def made(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        ends, endings = ("to file", "in all lists...", "(${count})", "of this list?"), ("in Datei", "in allen Listen...", "(${count})", "dieser Liste?")
        said = [(f"{town}, {trade}, {ends[i * 7 % 11 % 4]}{' now' * (i * 31 % 7)}", f"{town}, {trade}, {endings[i * 7 % 11 % 4]}{' jetzt' * (i * 31 % 7)}") for i, (town, trade) in enumerate(zip(columns["town"], columns["trade"], strict=True))]
        first, second = map(list, zip(*said, strict=True))
        return {"key": [f"k{i}" for i in range(len(said))], "en": first, "de": [*second[:300], second[299], *second[300:599], *second[600:]]}

    return with_texts(recelled(collection, made, label=""))


def in_order(collection: Collection) -> Collection:
    """All is well; most questions come with no remark, and a few answers are alike."""
    return _pairs(collection, lambda a, b: (a, ["I am sorry, I have never heard of anybody like that." if i % 300 == 7 else t for i, t in enumerate(b)]))


CHECK = Check(
    code="DAT715", name="text-pairs", source="Khayrallah and Koehn 2018, On the impact of various types of noise on neural machine translation", judge=judge,
    sabotages=(Case(toy="people", plant=slipped), Case(toy="people", plant=copied), Case(toy="people", plant=short_phrases)), lookalikes=(Case(toy="people", plant=in_order),),
)  # fmt: skip
