"""In which language the texts are, by the small words that every sentence has: of the languages whose small words are known here."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nohero.evidence.audit.text_items import shown, texts_by_field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.sources.collection import Collection

PRICE = 0.4  # seconds
MOST_TEXTS = 50_000
FIRST = 2000  # characters of a text that are looked at
HITS, SHARE, TIMES = 3, 0.2, 3  # different small words of a language, their share of all words, and times as many as of the next language
USUAL, LEAST_TOLD = 0.9, 50  # of the texts whose language is told, and such texts: then the column is of one language
WORD = re.compile(r"[^\W\d_]+")
SMALL = {  # the commonest articles, pronouns, prepositions and forms of to be and to have
    "English": "the of and to in is that it was for on are with as his they at be this from have or had by but not what were when your can said there an which she do their if will how them then so would her him has two more could did my than been who now its our over these", "German": "der die und den von zu das mit sich des auf für ist im dem nicht ein eine als auch es werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch kann ich wenn wir uns ihr mein sein",
    "French": "le la les des et en un une du que est pour qui dans ce il au sur pas plus par je avec tout faire son mais comme ou si leur elle nous vous cette ses aux ont été sont être très même ces mon sans lui peut aussi bien où je ne se", "Spanish": "el los las de que y en un una por con para es se del lo como más pero sus su le ya este sí porque esta son entre cuando muy sin sobre también me hasta hay donde quien está desde todo nos durante todos uno les ni contra otros fue ser",
    "Italian": "il lo gli di che è un una per con non si da del della le sono come più ma anche ha dei nel alla al dal se questo delle nella ci suo sua loro essere stato molto quando tutto io mi ti cui così perché ho hanno era", "Portuguese": "o os as de que e do da em um uma para com não é por mais dos como mas foi ao ele das tem à seu sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre era depois sem mesmo aos ter seus quem",
    "Dutch": "de het een en van ik te dat die in is niet zijn op aan met als voor er maar om hem dan zou of wat mijn men dit zo door over ze zich bij ook tot je mij uit der daar haar naar heb hoe heeft hebben deze want nog zal me zij nu ge geen omdat", "Swedish": "och det att i en jag hon som han på den med var sig för så till är men ett om hade de av icke mig du henne då sin nu har inte hans honom skulle hennes där min man ej vid kunde något från ut när efter upp vi dem vara vad över än",
    "Danish": "og i jeg det at en den til er som på de med han af for ikke der var mig sig men et har om vi min havde ham hun nu over da fra du ud sin dem os op man hans hvor eller hvad skal selv her alle vil blev kunne ind når være", "Polish": "w i na z do że się nie jest to o jak po co ale od za przez dla są tak czy tylko było był była jego jej ich oraz przed może już być tego tym który która które także pod jako ma ze jeszcze gdy go",
    "Turkish": "ve bir bu da de için ile çok daha gibi ne kadar ama olarak en var sonra ben o olan değil ki mi her biz sen onun şey bana diye veya ise yok hiç nasıl göre", "Indonesian": "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga saya ke karena tersebut bisa ada mereka lebih sudah atau saat oleh sebagai kami kita telah dapat menjadi dia seperti bahwa adalah anda",
}  # fmt: skip
LANGUAGES: dict[str, list[str]] = {}
for _language, _words in SMALL.items():
    for _word in _words.split():
        if len(_word) == 1:
            continue  # letters alone are abbreviations too
        LANGUAGES.setdefault(_word, []).append(_language)


@dataclass(frozen=True, kw_only=True)
class InLanguage:
    """The texts of one column."""

    field: str  # the column, where there are several of texts; else ""
    told: int  # texts whose language is told
    languages: tuple[tuple[str, int], ...]  # commonest first
    foreign: tuple[tuple[str, str, str], ...]  # item, language, text: of another, where one is usual


@dataclass(frozen=True, kw_only=True)
class TextLanguages:
    """Column by column."""

    columns: tuple[InLanguage, ...]


def measure(collection: Collection) -> TextLanguages:
    """On an even sample where there are many."""
    import numpy as np

    rows = np.sort(np.random.default_rng(collection.seed).permutation(len(collection))[:MOST_TEXTS]).tolist()
    return TextLanguages(columns=tuple(_column(collection, field, texts, rows) for field, texts in texts_by_field(collection)))


def _column(collection: Collection, field: str, texts: list[str], rows: Sequence[int]) -> InLanguage:
    """The usual language first; then the texts that have another's small words and hardly any of the usual one's."""
    hits = [(i, len(words), found) for i in rows if (words := WORD.findall(texts[i][:FIRST].lower())) and (found := _hits(words))]
    counts = Counter(language for _, words, found in hits if (language := _told(words, found, "")))
    usual, most = counts.most_common(1)[0] if counts else ("", 0)
    if counts.total() < LEAST_TOLD or most < USUAL * counts.total():
        return InLanguage(field=field, told=counts.total(), languages=tuple(counts.most_common()), foreign=())
    told = [(i, language) for i, words, found in hits if (language := _told(words, found, usual))]
    counts = Counter(language for _, language in told)
    foreign = [(collection.items[i], language, shown(texts[i])) for i, language in told if language != usual]
    return InLanguage(field=field, told=len(told), languages=tuple(counts.most_common()), foreign=tuple(foreign))


def _hits(words: Sequence[str]) -> dict[str, list[str]]:
    """The small words that stand in the text, by language; again as often as they stand there."""
    found: dict[str, list[str]] = {}
    for word in words:
        for language in LANGUAGES.get(word, ()):
            found.setdefault(language, []).append(word)
    return found


def _told(words: int, found: dict[str, list[str]], usual: str) -> str:
    """The language of which the text has three different small words that no rival has, three times as many as of a rival, and a fifth of all words; else "".

    The rival is the usual language where it is known, else the next one.
    """
    best, *others = sorted(found, key=lambda name: (-len(set(found[name])), name))
    rival = usual if usual and best != usual else others[0] if others else ""
    mine, its = set(found[best]), set(found.get(rival, ()))
    return best if len(mine - its) >= HITS and len(mine) >= TIMES * len(its) and len(found[best]) >= SHARE * words else ""
