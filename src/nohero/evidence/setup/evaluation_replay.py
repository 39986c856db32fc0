"""The user's evaluation, run again: same batches twice, in other batch sizes, in eval mode; what it draws and what the model is called with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.evidence.setup.replayed import Handed, Run, Scores, apart_by, begun, cut, held_out, mean_loss, play, size_of
from nohero.setup.calling import main_output, tensors_of
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from nohero.evidence.setup.task_facts import TaskFacts
    from nohero.setup.setup import Setup

PRICE = 0.3  # seconds
STEPS = 60
MODULES = 60  # tried one by one for the one whose mode matters
ROWS = 4000  # training rows that the evaluated ones are looked up in
SAME = 1e-4  # relative


@dataclass(frozen=True, kw_only=True)
class EvaluationReplay:
    """Scores are (name, value) pairs, as many as the evaluation returns."""

    source: str  # val, test or train
    batches: int  # handed over
    items: int
    drawn: int  # batches that were taken
    calls: int  # of the model; 0 where the evaluation goes round its forward
    seen: int  # items the model was called with
    shares: tuple[float, float]  # of the rows the model was called with: those handed over, those among the training rows
    scores: Scores = ()
    again: Scores = ()  # other random streams
    in_eval: Scores = ()  # with eval mode set beforehand
    ran_training: bool = False
    by_hand: bool = False  # the model as a whole is in eval mode, and some of its parts are not
    guilty: tuple[str, ...] = ()  # modules that ran in train mode and answer otherwise there
    mode_gap: float = 0.0  # of the answers to those in eval mode, relative
    mode_needed: bool = False  # the model answers with other tensors in train mode
    model_random: bool = False  # in eval mode
    rebatched: tuple[tuple[int, Scores], ...] = ()  # batch size (of the first batch) -> scores; the user's own first
    even: bool = True  # the user's own batches are all of one size
    answers_move: bool = False  # the model's answers themselves hang on the batching
    is_loss: bool = False  # the first score is the mean of the loss over the items
    loss_joins: bool = True  # the loss over all items is the mean of the batches' losses


def measure(setup: Setup, facts: TaskFacts) -> EvaluationReplay:
    """Run it on the same batches in several ways."""
    source, batches, complete = held_out(setup)
    sizes = [size_of(b) for b in batches]
    with setup.apart(data=True):
        begun(setup)
        first = play(setup, Handed(batches, source.given, items=sum(sizes), complete=complete))
    with setup.apart(seed=1, data=True):
        _begun_alike(setup)
        again = play(setup, Handed(batches, source.given, items=sum(sizes), complete=complete))
    with setup.apart(data=True):
        begun(setup)
        setup.mode(training=False)
        in_eval = play(setup, Handed(batches, source.given, items=sum(sizes), complete=complete))
    guilty, gap, needed, random = _modes(setup, first) if len(setup.modules) == 1 and first.inputs else ((), 0.0, False, False)
    rebatched, move = _rebatched(setup, source, batches, sizes, complete)
    return EvaluationReplay(
        source=source.name,
        batches=len(batches),
        items=sum(sizes),
        drawn=first.drawn,
        calls=len(first.inputs),
        seen=sum(size_of(i) for i in first.inputs),
        shares=_shares(setup, first, batches),
        scores=first.scores,
        again=again.scores,
        in_eval=in_eval.scores,
        ran_training=bool(first.training),
        by_hand=bool(first.training) and not any(name in first.training for name in setup.modules),
        guilty=guilty,
        mode_gap=gap,
        mode_needed=needed,
        model_random=random,
        rebatched=rebatched,
        even=len(set(sizes)) == 1,
        answers_move=move,
        is_loss=_is_loss(setup, batches, rebatched[0][1] if rebatched else ()),
        loss_joins=_loss_joins(setup, batches, facts),
    )


def _begun_alike(setup: Setup) -> None:
    """The same step as in the first run, then other random streams."""
    from nohero.setup.streams import seed_all

    seed_all(setup.seed)
    begun(setup)
    seed_all(setup.seed + 77)


def _modes(setup: Setup, run: Run) -> tuple[tuple[str, ...], float, bool, bool]:
    """(modules whose mode makes the difference, how large it is, train mode answers with other tensors, eval mode is random)."""
    import torch

    args, kwargs = run.inputs[0]
    with setup.apart():
        begun(setup)

        def answer() -> Any:
            with torch.no_grad():
                return setup.single(*args, **kwargs)

        try:
            setup.mode(training=False)
            plain, twice = answer(), answer()
            size = size_of(run.inputs[0])
            main, other = main_output(plain, size), main_output(twice, size)
            random = not apart_by(main, other) <= SAME
            gap = apart_by(run.answers[0], main)
            shapes = [tuple(t.shape) for t in tensors_of(plain)]
            named = {n: m for n, m in setup.named_modules().items() if n in run.training}
            guilty = []
            for name, module in list(named.items())[:MODULES]:
                module.training = True
                alone = answer()
                module.training = False
                if [tuple(t.shape) for t in tensors_of(alone)] != shapes:
                    return (), 0.0, True, random
                if not random and apart_by(main_output(alone, size), main) > SAME:
                    guilty.append(name)
        except Exception:  # noqa: BLE001 (the inputs may be used up, or the mode refused)
            return (), 0.0, False, False
    return tuple(guilty), gap, False, random


def _shares(setup: Setup, run: Run, batches: list[Any]) -> tuple[float, float]:
    """Of the rows the model was called with: the shares found among the rows handed over and among the training rows."""
    mains = [next((t for t in tensors_of(i) if t.ndim), None) for i in run.inputs]
    rows = [h for t in mains if t is not None for h in hashed(t)]
    if not rows:
        return 1.0, 0.0
    given = {h for b in batches for t in tensors_of(b) if t.ndim for h in hashed(t)}
    if len(given) < 2:  # rows without content, as where they only count the games that are played
        return 1.0, 0.0
    with setup.apart(data=True):
        try:
            train = {h for b in setup.train.read(most=200, seconds=1.0).batches for t in tensors_of(b) if t.ndim for h in hashed(t)}
        except Exception:  # noqa: BLE001
            train = set()
    return sum(h in given for h in rows) / len(rows), sum(h in train for h in rows) / len(rows)


def hashed(tensor: Any) -> list[int]:
    """A number for each item of a tensor."""
    flat = tensor.detach().cpu().contiguous().reshape(tensor.shape[0], -1)
    if flat.numel() > 20_000_000:
        return []
    try:
        return [hash(row.tobytes()) for row in flat[:ROWS].numpy()]
    except TypeError:  # bfloat16
        return [hash(row.tobytes()) for row in flat[:ROWS].float().numpy()]


def _rebatched(setup: Setup, source: Any, batches: list[Any], sizes: list[int], complete: bool) -> tuple[tuple[tuple[int, Scores], ...], bool]:  # noqa: FBT001
    """The scores of the same items in the user's batches, in one, and in smaller ones; whether the answers move with the batching."""
    found: list[tuple[int, Scores]] = []
    answers: list[Any] = []
    for size in (0, sum(sizes), max(2, sizes[0] // 3)):
        try:
            parts = batches if not size else cut(batches, size)
            with setup.apart(seed=2, data=True):
                begun(setup)
                setup.mode(training=False)
                run = play(setup, Handed(parts, source.given, items=sum(sizes), complete=complete))
        except Unmeasurable:
            continue
        found.append((size or sizes[0], run.scores))
        answers.append(_all_answers(run))
    gaps = [apart_by(a, answers[0]) for a in answers[1:]]
    return tuple(found), any(not g <= 1e-3 for g in gaps)


def _all_answers(run: Run) -> Any:
    import torch

    try:
        return torch.cat([a for a in run.answers if a is not None])
    except (RuntimeError, ValueError):
        return None


def _is_loss(setup: Setup, batches: list[Any], scores: Scores) -> bool:
    """Whether the first score is the mean over the items of the loss of each batch, with the model that `_rebatched` scored."""
    try:
        with setup.apart(seed=2, data=True):
            begun(setup)
            setup.mode(training=False)
            mean = mean_loss(setup, batches)
    except (Unmeasurable, RuntimeError, ValueError, TypeError):
        return False
    return bool(scores) and abs(scores[0][1] - mean) <= SAME * abs(mean)


def _loss_joins(setup: Setup, batches: list[Any], facts: TaskFacts) -> bool:
    """Whether the loss of two batches' items together is the mean of the two; contrastive losses are not."""
    import torch

    if facts.loss:
        return True
    try:
        two = [b for b in batches if size_of(b) == size_of(batches[0])][:2]
        with setup.apart(), torch.no_grad():
            setup.mode(training=False)
            parts = [setup.specimen_of(b) for b in (*two, cut(two, sum(map(size_of, two)))[0])]
            losses = [float(setup.loss_of(setup.forward(s), s)) for s in parts]
    except (Unmeasurable, RuntimeError, IndexError, ValueError, TypeError):
        return False
    return len(losses) == 3 and abs((losses[0] + losses[1]) / 2 - losses[2]) <= 1e-3 * max(1e-6, abs(losses[2]))
