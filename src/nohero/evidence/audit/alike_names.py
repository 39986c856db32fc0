"""Names of classes that are nearly one: another case or other blanks, a plural, one slip of the pen in a long word.

A slip is sought among names that agree once a letter is struck out of either, so that the work grows with the names and not with their pairs.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from nohero.sources.collection import Collection

PRICE = 0.05  # seconds
MOST = 2000  # names: more are no classes
MANY = 0.5  # of the items: so many names are those of the items
SHORTEST = 3  # letters and digits of names that case or blanks alone tell apart: A and a are two letters
PLURAL, WORD, SWAPPED = 3, 6, 4  # letters of a word that may have a plural, that may have a wrong, lacking or needless letter, or two letters in the wrong order
DOUBLED = 5  # letters of a word of which a double one may be written once, or a single one twice
COMMON_PLURAL = 4  # letters from which the plural need not be rare: new and news
RARER = 5  # times rarer than the right spelling, which a slip of the pen is
SPELLING, NUMBER, SLIP = "spelling", "plural", "slip"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two names."""

    usual: str  # the commoner one
    other: str
    kind: str
    usual_count: int
    count: int
    items: tuple[str, ...]  # that bear the other one


@dataclass(frozen=True, kw_only=True)
class AlikeNames:
    """Of the label's classes, or of the boxes'."""

    of: str  # the label's name, or "boxes"
    names: int
    pairs: tuple[Pair, ...]  # spellings first


def measure(collection: Collection) -> AlikeNames:
    """The spellings of a table's labels belong to the check of all its cells."""
    from nohero.setup.refusal import Unmeasurable

    of, borne = _borne(collection)
    counts = Counter(name for _, name in borne)
    for name in () if collection.marking is None else collection.marking.classes:
        counts.setdefault(name, 0)
    if len(counts) < 2 or len(counts) > MOST or (len(counts) > MANY * len(borne) and of != "boxes"):
        raise Unmeasurable(f"{len(counts):,} names among {len(borne):,}: no classes")
    kinds = {pair: kind for pair, kind in alike(counts).items() if kind != SPELLING or collection.kind != "row"}
    asked = {other for _, other in kinds}
    rows: dict[str, list[str]] = defaultdict(list)
    for item, name in borne:
        if name in asked:
            rows[name].append(collection.items[item])
    order = (SPELLING, NUMBER, SLIP)
    pairs = [Pair(usual=a, other=b, kind=kind, usual_count=counts[a], count=counts[b], items=tuple(dict.fromkeys(rows[b]))) for (a, b), kind in kinds.items()]
    return AlikeNames(of=of, names=len(counts), pairs=tuple(sorted(pairs, key=lambda p: (order.index(p.kind), -p.count, p.other))))


def _borne(collection: Collection) -> tuple[str, list[tuple[int, str]]]:
    """(what the names are of, (item, name) of each label or box)."""
    import polars as pl

    from nohero.setup.refusal import Unmeasurable

    if collection.boxes is not None:
        names = zip(collection.boxes["item"].to_list(), collection.boxes["label"].to_list(), strict=True)
        return "boxes", [(int(item), str(name)) for item, name in names if name]
    if not collection.label:
        raise Unmeasurable("there is no label")
    labels = collection.labels
    if labels.dtype not in (pl.String, pl.Categorical, pl.Enum):
        raise Unmeasurable(f"`{collection.label}` holds no names")
    if labels.n_unique() > MOST:
        raise Unmeasurable(f"`{collection.label}` holds more than {MOST:,} names: no classes")
    return collection.label, [(i, v) for i, v in enumerate(labels.cast(pl.String).to_list()) if v]


def alike(counts: Mapping[str, int]) -> dict[tuple[str, str], str]:
    """(the commoner, the rarer) and how they differ; each rarer name once."""
    by_count = sorted(counts, key=lambda n: (-counts[n], n))
    found: dict[tuple[str, str], str] = {}
    best: dict[str, str] = {}  # folded name: the commonest spelling
    for name in by_count:
        key = folded(name)
        if sum(c.isalnum() for c in key) >= SHORTEST and key in best:
            found[best[key], name] = SPELLING
        best.setdefault(key, name)
    keys = [folded(n) for n in by_count if best[folded(n)] == n]
    told = {other for _, other in found}
    for kind, pairs in ((NUMBER, _plurals(keys)), (SLIP, _slips(keys))):
        for one, two in pairs:
            usual, other = sorted((best[one], best[two]), key=lambda n: (-counts[n], n))
            rare = (kind == NUMBER and min(len(one), len(two)) >= COMMON_PLURAL) or counts[usual] >= RARER * max(1, counts[other])
            if rare and other not in told:
                told.add(other)
                found[usual, other] = kind
    return found


def folded(name: str) -> str:
    """Without case, and without the blanks and strokes between letters; signs at the ends of a name, and between digits, say something."""
    plain = " ".join(name.casefold().split()).strip(" .")
    return re.sub(r"(?<=[^\W\d_])[\s_\-]+(?=\w)|(?<=\d)[\s_\-]+(?=[^\W\d_])", "", plain) if re.search(r"[^\W\d_]", plain) else plain


def _plurals(keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    known = set(keys)
    for key in sorted(known):
        last = re.search(r"[^\W\d_]+$", key)
        if last is None or len(last.group()) < PLURAL:
            continue
        ends = [key + "s"] if not key.endswith("s") else []
        ends += [key + "es"] if key.endswith(("s", "x", "z", "ch", "sh", "o")) else []
        ends += [key[:-1] + "ies"] if key.endswith("y") and key[-2:-1] not in tuple("aeiou") else []
        yield from ((key, plural) for plural in ends if plural in known)


def _slips(keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Names that differ by one letter inside a word, or by two neighbours in the wrong order."""
    struck: dict[str, list[str]] = defaultdict(list)
    for key in sorted(set(keys)):
        for short in {key, *(key[:i] + key[i + 1 :] for i in range(len(key)))}:
            struck[short].append(key)
    seen = set()
    for group in struck.values():
        for i, one in enumerate(group):
            for two in group[i + 1 :]:
                if (one, two) not in seen:
                    seen.add((one, two))
                    if _is_slip(one, two):
                        yield one, two


def _is_slip(one: str, two: str) -> bool:
    """The first letter and, where one stands for another, the last say more than the others: type a is no slip for type b, nor east for least."""
    start = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    tail = next((i for i, (a, b) in enumerate(zip(one[start:][::-1], two[start:][::-1], strict=False)) if a != b), min(len(one), len(two)) - start)
    left, right = one[start : len(one) - tail], two[start : len(two) - tail]
    if not all(c.isalpha() for c in left + right):
        return False
    before, after = re.search(r"[^\W\d_]*$", one[:start]), re.match(r"[^\W\d_]*", one[len(one) - tail :])
    inside = (len(before.group()) if before else 0, len(after.group()) if after else 0)
    letters = sum(inside) + max(len(left), len(right))
    if len(left) == len(right) == 2 and left == right[::-1]:
        return letters >= SWAPPED and inside[0] > 0
    doubled = len(left + right) == 1 and one[start - 1 : start] == left + right
    return max(len(left), len(right)) == 1 and letters >= (DOUBLED if doubled else WORD) and inside[0] > 0 and (inside[1] > 0 or len(left) != len(right))
