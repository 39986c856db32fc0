"""Items read several times: where chance flips, turns or shifts the picture, do masks, boxes and points of the item go with it?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nohero.setup.items import drawn, read_one
from nohero.setup.refusal import Unmeasurable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nohero.setup.setup import Setup

PRICE = 0.2  # seconds
ITEMS, READS = 12, 6
VAL = 40  # validation items whose corners are looked at
SIDE = 8  # pixels, the smallest picture
LIKE = 0.9  # correlation of two readings of one picture, one of them moved back
UNLIKE = 0.15  # by which they are less alike as they are
SHIFTED = 0.04  # of the side, the smallest shift that counts
OFF = 0.02  # of the side: a place so far from where it should be is another
CLASSES = 64  # values of a mask, at most
SAME = 0.98  # of a mask's places that are equal once it is moved back
CHANNELS = (1, 2, 3, 4)
NUMBER = "a number"  # an angle, perhaps, or a distance from the middle
NAMES = {"box": "boxes", "keypoint": "points", "landmark": "points", "point": "points", "coord": "points", "joint": "points", "corner": "points"}


@dataclass(frozen=True, kw_only=True)
class Followers:
    """One part of the items that tells places in the picture."""

    where: str  # in the item
    kind: str  # "masks", "boxes", "points" or "a number"
    sure: bool  # by its shape, its name or the order of its numbers; else it may be no place at all
    moves: tuple[str, ...]  # by which the picture was moved while this stayed, commonest first
    stayed: int  # pairs of readings
    went: int
    strayed: int = 0  # of the pairs that tell of masks: the mask was moved otherwise than the picture
    told: int = 0
    crossed: int = 0  # of the pairs with a flip: a box's first corner is no longer left of (or above) its second
    flips: int = 0
    upright: bool | None = None  # where corners cross: whether in a part that nobody moves the first always lies left of and above the second; None where there is none


@dataclass(frozen=True, kw_only=True)
class MovedPictures:
    """What goes with the pictures, and what stays."""

    items: int
    pairs: int  # of readings with a picture that was moved
    followers: tuple[Followers, ...]


def measure(setup: Setup) -> MovedPictures:
    """Only for data sets that are read by index and give another picture at another reading."""
    items = setup.train.items
    if items is None or not len(items):
        raise Unmeasurable("the training items cannot be read one by one")
    with setup.apart(data=True):
        places = drawn(setup.train)
        if places is None or not len(places):
            raise Unmeasurable("which training items are drawn cannot be listed")
        read = [_readings(items, i) for i in places[:: max(1, len(places) // ITEMS)][:ITEMS]]
    name = next((n for n, v in read[0][0].items() if _picture(v) is not None), None)
    if name is None:
        raise Unmeasurable("no pictures among the items")
    pairs = [(move, a, b) for readings in read for move, a, b in _moved(readings, name)]
    if not pairs:
        raise Unmeasurable("no flip, turn or shift of the pictures was seen")
    others = [n for n in read[0][0] if n != name]
    followers = [_followers(n, name, pairs, [r[0] for r in read]) for n in others]
    decided = [_decided(setup, name, replace(f, upright=_upright(setup, f.where)) if f.crossed else f) for f in followers if f is not None]
    return MovedPictures(items=len(read), pairs=len(pairs), followers=tuple(f for f in decided if f is not None))


def _decided(setup: Setup, picture: str, follower: Followers) -> Followers | None:
    """Where it is not sure that numbers tell places, items of another part, which nobody moves, are asked."""
    from nohero.evidence.setup.turned_numbers import turns

    if follower.sure:
        return follower
    items = None if setup.val is None else setup.val.items
    fate = None
    if follower.moves and items is not None:

        def read(i: int) -> tuple[Any, Any] | None:
            found = dict(_numbers(read_one(items, i), "item"))
            shown = _picture(found[picture]) if picture in found else None
            return None if shown is None or follower.where not in found else (shown, found[follower.where])

        with setup.apart(data=True):
            fate = turns(read, len(items), follower.moves[0])
    if fate:
        return replace(follower, sure=True)
    return None if fate is False or follower.kind == NUMBER else follower


def _upright(setup: Setup, where: str) -> bool | None:
    items = None if setup.val is None else setup.val.items
    if items is None or len(items) < ITEMS:
        return None
    with setup.apart(data=True):
        read = [dict(_numbers(read_one(items, i), "item")).get(where) for i in range(0, len(items), max(1, len(items) // VAL))]
    rows = [r.reshape(-1, 4) for r in read if r is not None and r.size and r.shape[-1] == 4]
    return all(bool((r[:, :2] < r[:, 2:]).all()) for r in rows) if rows else None


def _readings(items: Any, i: int) -> list[dict[str, Any]]:
    """The item's numbers by their place in it, a few times; once where it does not change."""
    import numpy as np

    found = [dict(_numbers(read_one(items, i), "item")) for _ in range(2)]
    if any(n not in found[1] or not np.array_equal(v, found[1][n]) for n, v in found[0].items()):
        found += [dict(_numbers(read_one(items, i), "item")) for _ in range(READS - 2)]
    return found


