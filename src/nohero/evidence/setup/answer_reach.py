"""How far the answers can go, whatever the weights of the last layers become; and which targets lie beyond."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from nohero.evidence.setup.task_facts import TaskFacts
    from nohero.setup.setup import Setup
    from nohero.setup.specimen import Specimen

PRICE = 0.1  # seconds
STEPS = 20
LAST = 4  # parameter-owning modules whose parameters are driven, one after another
FACTOR = 1000.0  # times the parameters, in units of the targets
BATCHES = 8  # of targets
COLUMNS = 64  # most outputs that are looked at one by one
ALIKE = 1e-4  # relative; sums in another order
SLACK = 1e-3  # of the targets' deviation


@dataclass(frozen=True, kw_only=True)
class AnswerReach:
    """Over all drives; costs are the loss of the nearest reachable answers and of the targets' mean, against that of the targets themselves."""

    low: float
    high: float
    moved: float  # largest difference between two answers of any drives
    drives: int
    target_low: float = float("nan")
    target_high: float = float("nan")
    beyond: float = 0.0  # share of target values out of reach
    costs: bool = False  # whether the loss is lower at those targets than at the nearest reachable answers
    floor: float = float("nan")  # loss of the nearest reachable answers
    constant: float = float("nan")  # loss of the targets' mean
    answers: int = 0  # numbers an item in the answer
    n: int = 0  # target values
    log_rate: bool = False  # the loss is torch's of counts, whose answers are logarithms of rates


