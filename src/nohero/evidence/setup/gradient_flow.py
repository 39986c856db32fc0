"""Which parameters a training step's gradients reach, where the way to the others is cut, and which trained tensors no one holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

    from nohero.setup.setup import Setup

PRICE = 0.1  # seconds
STEPS = 14
BATCHES = 8  # steps that are listened to
OWNERS = 10  # unreached modules that are looked into
MOST_NODES = 100_000  # of a graph that is walked
MOST_TENSORS = 40  # strangers named

CUTS = (
    "detach", "detach_", "data", "numpy", "tensor", "as_tensor", "argmax", "argmin", "long", "int", "round", "sign", "tolist", "item", "__float__",
    "requires_grad_", "gt", "lt", "ge", "le", "eq", "__gt__", "__lt__", "bool", "one_hot", "multinomial", "bernoulli", "topk", "clone",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Unreached:
    """A trainable parameter that got no gradient in any of the steps."""

    name: str
    module: str
    size: int
    why: str  # cut: the loss hangs on it all the same; answer: the answer hangs on it, the loss does not; dropped: its layer runs and the result is thrown away; silent: its layer never runs; unknown
    held: bool  # by an optimizer
    place: str = ""  # the module in which the way is cut
    function: str = ""  # what cuts it


@dataclass(frozen=True, kw_only=True)
class Stranger:
    """A tensor that gets gradients and belongs neither to the model nor to an optimizer."""

    name: str
    shape: tuple[int, ...]
    owner: str  # model or loss
    own: bool  # stands in the loss itself, or in a loss with few such tensors


@dataclass(frozen=True, kw_only=True)
class GradientFlow:
    """`backward` counts calls of it that were heard in the steps."""

    batches: int
    trainable: int
    reached: int
    backward: int
    step: bool  # the steps were the user's own
    graphless: str = ""  # model or loss: the loss has no graph, and who lost it; step: the step lost it
    unreached: tuple[Unreached, ...] = ()
    strangers: tuple[Stranger, ...] = ()
    optimizer: bool = False  # one was handed over
    place: str = ""
    function: str = ""


def measure(setup: Setup) -> GradientFlow:
    """Listen to the user's steps; look for the cut where gradients do not arrive."""
    from nohero.setup.refusal import Unmeasurable

    trainable = {n: p for n, p in setup.named_parameters().items() if p.requires_grad}
    heard = _listened(setup, trainable)
    if not trainable and not heard.leaves:
        raise Unmeasurable("no parameter is trainable")
    missing = {n: p for n, p in trainable.items() if n not in heard.reached and n not in heard.moved and not setup.intent.is_frozen(n)}
    held = {id(p) for o in setup.optimizers for g in o.param_groups for p in g["params"]}
    graphless, place, function, unreached = "", "", "", ()
    if missing:
        graphless, events, plain = _plainly(setup, missing)
        if not heard.reached and not heard.moved and not graphless and plain and heard.backward and setup.step is not None:
            graphless, events = "step", heard.cuts
        place, function = _first(events)
        unreached = tuple(_diagnosed(setup, missing, plain, held, events)) if not graphless else ()
    return GradientFlow(
        batches=heard.batches, trainable=len(trainable), reached=len(heard.reached), backward=heard.backward, step=setup.step is not None,
        graphless=graphless, unreached=unreached, strangers=tuple(_strangers(setup, heard, held)), optimizer=bool(setup.optimizers), place=place, function=function,
    )  # fmt: skip


@dataclass
class _Heard:
    reached: set[str]
    moved: set[str]
    backward: int
    batches: int
    leaves: dict[int, tuple[Any, int, Any]]  # id -> (leaf, in how many backward passes, its value at first)
    cuts: list[tuple[str, str, set[int]]]


def _listened(setup: Setup, trainable: dict[str, Any]) -> _Heard:
    import torch

    from nohero.evidence.setup.tracing import functions, place
    from nohero.setup.refusal import Unmeasurable

    heard = _Heard(reached=set(), moved=set(), backward=0, batches=0, leaves={}, cuts=[])
    with setup.apart(), place(setup.named_modules()) as stack:
        handles = [p.register_hook(lambda _, n=n: heard.reached.add(n)) for n, p in trainable.items()]

        def told(name: str, args: Any, _: Any, result: Any) -> None:
            if name == "backward" and args and isinstance(args[0], torch.Tensor):
                heard.backward += 1
                _keep(heard, args[0])
            elif name in CUTS and len(heard.cuts) < 200:
                _note(heard.cuts, name, args, result, stack)

        before = {n: p.detach().clone() for n, p in trainable.items()}
        setup.mode(training=True)
        try:
            with functions(told):
                for number, batch in enumerate(setup.batches(BATCHES)):
                    _step(setup, batch, number)
                    heard.batches += 1
                    if heard.batches >= 2 and len(heard.reached) == len(trainable):
                        break
        except (Unmeasurable, RuntimeError):
            if not heard.batches and not setup.modules:
                raise
        finally:
            for handle in handles:
                handle.remove()
        heard.moved = {n for n, p in trainable.items() if n not in heard.reached and not torch.equal(before[n], p.detach())}
        heard.leaves = {k: v for k, v in heard.leaves.items() if v[1] >= min(2, heard.backward) and torch.equal(v[2], v[0].detach())}
    return heard