def _numbers(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    import numpy as np
    import torch

    if isinstance(value, dict):
        for key, part in value.items():
            yield from _numbers(part, f"{name}[{key!r}]")
    elif isinstance(value, tuple | list) and not (value and all(isinstance(v, int | float) for v in value)):
        for k, part in enumerate(value):
            yield from _numbers(part, f"{name}[{k}]")
    elif isinstance(value, torch.Tensor):
        if not value.is_complex() and not value.is_sparse:
            yield name, value.detach().cpu().double().numpy()
    elif isinstance(value, np.ndarray | int | float | list | tuple) or hasattr(value, "__array_interface__"):
        held = np.asarray(value)
        if held.dtype.kind in "biuf":
            yield name, held.astype(np.float64)


def _picture(value: Any) -> Any:
    """Channels last, or None."""
    if value.ndim == 3 and value.shape[0] in CHANNELS and min(value.shape[1:]) >= SIDE:
        return value.transpose(1, 2, 0)
    return value if value.ndim == 3 and value.shape[2] in CHANNELS and min(value.shape[:2]) >= SIDE else None


def _moved(readings: list[dict[str, Any]], name: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Pairs of readings between which the picture was moved, and how."""
    for k, a in enumerate(readings):
        for b in readings[k + 1 :]:
            one, two = _picture(a[name]), _picture(b.get(name, a[name]))
            if one is None or two is None or a.keys() != b.keys():
                continue
            move = _move(one, two)
            if move:
                yield move, a, b


MOVES = {"flipped left to right": lambda p: p[:, ::-1], "flipped upside down": lambda p: p[::-1], "turned by half": lambda p: p[::-1, ::-1]}
TURNS = {"transposed": lambda p: p.swapaxes(0, 1), "turned by a quarter": lambda p: p.swapaxes(0, 1)[::-1], "turned by three quarters": lambda p: p.swapaxes(0, 1)[:, ::-1]}


def _move(one: Any, two: Any) -> str:
    """How `one` was moved to become `two`; nothing where that is not plain."""
    if one.shape == two.shape:
        still = _alike(one, two)
        found = {n: _alike(g(one), two) for n, g in (MOVES | TURNS).items() if n in MOVES or one.shape[0] == one.shape[1]}
        best = max(found, key=lambda n: found[n])
        if found[best] > max(LIKE, still + UNLIKE):
            return best
        return _shift(one, two, still)
    found = {n: _alike(g(one), two) for n, g in TURNS.items() if g(one).shape == two.shape}
    return next((n for n, c in found.items() if c > LIKE), "")


def _shift(one: Any, two: Any, still: float) -> str:
    """A shift by whole pixels, made sure where both pictures overlap."""
    dy, dx = _peak(one, two)
    height, width = one.shape[:2]
    if max(abs(dy) / height, abs(dx) / width) > 1 / 3 or max(abs(dy) / height, abs(dx) / width) < SHIFTED:
        return ""
    return "shifted" if _alike(*_overlap(one, two, dy, dx)) > max(LIKE, still + UNLIKE) else ""


def _peak(one: Any, two: Any) -> tuple[int, int]:
    """(rows, columns) by which `two` lies further, by cross-correlation of the channels' mean."""
    import numpy as np

    a, b = (p.mean(2) - p.mean() for p in (one, two))
    peak = np.fft.ifft2(np.fft.fft2(b) * np.conj(np.fft.fft2(a))).real
    dy, dx = (int((v + n // 2) % n - n // 2) for v, n in zip(np.unravel_index(peak.argmax(), peak.shape), peak.shape, strict=True))
    return dy, dx


def _overlap(one: Any, two: Any, dy: int, dx: int) -> tuple[Any, Any]:
    """The parts of both that show the same place, where `two` lies `dy` rows and `dx` columns further."""
    height, width = one.shape[:2]
    return one[max(0, -dy) : height - max(0, dy), max(0, -dx) : width - max(0, dx)], two[max(0, dy) : height - max(0, -dy), max(0, dx) : width - max(0, -dx)]


def _alike(one: Any, two: Any) -> float:
    """Correlation of two pictures, each channel about its own mean."""
    import numpy as np

    a, b = (np.nan_to_num(p - p.mean((0, 1))) for p in (one, two))
    size = float(np.sqrt((a**2).sum() * (b**2).sum()))
    return float((a * b).sum()) / size if size > 0 else 0.0


def _followers(name: str, picture: str, pairs: list[tuple[str, dict[str, Any], dict[str, Any]]], firsts: list[dict[str, Any]]) -> Followers | None:
    """What became of one part of the items when the picture was moved."""
    shape = _picture(firsts[0][picture]).shape[:2]
    kind, sure = _kind(name, [f[name] for f in firsts if name in f], shape)
    if not kind:
        return None
    stayed: Counter[str] = Counter()
    went = 0
    for move, a, b in pairs:
        size = _picture(a[picture]).shape[:2]
        fate = _mask_stayed(move, a[name], b[name]) if kind == "masks" else bool((a[name] == b[name]).all()) if kind == NUMBER else _places_stayed(move, a[name], b[name], size)
        stayed[move] += fate is True
        went += fate is False
    classes = kind == "masks" and _of_classes(pairs, picture, name)
    apart = [a for move, one, two in pairs if classes and (a := strayed(move, _picture(one[picture]), _picture(two[picture]), one[name], two[name])) is not None]
    flipped = [c for move, one, two in pairs if kind == "boxes" and (c := crossed(move, one[name], two[name])) is not None]
    return Followers(
        where=name, kind=kind, sure=sure, moves=tuple(m for m, n in stayed.most_common() if n), stayed=sum(stayed.values()), went=went,
        strayed=sum(apart), told=len(apart), crossed=sum(flipped), flips=len(flipped),
    )  # fmt: skip


def _of_classes(pairs: list[tuple[str, dict[str, Any], dict[str, Any]]], picture: str, name: str) -> bool:
    """Whether a dense part has few values, and others than the picture has: a second view of the picture has the same, and is moved for itself on purpose."""
    import numpy as np

    shown, marked = (set(np.unique(np.concatenate([a[n].ravel() for _, a, _ in pairs])).tolist()) for n in (picture, name))
    return len(marked) <= CLASSES and len(shown & marked) < len(shown | marked) / 2


def strayed(move: str, one: Any, two: Any, a: Any, b: Any) -> bool | None:
    """Whether the mask was moved otherwise than its picture; None where it cannot be told, as of a mask that looks alike both ways."""
    import numpy as np

    if a.shape != b.shape:
        return None
    a, b = (m.reshape(*one.shape[:2], -1) if m.shape[:2] == one.shape[:2] else m.reshape(-1, *one.shape[:2]).transpose(1, 2, 0) for m in (a, b))
    if move != "shifted":
        same, moved = float(np.mean(a == b)), float(np.mean((MOVES | TURNS)[move](a) == b))
        return None if abs(same - moved) < OFF or max(same, moved) < SAME else same > moved
    own, other = _overlap(a, b, *_peak(one, two)), _overlap(a, b, *_peak(a, b))
    right, better = float(np.mean(own[0] == own[1])), float(np.mean(other[0] == other[1])) if other[0].size and np.ptp(other[0]) else 0.0
    if not own[0].size or not np.ptp(own[0]) or max(right, better) < SAME:
        return None
    return False if right >= SAME else better > right + OFF or None


def crossed(move: str, a: Any, b: Any) -> bool | None:
    """Whether a flip turned the order of the two corners of every box round; None for other moves, and where the corners' other numbers keep no order."""
    axis = {"flipped left to right": 0, "flipped upside down": 1}.get(move)
    if axis is None or a.shape != b.shape or a.shape[-1] != 4:
        return None
    first, second = (v.reshape(-1, 4)[:, 2:] - v.reshape(-1, 4)[:, :2] for v in (a, b))
    if not len(first) or not ((first[:, 1 - axis] > 0).all() and (second[:, 1 - axis] > 0).all()):
        return None
    return bool((first[:, axis] * second[:, axis] < 0).all())




def _kind(name: str, values: list[Any], shape: tuple[int, int]) -> tuple[str, bool]:
    """(masks, boxes, points or nothing; whether that is sure)."""
    import numpy as np

    first = values[0]
    if first.ndim >= 2 and (first.shape[-2:] == shape or first.shape[:2] == shape):
        return "masks", True
    if first.size == 1 and len({float(v.reshape(-1)[0]) for v in values if v.size == 1}) >= min(len(values), ITEMS // 2) and any(v != np.round(v) for v in values):
        return NUMBER, False
    if first.ndim not in {1, 2} or first.shape[-1] not in {2, 4} or not all(v.shape[-1:] == first.shape[-1:] and v.size for v in values):
        return "", False
    rows = np.concatenate([v.reshape(-1, first.shape[-1]) for v in values])
    if rows.min() < 0 or rows.max() > max(shape) or len(np.unique(rows, axis=0)) < min(3, len(rows)):
        return "", False
    named = next((kind for word, kind in NAMES.items() if word in name.lower()), "")
    kind = "boxes" if first.shape[-1] == 4 else "points"
    ordered = first.shape[-1] == 4 and len(rows) >= ITEMS // 2 and bool((rows[:, 0] < rows[:, 2]).all() and (rows[:, 1] < rows[:, 3]).all())
    return kind, bool(named) or ordered


def _mask_stayed(move: str, a: Any, b: Any) -> bool | None:
    """Whether a dense target is as it was although it should have moved; None where both would look alike."""
    import numpy as np

    if a.shape != b.shape:
        return False
    same = float(np.mean(a == b))
    if move == "shifted":
        return None if same == 1 and np.ptp(a) == 0 else same == 1
    if a.ndim == 3 and a.shape[0] < min(a.shape[1:]):
        a, b = a.transpose(1, 2, 0), b.transpose(1, 2, 0)
    moved = float(np.mean((MOVES | TURNS)[move](a) == b))
    return None if abs(same - moved) < OFF else same > moved and same == 1


def _places_stayed(move: str, a: Any, b: Any, size: tuple[int, int]) -> bool | None:
    """Whether places are as they were although they should have moved; None where they lie in the middle."""
    import numpy as np

    if a.shape != b.shape or not np.array_equal(a, b):
        return False
    if move == "shifted":
        return True
    height, width = size if a.max() > 1.5 else (1.0, 1.0)
    rows = a.reshape(-1, a.shape[-1])
    x, y = rows[:, 0::2], rows[:, 1::2]
    corners = a.shape[-1] == 4 and (x[:, 0] < x[:, 1]).all() and (y[:, 0] < y[:, 1]).all()
    x, y = (x.mean(1), y.mean(1)) if corners else (x[:, 0], y[:, 0])
    aside, above = bool((np.abs(x - width / 2) > OFF * width).any()), bool((np.abs(y - height / 2) > OFF * height).any())
    meant = {"flipped left to right": aside, "flipped upside down": above}.get(move, aside or above)
    return True if meant else None
