"""How far a person and the given labels agree, as a sentence and as plain values to be kept."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from nohero.report.numbers import count, number, with_interval
from nohero.tasks.agreement import Pair, alpha, compare, kappa, kappa_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nohero.labelling.answers import Answers
    from nohero.labelling.sheet import Sheet

SHOWN = 8  # kinds of difference told in the terminal


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One person against the given labels."""

    asked: int
    answered: int
    cannot_tell: int
    pair: Pair
    differing: tuple[tuple[str, str, str], ...]  # (item, given, answered), in the order they were asked
    numbers: tuple[int, ...]  # of the differing ones, as they were asked


def verdict_of(sheet: Sheet, answers: Answers) -> Verdict:
    """The answers so far against the labels the source gives."""
    numbers = [k for k in range(1, len(sheet) + 1) if answers.answered(k)]
    own = [answers.of(k) for k in numbers]
    given = [sheet.given[k - 1] for k in numbers]
    apart = [(k, g, o) for k, g, o in zip(numbers, given, own, strict=True) if g is not None and o is not None and g != o]
    return Verdict(
        asked=len(sheet), answered=len(numbers), cannot_tell=own.count(None), pair=compare(given, own, seed=sheet.seed),
        differing=tuple((sheet.item(k), g, o) for k, g, o in apart), numbers=tuple(k for k, _, _ in apart),
    )  # fmt: skip


def sentence(verdict: Verdict) -> str:
    """One line for the terminal."""
    if not verdict.answered:
        return "human: nothing was labelled"
    unsure = f"; {count(verdict.cannot_tell, 'item')} could not be told" if verdict.cannot_tell else ""
    if not verdict.pair.share.of:
        return f"human: {count(verdict.answered, 'item')} labelled, none of them with a given label to compare with{unsure}"
    share = verdict.pair.share
    return f"human: {share.hits:,} of {count(share.of, 'given label')} confirmed, {with_interval(share.value, share.low, share.high)}; kappa {kappa_text(verdict.pair)}{unsure}"


def kappa_text(pair: Pair) -> str:
    """Kappa with its interval, or why there is none."""
    return with_interval(pair.kappa, pair.kappa_low, pair.kappa_high) if math.isfinite(pair.kappa) else "undefined, as both gave one answer throughout"


def pair_lines(first: Sequence[str | None], second: Sequence[str | None], pair: Pair, names: str, *, seed: int) -> list[str]:
    """Two annotations for the terminal; where the answers are numbers, with what counts a near miss less."""
    share = pair.share
    lines = [
        f"{names}: {share.of:,} items annotated twice" + (f", {pair.unpaired:,} not" if pair.unpaired else ""),
        f"  agree  {with_interval(share.value, share.low, share.high)}: how often either predicts the other",
        f"  kappa  {kappa_text(pair)}",
        f"  alpha  {number(alpha([first, second]))} (Krippendorff, nominal)",
    ]
    if (ranked := _numbers(first, second)) is not None:
        weighted = kappa(*ranked, weights="quadratic")
        low, high = kappa_interval(*ranked, weights="quadratic", seed=seed)
        lines += [f"  weighted kappa  {with_interval(weighted, low, high)} (quadratic)", f"  alpha  {number(alpha(ranked, level='ordinal'))} (ordinal)"]
    lines += [f"  {n:>5,}  {a} / {b}" for a, b, n in pair.confusions[:SHOWN]]
    more = len(pair.confusions) - SHOWN
    return [*lines, *([f"  and {count(more, 'more kind')} of difference"] if more > 0 else [])]


def _numbers(*annotations: Sequence[str | None]) -> tuple[list[float | None], ...] | None:
    """The answers as numbers, where all are and there are more than two of them."""
    try:
        found = tuple([None if v is None else float(v) for v in answers] for answers in annotations)
    except ValueError:
        return None
    return found if len({v for answers in found for v in answers if v is not None}) > 2 else None


def as_json(values: Any, **about: Any) -> str:
    """A verdict or a pair as JSON, with null for what is not defined."""
    return json.dumps(_plain({**about, **asdict(values)}), ensure_ascii=False, indent=1) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