def _step(setup: Setup, batch: Any, number: int) -> None:
    if setup.step is not None or setup.optimizers:
        setup.train_step(batch)
    else:
        specimen = setup.specimen(number)
        setup.loss_of(setup.forward(specimen), specimen).backward()


def _keep(heard: _Heard, root: Any) -> None:
    for leaf in leaves(root):
        known = heard.leaves.get(id(leaf))
        heard.leaves[id(leaf)] = (leaf, 1 + known[1], known[2]) if known else (leaf, 1, leaf.detach().clone())


def leaves(root: Any) -> list[Tensor]:
    """The leaves of a tensor's graph."""
    start = getattr(root, "grad_fn", None)
    waiting, seen, found = [start] if start is not None else [], set(), []
    while waiting and len(seen) < MOST_NODES:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        if (leaf := getattr(node, "variable", None)) is not None:
            found.append(leaf)
        waiting += [n for n, _ in node.next_functions if n is not None]
    return found


def _note(cuts: list[tuple[str, str, set[int]]], name: str, args: Any, result: Any, stack: list[str]) -> None:
    """Keep a call that gets something with a graph and gives something without."""
    import torch

    from nohero.setup.calling import tensors_of

    given = [t for t in tensors_of(list(args)) if t.requires_grad and t.grad_fn is not None] or [t for t in tensors_of(list(args)) if t.requires_grad]
    if not given or any(t.requires_grad and t.grad_fn is not None for t in tensors_of(result)):
        return
    off = not torch.is_grad_enabled()
    roots = {id(leaf) for t in given for leaf in (leaves(t) if t.grad_fn is not None else [t])}
    cuts.append((stack[-1] if stack else "", f"no_grad around {name}" if off else name, roots))


def _plainly(setup: Setup, missing: dict[str, Any]) -> tuple[str, list[tuple[str, str, set[int]]], bool]:
    """(who lost the whole graph, the cuts that were passed, whether the model could be called): one forward pass and the loss."""
    from nohero.evidence.setup.tracing import functions, place
    from nohero.setup.calling import tensors_of
    from nohero.setup.refusal import Unmeasurable

    events: list[tuple[str, str, set[int]]] = []
    wanted = {id(p) for p in missing.values()}

    def told(name: str, args: Any, _: Any, result: Any) -> None:
        import torch

        if (name in CUTS or not torch.is_grad_enabled()) and len(events) < 200:
            _note(events, name, args, result, stack)

    try:
        specimen = setup.specimen()
        with setup.apart(), place(setup.named_modules()) as stack, functions(told):
            setup.mode(training=True)
            raw = setup.forward(specimen)
            answered = any(t.requires_grad for t in tensors_of(raw))
            loss = setup.loss_of(raw, specimen)
            has = bool(getattr(loss, "requires_grad", False)) and bool({id(x) for x in leaves(loss)} - {id(loss)})
    except Unmeasurable:
        return "", [], False
    events = [e for e in events if e[2] & wanted] or events
    return ("" if has else "loss" if answered else "model"), events, True


def _first(events: list[tuple[str, str, set[int]]]) -> tuple[str, str]:
    """The likeliest cut: a block without gradients, then what cuts by its nature, then what is often only written down."""
    def rank(event: tuple[str, str, set[int]]) -> int:
        return -1 if event[1].startswith("no_grad") else CUTS.index(event[1])

    best = min(events, key=rank, default=None)
    return ("", "") if best is None else (best[0], best[1])


def _diagnosed(setup: Setup, missing: dict[str, Any], plain: bool, held: set[int], events: list[tuple[str, str, set[int]]]) -> Iterable[Unreached]:  # noqa: FBT001
    owners: dict[str, list[str]] = {}
    for name in missing:
        owners.setdefault(name.rpartition(".")[0], []).append(name)
    for number, (owner, names) in enumerate(owners.items()):
        why = _why(setup, owner, [missing[n] for n in names]) if plain and number < OWNERS else "unknown"
        ids = {id(missing[n]) for n in names}
        place, function = _first([e for e in events if e[2] & ids]) if why in ("cut", "answer") else ("", "")
        for name in names:
            yield Unreached(name=name, module=owner, size=int(missing[name].numel()), why=why, held=id(missing[name]) in held, place=place, function=function)