def measure(setup: Setup, facts: TaskFacts) -> AnswerReach:
    """Drive inputs and the last layers' parameters to extremes."""
    import torch

    specimen = setup.specimen()
    size = max(1.0, abs(facts.mean) + facts.deviation) if facts.mean == facts.mean else 1.0
    answers = driven(setup, specimen, FACTOR * size, _said)
    shapes = {tuple(a.shape) for a in answers}
    if not answers or not _targets(setup):
        raise Unmeasurable("no finite answers or no targets of numbers were seen")
    stacked = torch.stack([a for a in answers if a.shape == answers[0].shape]) if len(shapes) == 1 else torch.cat([a.flatten() for a in answers])[:, None]
    stacked = torch.nan_to_num(stacked, nan=0.0)
    common = {"low": float(stacked.min()), "high": float(stacked.max()), "moved": float(stacked.max() - stacked.min()), "drives": len(answers), "answers": answers[0].numel() // max(1, specimen.size), "log_rate": _of_log_rates(setup, answers[0], specimen)}
    if facts.kind not in ("values", "reconstruction") or len(shapes) > 1:
        return AnswerReach(**common)
    return _against_targets(setup, facts, stacked, common)


def _against_targets(setup: Setup, facts: TaskFacts, stacked: Tensor, common: dict[str, Any]) -> AnswerReach:
    import torch

    specimen = setup.specimen()
    target, shape = specimen.target, stacked.shape[1:]
    if not isinstance(target, torch.Tensor) or target.numel() != stacked[0].numel():
        return AnswerReach(**common)
    columns = shape[-1] if len(shape) > 1 and shape[-1] <= COLUMNS and target.shape == shape else 1
    flat = stacked.reshape(-1, columns)
    low, high = flat.min(0).values, flat.max(0).values
    values = torch.cat([t.detach().double().reshape(-1, columns) for t in _targets(setup)])
    slack = SLACK * float(values.std(unbiased=False)) + 1e-6 * float(values.abs().max())
    beyond = float(((values < low - slack) | (values > high + slack)).double().mean())
    aim = target.detach().to(torch.get_default_dtype()).reshape(shape)
    near = torch.minimum(torch.maximum(aim.reshape(-1, columns).double(), low), high).to(aim.dtype).reshape(shape)
    losses = [_loss(setup, v, specimen) for v in (aim, near, torch.full_like(aim, float(values.mean())))]
    return AnswerReach(
        **common, target_low=float(values.min()), target_high=float(values.max()), beyond=beyond, costs=losses[0] < losses[1], floor=losses[1] - losses[0], constant=losses[2] - losses[0], n=values.numel(),
    )  # fmt: skip


def _of_log_rates(setup: Setup, answer: Tensor, specimen: Specimen) -> bool:
    """Whether the loss equals that of counts with exp(answer) for the rate, on the answers and on others."""
    import torch

    target = specimen.target
    if setup.loss is None or not isinstance(target, torch.Tensor) or target.shape != answer.shape or target.dtype == torch.bool or not bool((target >= 0).all()) or (target.is_floating_point() and not torch.equal(target, target.round())):
        return False
    pairs = [(_loss(setup, a.to(torch.get_default_dtype()), specimen), float(torch.nn.functional.poisson_nll_loss(a, target.double()))) for a in (answer, 0.5 * answer - 0.3)]
    return all(abs(one - two) <= ALIKE * max(1.0, abs(two)) for one, two in pairs)


def _loss(setup: Setup, answer: Tensor, specimen: Specimen) -> float:
    from nohero.setup.refusal import Unmeasurable

    try:
        value = setup.call_loss(answer, specimen.target, *specimen.rest)
        return float(value)
    except (Unmeasurable, RuntimeError, TypeError, ValueError):
        return float("nan")


def _targets(setup: Setup) -> list[Tensor]:
    from nohero.setup.refusal import Unmeasurable

    found = []
    for number in range(min(BATCHES, len(setup.batches(BATCHES)))):
        try:
            target = setup.specimen(number).target
        except Unmeasurable:
            break
        if hasattr(target, "detach") and (not found or target.shape[1:] == found[0].shape[1:]):
            found.append(target)
    return found


def driven(setup: Setup, specimen: Specimen, far: float, said: Callable[[Setup, Specimen], Tensor]) -> list[Tensor]:
    """What is said as it stands, on inputs blown up, and with each of the last modules' parameters blown up and shifted."""
    import torch

    from nohero.evidence.setup.trials import awaken
    from nohero.setup.refusal import UserRaised

    answers = []
    with setup.apart(), torch.no_grad():
        setup.mode(training=False)
        awaken(setup)
        order: list[Any] = []
        owners = [m for m in setup.named_modules().values() if any(True for _ in m.parameters(recurse=False))]
        handles = [m.register_forward_hook(lambda m, a, o: order.append(m)) for m in owners]
        answers.append(said(setup, specimen))
        for handle in handles:
            handle.remove()
        for factor in (-1.0, 10.0, -100.0):
            try:
                answers.append(said(setup, specimen.changed(lambda t, f=factor: t * f if t.is_floating_point() else t)))
            except UserRaised:
                continue
        for module in list(dict.fromkeys(reversed([*(m for m in owners if m not in order), *order])))[:LAST]:
            for change in (lambda p: p * far, lambda p: p * -far, lambda p: p + far if p.ndim < 2 else p, lambda p: p - far if p.ndim < 2 else p):
                answers.append(_changed(setup, specimen, module, change, said))
    return [a for a in answers if a is not None and bool(a.isfinite().any())]


def _changed(setup: Setup, specimen: Specimen, module: Any, change: Any, said: Callable[[Setup, Specimen], Tensor]) -> Tensor | None:
    from nohero.setup.refusal import UserRaised

    old = {k: p.detach().clone() for k, p in module.named_parameters(recurse=False)}
    try:
        for name, parameter in module.named_parameters(recurse=False):
            parameter.copy_(change(old[name]))
        return said(setup, specimen)
    except UserRaised:
        return None
    finally:
        for name, parameter in module.named_parameters(recurse=False):
            parameter.copy_(old[name])


def _said(setup: Setup, specimen: Specimen) -> Tensor:
    from nohero.evidence.setup.task_facts import answer_of
    from nohero.setup.refusal import Unmeasurable
    from nohero.setup.streams import seed_all

    seed_all(setup.seed)
    answer = answer_of(setup, setup.forward(specimen), specimen)
    if answer is None:
        raise Unmeasurable("the model's answer holds no floating tensor")
    return answer.detach().double()
