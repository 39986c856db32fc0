"""Scores whose names say what they are, on answers that are known and partly wrong: what each gives, and what its definition gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.evaluation_oracle import FEW, Stage
from nohero.evidence.setup.replayed import held_out
from nohero.evidence.setup.score_names import words_of
from nohero.evidence.setup.written_answers import ideal_of
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from nohero.evidence.setup.task_facts import TaskFacts
    from nohero.setup.setup import Setup

PRICE = 0.3  # seconds
STEPS = 20
RIGHT = 0.6  # of the answers
RANKS = ("auc", "auroc", "roc", "ap", "auprc", "prauc")
COUNTS = ("f1", "precision", "recall")
SAME = 1e-6


@dataclass(frozen=True, kw_only=True)
class NamedScore:
    """One score of the evaluation."""

    name: str
    measure: str  # one of RANKS or COUNTS
    value: float  # on the first answers
    still: bool = False  # no other value where answers are surer or less sure of the same classes, and another where they say others
    exchanged: float = float("nan")  # what the definition gives with answers and labels exchanged, where the score is that in both sets of answers and no average of the definition itself
    meant: float = float("nan")  # the same average of the definition itself


@dataclass(frozen=True, kw_only=True)
class NamedScores:
    """The scores of known names."""

    items: int
    scores: tuple[NamedScore, ...]


def measure(setup: Setup, facts: TaskFacts) -> NamedScores:
    """Write two sets of answers over the model's own, and the first a second time with other margins."""
    if facts.kind not in ("classes", "binary") or len(setup.modules) != 1 or setup.loss is None:
        raise Unmeasurable("no classes, or answers that could not be written over the model's")
    source, batches, complete = held_out(setup)
    stage = Stage(setup, facts, source, batches[:FEW], complete=complete and len(batches) <= FEW)
    first, sure, other = (_Answers(facts, stage.form, said=said, sure=sure) for said, sure in ((1, 1), (1, 2), (2, 1)))
    told = [stage.told_with(answers) for answers in (first, sure, other)]
    if len({len(t) for t in told}) > 1:
        raise Unmeasurable("the evaluation gives other scores each time")
    known = [_named(name, [t[k][1] for t in told], (first, other)) for k, (name, _) in enumerate(told[0])]
    if not any(known):
        raise Unmeasurable("no score is called F1, precision, recall or AUC")
    return NamedScores(items=stage.items, scores=tuple(s for s in known if s is not None))


class _Answers:
    """Answers of which about RIGHT are right, and the wrong ones lean to the first classes; kept beside the labels."""

    def __init__(self, facts: TaskFacts, form: str, *, said: int, sure: int) -> None:
        import torch

        self.facts, self.form = facts, form
        self._said, self._sure = torch.Generator().manual_seed(said), torch.Generator().manual_seed(100 + sure)
        self.counts: dict[tuple[int, int], int] = {}  # (label, what was said) -> items

    def __call__(self, main: Any, target: Any) -> Any:
        """Numbers in the form of the model's own."""
        import torch

        ideal = ideal_of(main, target, self.facts)
        binary = self.facts.kind == "binary"
        axis = self.facts.class_axis if self.facts.class_axis > 0 else 1
        truth = ideal.round().long() if binary else ideal.argmax(axis)
        k = 2 if binary else ideal.shape[axis]
        leaning = (torch.rand(truth.shape, generator=self._said) ** 2 * k).long().clamp(max=k - 1).to(truth.device)
        said = torch.where(torch.rand(truth.shape, generator=self._said).to(main.device) < RIGHT, truth, leaning)
        for pair in zip(truth.flatten().tolist(), said.flatten().tolist(), strict=True):
            self.counts[pair] = self.counts.get(pair, 0) + 1
        margin = (0.2 + 0.7 * torch.rand(truth.shape, generator=self._sure)).to(main)  # of the way from undecided to certain
        if binary:
            odds = 0.5 + 0.5 * margin * (2 * said.to(main) - 1)
            return odds if self.form == "probabilities" else odds.logit()
        spot = torch.nn.functional.one_hot(said, k).movedim(-1, axis).to(main)
        odds = spot * margin.unsqueeze(axis) + (1 - margin.unsqueeze(axis)) / k
        return odds if self.form == "probabilities" else odds.log()


def _named(name: str, values: list[float], answers: tuple[_Answers, _Answers]) -> NamedScore | None:
    words = words_of(name)
    words = (words - {"precision"}) | {"ap"} if {"average", "precision"} <= words else words
    counted, ranked = [w for w in COUNTS if w in words], [w for w in RANKS if w in words]
    first, surer, other = values
    if len(counted) + bool(ranked) != 1 or not all(v == v for v in values):
        return None
    measure = (counted or ranked)[0]
    if measure in RANKS:
        return NamedScore(name=name, measure=measure, value=first, still=first == surer and first != other)
    scale = 100.0 if max(first, other) > 1 else 1.0
    both = [(definitions(measure, a.counts), definitions(measure, {(s, t): n for (t, s), n in a.counts.items()})) for a in answers]
    if any(abs(v / scale - r) <= SAME for v, (right, _) in zip((first, other), both, strict=True) for r in right.values()):
        return NamedScore(name=name, measure=measure, value=first)
    average = next((a for a in both[0][1] if all(abs(v / scale - turned[a]) <= SAME for v, (_, turned) in zip((first, other), both, strict=True))), None)
    return NamedScore(name=name, measure=measure, value=first) if average is None else NamedScore(name=name, measure=measure, value=first, exchanged=both[0][1][average] * scale, meant=both[0][0][average] * scale)


def definitions(measure: str, counts: dict[tuple[int, int], int]) -> dict[str, float]:
    """F1, precision or recall by every average; `counts` holds items by (label, answer)."""
    classes = sorted({c for pair in counts for c in pair})
    total = sum(counts.values())
    found, weights = [], []
    for c in classes:
        both = counts.get((c, c), 0)
        labelled = sum(n for (t, _), n in counts.items() if t == c)
        said = sum(n for (_, s), n in counts.items() if s == c)
        below = {"f1": (labelled + said) / 2, "precision": said, "recall": labelled}[measure]
        found.append(both / below if below else 0.0)
        weights.append(labelled / total)
    averages = {"macro": sum(found) / len(found), "weighted": sum(f * w for f, w in zip(found, weights, strict=True)), "micro": sum(counts.get((c, c), 0) for c in classes) / total}
    return averages | ({"of the second class": found[1], "of the first class": found[0]} if len(classes) == 2 else {})


