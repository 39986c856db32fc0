"""Short messages of two classes, praise and complaint, made of phrases: the words lean to a class and none gives it away."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.sources.collection import Collection

MESSAGES = 700
THINGS = (
    "kettle", "lamp", "jacket", "camera", "bicycle", "printer", "mattress", "blender", "radio", "backpack", "keyboard", "drill", "tent", "stove", "watch",
    "monitor", "scooter", "speaker", "heater", "wallet",
)  # fmt: skip
PLACES = ("shop", "market", "website", "warehouse", "village store", "station kiosk", "outlet", "catalogue", "branch in town", "mail order desk")
TIMES = ("on Monday", "last week", "in March", "yesterday", "two days ago", "before the holidays", "in the morning", "after lunch", "late at night", "this summer")
GOOD = ("works well", "arrived early", "looks lovely", "feels solid", "saved us time", "is worth it", "was easy to use", "made us smile", "runs quietly", "fits nicely")
BAD = ("broke quickly", "arrived late", "looks cheap", "feels flimsy", "wasted our time", "is overpriced", "was hard to use", "made us angry", "runs loudly", "fits poorly")
MIXED = ("is heavy", "comes in blue", "has a long cable", "needs a battery", "came with a leaflet", "is made of steel", "was on the shelf", "is smaller than the old one")
WHO = ("My sister", "Our neighbour", "A colleague", "The whole family", "My uncle", "A friend of ours", "The teacher", "Our plumber", "My flatmate", "The landlord")
ENDS = ("thinks", "says", "wrote", "told me", "found", "believes", "reports", "complains or jokes")
LEANING = 0.85  # of a message's judgements that are of its own class


def make() -> Collection:
    """Nothing is wrong: no text comes twice, lengths differ, a seventh of the judgements are of the other class."""
    import numpy as np

    from nohero.sources.text_files import Text, made

    generator = np.random.default_rng(23)
    texts: list[Text] = []
    seen: set[str] = set()
    while len(texts) < MESSAGES:
        label = "praise" if generator.random() < 0.6 else "complaint"
        text = _message(generator, label)
        if text not in seen:
            seen.add(text)
            texts.append(Text(item=f"line {len(texts) + 1}", text=text, label=label))
    return made(texts, "messages", "messages")


def _message(generator: object, label: str) -> str:
    own, other = (GOOD, BAD) if label == "praise" else (BAD, GOOD)
    pieces = []
    for _ in range(int(_drawn(generator, range(1, 6)))):
        judgement = _drawn(generator, own if generator.random() < LEANING else other)  # type: ignore[attr-defined]
        form = int(_drawn(generator, range(4)))
        thing, place, when, who, end, plain = (_drawn(generator, words) for words in (THINGS, PLACES, TIMES, WHO, ENDS, MIXED))
        pieces.append(
            (
                f"The {thing} from the {place} {judgement}, {who.lower()} {end}.",
                f"{who} bought a {thing} {when} and it {judgement}.",
                f"Bought {when} in the {place}: the {thing} {plain} but it {judgement}.",
                f"It {judgement}! {who} {end} that the {thing} {plain}.",
            )[form]
        )
    return " ".join(pieces)


def _drawn(generator: object, words: Sequence[object]) -> str:
    return str(words[int(generator.integers(0, len(words)))])  # type: ignore[attr-defined]
