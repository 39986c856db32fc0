"""The user's evaluation with perfect, partly right and wrong answers written over the model's own: what it makes of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.replayed import Handed, Scores, cut, held_out, play, scores_apart, size_of
from nohero.evidence.setup.written_answers import answer_as, form_of, ideal_of
from nohero.setup.calling import main_output, mapped, tensors_of
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from collections.abc import Callable

    from nohero.evidence.setup.task_facts import TaskFacts
    from nohero.setup.setup import Setup

PRICE = 0.3  # seconds
STEPS = 40
CENTRES = (-1.0, -0.5, 0.0, 0.5, 1.0)  # of weak answers: where the evaluation's own threshold lies
FEW = 16  # batches


@dataclass(frozen=True, kw_only=True)
class EvaluationOracle:
    """Scores of answers written by us; empty where that way of answering does not apply."""

    kind: str  # classes, binary, multilabel or values
    form: str  # logits, probabilities, log-probabilities or values
    alone: bool  # the model's answer is this tensor and nothing else
    items: int
    batches: int
    batch_size: int
    last_size: int
    of_train: int  # items of the training set, 0 where unknown
    of_source: int  # items of the evaluated set, 0 where unknown
    perfect: Scores = ()
    firm: Scores = ()  # perfect too, with another margin
    wrong: Scores = ()  # every item answered wrongly
    noise: Scores = ()
    half: Scores = ()  # every second item right
    last_wrong: Scores = ()  # all right but the last batch
    first_wrong: Scores = ()
    shaped: Scores = ()  # perfect, in the target's shape instead of the model's
    turned: Scores = ()  # perfect, along the other axis of a square answer
    centred: tuple[tuple[float, Scores], ...] = ()  # weak answers around this centre
    ignored: Scores = ()  # perfect but for the positions that the loss leaves out
    ignored_share: float = 0.0  # of the positions
    filled: Scores = ()  # perfect, and labels that are no class are replaced by the class that is answered there
    filled_share: float = 0.0  # of the positions
    dealt: Scores = ()  # as the model answers with the weights of each parameter in other places; asked where all other ways score alike
    later: Scores = ()  # perfect, right after a run of wrong ones
    small: Scores = ()  # perfect, in smaller batches
    small_size: int = 0


def measure(setup: Setup, facts: TaskFacts) -> EvaluationOracle:
    """Play the evaluation once for each way of answering."""
    if facts.kind not in ("classes", "binary", "multilabel", "values"):
        raise Unmeasurable(f"what a perfect answer would be is not known ({facts.kind})")
    if len(setup.modules) != 1 or setup.loss is None:
        raise Unmeasurable("the evaluated tensor is not known: several models, or the model gives its own loss")
    source, batches, complete = held_out(setup)
    complete = complete and len(batches) <= FEW
    batches = batches[:FEW]
    stage = Stage(setup, facts, source, batches, complete=complete)
    if not scores_apart(stage.told("perfect"), stage.told("perfect")) <= 1e-9:
        raise Unmeasurable("the same answers do not score the same twice")
    return _all_ways(stage)


def _all_ways(stage: Stage) -> EvaluationOracle:
    batches = stage.batches
    zero_one = stage.facts.kind in ("binary", "multilabel")
    small = max(1, size_of(batches[0]) // 3)
    centre = 0.5 if stage.form == "probabilities" else 0.0
    plain = {way: stage.told(way) for way in ("perfect", "firm", "wrong", "noise", "half")}
    alike = all(scores == plain["perfect"] for scores in plain.values())
    return EvaluationOracle(
        kind=stage.facts.kind,
        form=stage.form,
        alone=stage.alone,
        items=stage.items,
        batches=len(batches),
        batch_size=size_of(batches[0]),
        last_size=size_of(batches[-1]),
        of_train=_length(stage.setup.train),
        of_source=_length(stage.source),
        **plain,
        last_wrong=stage.told("perfect", wrong_batch=len(batches) - 1) if len(batches) > 1 else (),
        first_wrong=stage.told("perfect", wrong_batch=0) if len(batches) > 1 else (),
        shaped=stage.told("shaped") if stage.reshapes else (),
        turned=stage.told("turned") if stage.square else (),
        centred=tuple((c + centre, stage.told("weak", centre=c + centre)) for c in CENTRES) if zero_one else (),
        ignored=stage.told("ignored") if stage.left_out else (),
        ignored_share=stage.left_out,
        filled=stage.told("perfect", filled=True) if stage.no_class else (),
        filled_share=stage.no_class,
        dealt=stage.told_dealt() if alike else (),
        later=stage.told_after("wrong", "perfect"),
        small=stage.told("perfect", size=small) if small < size_of(batches[0]) else (),
        small_size=small,
    )


def _length(source: Any) -> int:
    try:
        return len(source.items) if source.items is not None else 0
    except TypeError:
        return 0


class Stage:
    """The evaluation with the model's answers overwritten."""

    def __init__(self, setup: Setup, facts: TaskFacts, source: Any, batches: list[Any], *, complete: bool) -> None:
        self.setup, self.facts, self.source, self.batches, self.complete = setup, facts, source, batches, complete
        self.items = sum(size_of(b) for b in batches)
        self._known = _pairs(setup, batches)
        self._sized: dict[int, list[Any]] = {}
        self.no_class = _no_class([t for _, t in self._known], facts)
        with setup.apart(data=True):
            run = play(setup, self._handed(batches))
        if not run.inputs:
            raise Unmeasurable("the evaluation does not call the model by its forward")
        self._matched(run)
        main = run.answers[0]
        self.alone = all(run.whole)
        self.form = form_of(run.answers, facts)
        target = self._target(run.inputs[0])
        self.reshapes = self.alone and main.shape != target.shape and main.numel() == target.numel() and facts.kind in ("binary", "values")
        self.square = facts.kind == "classes" and main.ndim == 2 and main.shape[0] == main.shape[1]
        self._mask = _left_out(setup, facts)
        self.left_out = self._share_left_out(run)

    def told(self, way: str, *, wrong_batch: int | None = None, centre: float = 0.0, size: int = 0, filled: bool = False) -> Scores:
        """The scores with answers of this kind; empty where the evaluation cannot take them."""
        batches = self.batches
        try:
            if size:
                batches = self._cut(size)
            if filled:
                batches = [_filled(b, t, self.facts) for b, (_, t) in zip(batches, self._known, strict=False)]
            with self.setup.apart(data=True):
                self.setup.mode(training=False)
                return play(self.setup, self._handed(batches), self._writer(way, wrong_batch, centre)).scores
        except (Unmeasurable, RuntimeError):
            return ()

    def told_with(self, make: Callable[[Any, Any], Any]) -> Scores:
        """The scores with the answers `make(main, target)` for each batch."""
        with self.setup.apart(data=True):
            self.setup.mode(training=False)
            return play(self.setup, self._handed(self.batches), self._writer("own", None, 0.0, make)).scores

    def told_after(self, first: str, way: str) -> Scores:
        """The scores with answers of this kind, where another run went before and nothing was put back."""
        try:
            with self.setup.apart(data=True):
                self.setup.mode(training=False)
                play(self.setup, self._handed(self.batches), self._writer(first, None, 0.0))
                self.setup.mode(training=False)
                return play(self.setup, self._handed(self.batches), self._writer(way, None, 0.0)).scores
        except (Unmeasurable, RuntimeError):
            return ()

    def told_dealt(self) -> Scores:
        """The scores of the model's own answers with other weights: do they hang on the model in another way than by its answer?"""
        import torch

        try:
            with self.setup.apart(data=True), torch.no_grad():
                self.setup.mode(training=False)
                for parameter in self.setup.named_parameters().values():
                    parameter.copy_(parameter.flatten().roll(parameter.numel() // 3 + 1).reshape(parameter.shape))
                return play(self.setup, self._handed(self.batches)).scores
        except (Unmeasurable, RuntimeError):
            return ()

    def _writer(self, way: str, wrong_batch: int | None, centre: float, make: Callable[[Any, Any], Any] | None = None) -> Callable[[int, Any, Any, Any], Any]:
        import torch

        generator = torch.Generator().manual_seed(self.setup.seed + 3)
        seen = iter(range(10**9))

        def change(_: int, inputs: Any, raw: Any, main: Any) -> Any:
            number = next(seen)
            target = self._target(inputs)
            if target is None:
                raise Unmeasurable("the evaluation calls the model with inputs that were not handed over")
            said = "wrong" if wrong_batch is not None and number == wrong_batch else way
            new = make(main, target) if make is not None else answer_as(said, main, target, self.facts, self.form, generator, centre=centre, mask=self._mask)
            if way == "shaped":
                return new.reshape(target.shape)
            main.copy_(new)
            return None

        return change

    def _cut(self, size: int) -> list[Any]:
        if size not in self._sized:
            parts = cut(self.batches, size)
            self._known += _pairs(self.setup, parts)
            self._sized[size] = parts
        return self._sized[size]

    def _handed(self, batches: list[Any]) -> Handed:
        return Handed(batches, self.source.given, items=self.items, complete=self.complete)

    def _target(self, inputs: Any) -> Any:
        """The target of the batch whose inputs these are."""
        import torch

        first = next((t for t in tensors_of(inputs) if t.ndim), None)
        for main, target in self._known:
            if first is not None and main.shape == first.shape and torch.equal(main.to(first), first):
                return target
        return None

    def _matched(self, run: Any) -> None:
        if len(run.inputs) != len(self.batches) or any(a is None for a in run.answers):
            raise Unmeasurable(f"the evaluation calls the model {len(run.inputs)} times for {len(self.batches)} batches")
        if any(self._target(i) is None for i in run.inputs):
            raise Unmeasurable("the evaluation calls the model with other inputs than a training step does")
        for answer, inputs in zip(run.answers, run.inputs, strict=True):
            if ideal_of(answer, self._target(inputs), self.facts) is None:
                raise Unmeasurable("the target does not fit the model's answer")

    def _share_left_out(self, run: Any) -> float:
        if self._mask is None:
            return 0.0
        masks = [self._mask(self._target(i)) for i in run.inputs]
        total = sum(m.numel() for m in masks)
        return float(sum(int(m.sum()) for m in masks)) / max(1, total)


def _no_class(targets: list[Any], facts: TaskFacts) -> float:
    """The share of labels that are none of the classes."""
    if facts.kind != "classes" or any(t.is_floating_point() for t in targets):
        return 0.0
    return float(sum(int(((t < 0) | (t >= facts.num_classes)).sum()) for t in targets)) / max(1, sum(t.numel() for t in targets))


def _filled(batch: Any, target: Any, facts: TaskFacts) -> Any:
    """The batch with labels that are no class replaced by the class that a perfect answer gives there."""
    import torch

    def of(t: Any) -> Any:
        if t.is_floating_point() or t.is_complex() or t.dtype == torch.bool or not (torch.equal(t.to(target), target) or bool((t < 0).any())):
            return t
        return t.clamp(0, facts.num_classes - 1)

    return mapped(batch, of)


def _pairs(setup: Setup, batches: list[Any]) -> list[tuple[Any, Any]]:
    """(first input, target) of every batch."""
    import torch

    found = []
    for batch in batches:
        specimen = setup.specimen_of(batch)
        first = next((t for t in tensors_of((specimen.args, specimen.kwargs)) if t.ndim), None)
        if first is None or not isinstance(specimen.target, torch.Tensor):
            raise Unmeasurable("a batch has no one tensor of inputs and of targets")
        found.append((first, specimen.target))
    return found


def _left_out(setup: Setup, facts: TaskFacts) -> Callable[[Any], Any] | None:
    """Which target value the loss leaves out, as a mask of targets; None where every position counts."""
    import torch

    if not facts.per_position or facts.kind != "classes":
        return None
    specimen = setup.specimen()
    with setup.apart():
        setup.mode(training=False)
        raw = mapped(setup.forward(specimen), lambda t: t.detach().requires_grad_(t.is_floating_point()))
        main = main_output(raw, specimen.size)
        try:
            (gradient,) = torch.autograd.grad(setup.loss_of(raw, specimen), main)
        except (RuntimeError, Unmeasurable):
            return None
    k = facts.num_classes
    axis = next((a for a in (1, main.ndim - 1) if main.shape[a] == k and main.numel() == specimen.target.numel() * k), None)
    if axis is None:
        return None
    quiet = (gradient.abs().sum(axis) == 0).reshape(specimen.target.shape)
    for value in specimen.target.unique().tolist():
        if bool((quiet == (specimen.target == value)).all()):
            return lambda target: target == value
    return None
