"""Defects planted at known places into real texts: which of them the audit finds, and what it finds beside them.

    python bench/planted_texts.py ../shared/data

Film reviews, text messages and first names, with 1 % of the texts changed or written again.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from planting import HEAD, RANKED, Planted, ranking, some, told

from nohero.sources.opening import open_source

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.sources.collection import Collection

RATE = 0.01
COPIES = ("repeated-texts", "nearly-repeated-texts", "texts-across-parts", "contradictory-texts")
UTF_AS_LATIN = "CafÃ© dâ€™Ã©tÃ©"
RUSSIAN, GREEK = "это просто замечательный фильм который стоит посмотреть", "αυτή είναι μια εξαιρετική ταινία"


def texts(base: Collection, rows: list[str], labels: list[Any], parts: list[str] | None = None) -> Collection:
    """The collection with these texts; those beyond its own have names that say so."""
    items = (*base.items, *(f"added {i}" for i in range(len(rows) - len(base))))
    frame = pl.DataFrame({"text": rows, "characters": [len(t) for t in rows], "words": [len(t.split()) for t in rows]})
    if base.label:
        frame = frame.with_columns(pl.Series(base.label, labels))
    if parts:
        frame = frame.with_columns(pl.Series("part", parts))
    return base.with_(frame=frame, texts=frame["text"], items=items, split="part" if parts else "")


class Plants:
    """Defects of one set of texts."""

    def __init__(self, base: Collection) -> None:
        """`base` is left as it is."""
        self.base, self.rows = base, base.texts.fill_null("").to_list()
        self.labels = base.labels.to_list() if base.label else [None] * len(base)

    def changed(self, change: Callable[[str], str], seed: int, share: float = RATE) -> Callable[[], Planted]:
        """Some texts, of some length, changed where they stand."""

        def plant() -> Planted:
            long = [i for i, t in enumerate(self.rows) if len(t) >= 4]
            chosen, rows = [long[k] for k in some(len(long), share, seed)], list(self.rows)
            for i in chosen:
                rows[i] = change(rows[i])
            return Planted(collection=texts(self.base, rows, self.labels), names=tuple(self.base.items[i] for i in chosen))

        return plant

    def again(self, change: Callable[[str], str], seed: int, *, flip: bool = False, across: bool = False, least: int = 4) -> Callable[[], Planted]:
        """Some texts a second time, with the same label or another, in the same part or the other."""

        def plant() -> Planted:
            once = [i for i, t in enumerate(self.rows) if len(t) >= least and self.rows.count(t) == 1] if len(self.rows) < 20_000 else [i for i, t in enumerate(self.rows) if len(t) >= least]
            chosen = [once[k] for k in some(len(once), RATE, seed)]
            names = sorted({v for v in self.labels if v is not None})
            labels = self.labels + [names[(names.index(self.labels[i]) + 1) % len(names)] if flip else self.labels[i] for i in chosen]
            parts = ["train"] * len(self.rows) + ["test"] * len(chosen) if across else None
            made = texts(self.base, self.rows + [change(self.rows[i]) for i in chosen], labels, parts)
            partners = {f"added {k}": self.base.items[i] for k, i in enumerate(chosen)}
            return Planted(collection=made, names=tuple(partners), partners=partners)

        return plant

    def leaked(self) -> Planted:
        """A word in the texts of one class that tells the class."""
        one = min({str(v) for v in self.labels})
        rows = [f"{t} zq7" if str(v) == one and i % 3 else t for i, (t, v) in enumerate(zip(self.rows, self.labels, strict=True))]
        return Planted(collection=texts(self.base, rows, self.labels))

    def cut(self) -> Planted:
        """All long texts end after so many characters; those that are as long by themselves cannot be told from them."""
        limit = int(np.quantile([len(t) for t in self.rows], 0.9))
        cut = [i for i, t in enumerate(self.rows) if len(t) >= limit]
        return Planted(collection=texts(self.base, [t[:limit] for t in self.rows], self.labels), names=tuple(self.base.items[i] for i in cut))


def reworded(text: str) -> str:
    """Another writing of the same: a word left out, another added, punctuation."""
    words = text.split()
    return " ".join([*words[: len(words) // 2], *words[len(words) // 2 + 1 :]]) + " !"


def of_texts(base: Collection) -> dict[str, Any]:
    """All defects of sentences."""
    p = Plants(base)
    found: dict[str, Any] = {
        "exact repeats": (("repeated-texts",), p.again(lambda t: t, 1)),
        "repeats, other case and blanks": (COPIES, p.again(lambda t: "  " + t.upper().replace(" ", "  "), 2)),
        "near copies: a word less, a mark more": (COPIES, p.again(reworded, 3, least=60)),
        "near copies: a typing error": (COPIES, p.again(lambda t: t[: len(t) // 2] + "x" + t[len(t) // 2 + 1 :], 4, least=40)),
        "repeats in the other part": (("texts-across-parts",), p.again(lambda t: t, 5, across=True)),
        "near copies in the other part": (COPIES, p.again(reworded, 6, across=True, least=60)),
        "mojibake": (("mojibake",), p.changed(lambda t: f"{t} {UTF_AS_LATIN}", 7)),
        "empty": (("empty-texts",), p.changed(lambda _: "", 8)),
        "blanks alone": (("empty-texts",), p.changed(lambda _: " \t ", 9)),
        "over-long (20 texts as one, thrice)": (("overlong-texts",), p.changed(lambda t: " ".join([t, *p.rows[:20]] * 3), 10, 0.002)),
        "other script: Russian": (("foreign-script-texts",), p.changed(lambda _: RUSSIAN, 11, 0.003)),
        "other script: Greek": (("foreign-script-texts",), p.changed(lambda _: GREEK, 12, 0.003)),
        "markup": (("markup-in-texts",), p.changed(lambda t: f"<p>{t}</p><br />", 13)),
        "html entities": (("markup-in-texts",), p.changed(lambda t: f"{t} &quot;x&quot; &nbsp; &#39;", 14)),
        "control characters": (("control-characters",), p.changed(lambda t: t[:3] + "\x00\x08" + t[3:], 15)),
        "cut at a length": (("truncated-texts",), p.cut),
    }  # fmt: skip
    if base.label:
        found |= {"repeats of another label": (("contradictory-texts",), p.again(lambda t: t, 16, flip=True)), "label in a word": (("label-in-token",), p.leaked)}
    return found


def of_names(base: Collection) -> dict[str, Any]:
    """Defects of single words."""
    p = Plants(base)
    return {
        "exact repeats": (("repeated-texts",), p.again(lambda t: t, 21)), "mojibake": (("mojibake",), p.changed(lambda t: t + "Ã©", 22)), "empty": (("empty-texts",), p.changed(lambda _: "", 23)),
        "over-long": (("overlong-texts",), p.changed(lambda t: t * 20, 24, 0.002)), "other script": (("foreign-script-texts",), p.changed(lambda _: "мария", 25, 0.003)), "markup": (("markup-in-texts",), p.changed(lambda t: f"<b>{t}</b>", 26)),
        "repeats in the other part": (("texts-across-parts",), p.again(lambda t: t, 27, across=True)),
    }  # fmt: skip


def in_latin(folder: Path) -> Callable[[], Planted]:
    """Lines in UTF-8 of which some are Latin-1, in a file."""

    def plant() -> Planted:
        lines = [f"{t} é à ü".encode() for t in (folder / "input.txt").read_text(encoding="utf-8").splitlines() if t.strip()][:4000]
        for i in some(len(lines), RATE, 30):
            lines[i] = lines[i].decode().encode("latin-1")
        target = Path(tempfile.mkdtemp(prefix="planted-")) / "lines.txt"
        target.write_bytes(b"\n".join(lines))
        return Planted(collection=open_source(str(target)))

    return plant


def main() -> None:
    """Print the tables."""
    data = Path(sys.argv[1])
    reviews, messages = (open_source(str(data / name)) for name in ("rt-polarity", "sms-spam"))
    print(HEAD)
    told("rt-polarity", reviews, of_texts(reviews))
    told("sms-spam", messages, of_texts(messages))
    names = open_source(str(data / "names"))
    told("names", names, of_names(names))
    told("tinyshakespeare", open_source(str(data / "tinyshakespeare")), {"lines in another encoding": (("mixed-encodings",), in_latin(data / "tinyshakespeare"))})
    print(RANKED)
    for name, base in (("rt-polarity", reviews), ("sms-spam", messages)):
        print(ranking(name, base), flush=True)


if __name__ == "__main__":
    main()