def _why(setup: Setup, owner: str, parameters: list[Any]) -> str:
    """What hangs on these parameters, found by changing them."""
    import torch

    from nohero.setup.refusal import Unmeasurable

    batches = range(min(3, len(setup.batches(3))))
    try:
        before = [_seen(setup, owner, i) for i in batches]
        with setup.apart():
            with torch.no_grad():
                generator = torch.Generator().manual_seed(setup.seed)
                for p in parameters:
                    p.add_((0.1 + p.detach().float().std(unbiased=False)) * torch.randn(p.shape, generator=generator).to(p))
            after = [_seen(setup, owner, i) for i in batches]
    except Unmeasurable:
        return "unknown"
    if any(a[0] != b[0] for a, b in zip(before, after, strict=True)):
        return "cut"
    if any(not _alike(a[1], b[1]) for a, b in zip(before, after, strict=True)):
        return "answer"
    return "dropped" if any(a[2] for a in before) or owner == "" else "silent"


def _seen(setup: Setup, owner: str, number: int) -> tuple[float, list[Any], bool]:
    """(the loss, the answers of every module that holds the owner, whether the owner runs): train mode, and eval mode for the calls."""
    from nohero.setup.calling import tensors_of

    specimen, answers, calls = setup.specimen(number), [], []
    modules = setup.named_modules()
    above = [m for n, m in modules.items() if n != owner and (n == "" or owner.startswith(n + "."))]
    with setup.apart():
        handles = [m.register_forward_hook(lambda _, __, out: answers.extend(t.detach().clone() for t in tensors_of(out))) for m in above]
        if owner in modules:
            handles.append(modules[owner].register_forward_hook(lambda *_: calls.append(1)))
        try:
            setup.mode(training=True)
            loss = float(setup.loss_of(setup.forward(specimen), specimen).detach())
            kept = list(answers)
            setup.mode(training=False)
            setup.forward(specimen)
        finally:
            for handle in handles:
                handle.remove()
    return loss, kept, bool(calls)


def _alike(one: list[Any], other: list[Any]) -> bool:
    import torch

    return len(one) == len(other) and all(a.shape == b.shape and torch.equal(a, b) for a, b in zip(one, other, strict=True))


def _strangers(setup: Setup, heard: _Heard, held: set[int]) -> Iterable[Stranger]:
    """Leaves that stay the same from step to step, move in none, and are nobody's."""
    import torch

    from nohero.setup.calling import tensors_of
    from nohero.setup.refusal import Unmeasurable

    data = {id(t) for batch in setup.batches(BATCHES) for t in tensors_of(batch)}
    mine = {id(p) for p in setup.named_parameters().values()} | held | data
    found = {k: v[0] for k, v in heard.leaves.items() if k not in mine}
    if not found:
        return
    answer: set[int] = set()
    try:
        with setup.apart():
            setup.mode(training=True)
            answer = {id(x) for t in tensors_of(setup.forward(setup.specimen())) for x in leaves(t)}
    except Unmeasurable:
        pass
    inside, outside = named_inside(setup.named_modules()), {}
    if isinstance(setup.loss, torch.nn.Module):
        outside = {id(p): n for n, p in setup.loss.named_parameters()}
    rest = [k for k in found if k not in answer and k not in inside]
    for key, leaf in list(found.items())[:MOST_TENSORS]:
        owner = "model" if key in answer or key in inside else "loss"
        name = inside.get(key) or outside.get(key) or f"a tensor {list(leaf.shape)}"
        if owner == "loss" and key not in outside and _copied(setup, leaf):
            continue  # a teacher, or another copy of the network
        own = owner == "loss" and (("." not in name) if key in outside else len(rest) <= 4)
        yield Stranger(name=name, shape=tuple(leaf.shape), owner=owner, own=own)


def _copied(setup: Setup, leaf: Any) -> bool:
    """Whether the tensor equals one of the model's parameters."""
    import torch

    return any(p.shape == leaf.shape and torch.equal(p.detach(), leaf.detach()) for p in setup.named_parameters().values())


def named_inside(modules: dict[str, Any]) -> dict[int, str]:
    """Tensors in plain attributes, lists and dicts of the modules, by id."""
    found: dict[int, str] = {}
    for name, module in modules.items():
        for key, value in vars(module).items():
            if key not in ("_parameters", "_modules", "_buffers"):
                _inside(value, f"{name}.{key}" if name else key, found, 3)
    return found


def _inside(value: Any, name: str, found: dict[int, str], depth: int) -> None:
    import torch

    if isinstance(value, torch.Tensor):
        found.setdefault(id(value), name)
    elif isinstance(value, torch.nn.Module):
        for inner, parameter in value.named_parameters():
            found.setdefault(id(parameter), f"{name}.{inner}")
    elif depth and isinstance(value, list | tuple):
        for i, inner in enumerate(value):
            _inside(inner, f"{name}[{i}]", found, depth - 1)
    elif depth and isinstance(value, dict):
        for k, inner in value.items():
            _inside(inner, f"{name}[{k!r}]", found, depth - 1)
