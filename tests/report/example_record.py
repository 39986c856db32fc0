"""A made-up run that holds one of everything the report can show; all numbers are invented, none is drawn at random."""

from __future__ import annotations

import base64
import math
import struct
import zlib

from nohero.run.figure import Bar, Bars, Image, Images, Lines, Rule, Series, Table, Text
from nohero.run.finding import Finding, Level, Observed, Remedy, broken, failed, passed, skipped, unsure, warned
from nohero.run.record import Record, StageRecord
from nohero.run.sources import DATA, LEAKAGE, OVERFIT, SKELETON


def png(shade: int, size: int = 8) -> str:
    """A small grey picture with a lighter cross, as base64."""
    rows = b"".join(
        b"\0" + bytes(min(255, shade + 90) if x == size // 2 or y == size // 2 else shade for x in range(size)) for y in range(size)
    )
    body = _chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def curve(name: str, start: float, end: float, *, steps: int = 40, wave: float = 0.0, dashed: bool = False) -> Series:
    """An exponential fall with a ripple."""
    x = tuple(float(i) for i in range(steps))
    y = tuple(end + (start - end) * math.exp(-4 * i / steps) + wave * math.sin(i * 1.7) for i in range(steps))
    return Series(name=name, x=x, y=y, dashed=dashed)


def stamped(finding: Finding, code: str, name: str, stage: str, source: str = "", **rest: object) -> Finding:
    """The finding as its check would sign it."""
    return Finding(**{**vars(finding), "code": code, "name": name, "stage": stage, "source": source, **rest})


def copies() -> Finding:
    """A leak, verified, with pairs side by side."""
    pairs = tuple(Image(png=png(20 * i), caption=f"train {i} = test {2 * i}", tone="bad") for i in range(6))
    finding = failed(
        "66 of 557 test messages also stand in the training set",
        expected="0",
        observed=Observed(value=0.1185, n=557, low=0.0943, high=0.148),
        level=Level.VERIFIED,
        effect="accuracy 98.4 % with, 98.0 % without them",
        where=tuple(f"rows {1043 + i}={2201 + 3 * i}" for i in range(15)),
        why="A test item the model was trained on is remembered, not understood: the score says nothing about new items.",
        remedies=[
            Remedy(text="split by normalised text: --group-by text", tried=True, result="0 copies left"),
            "drop the copies from the test set",
        ],
        component="data",
        figure=Images(title="Copies", images=pairs, columns=6),
    )
    return stamped(finding, "DAT110", "copies-across-splits", "data", LEAKAGE, also=("DAT130",))


def initial_loss() -> Finding:
    """A loss that starts far from where it should."""
    bars = (
        Bar(label="as given", value=21.5, low=20.8, high=22.2, role="bad"),
        Bar(label="inputs divided by 255", value=2.304, low=2.29, high=2.318, role="good", note="tried on a copy"),
    )
    finding = failed(
        "starts at 21.5, a uniform guess over 10 classes would give 2.303",
        expected="2.303 [up to 2.50]",
        observed=Observed(value=21.5, unit="nats", n=512, low=20.8, high=22.2),
        numbers={"loss": 21.5, "uniform_guess": math.log(10), "num_classes": 10.0},
        component="transform",
        where=("train.py:31",),
        why="Inputs are 0..255, so the first outputs are large and confident before anything is learned.",
        remedies=[Remedy(text="scale inputs in the transform (train.py, line 31)", tried=True, result="2.304")],
        figure=Bars(title="Loss before training", value_label="nats", bars=bars, rules=(Rule(label="uniform guess", value=math.log(10)),)),
    )
    return stamped(finding, "SKE120", "wrong-initial-loss", "skeleton", SKELETON)


def data_stage() -> StageRecord:
    """Closed by a leak."""
    counts = tuple(Bar(label=str(i), value=float(170 + (i * 37) % 23)) for i in range(10))
    sheet = Images(title="A random sheet", images=tuple(Image(png=png(8 * i), caption=str(i % 10)) for i in range(20)))
    lengths = tuple(Bar(label=f"{20 * i}–{20 * i + 20}", value=float(round(400 * math.exp(-((i - 5) ** 2) / 9)))) for i in range(16))
    return StageRecord(
        name="data",
        question="What is in the data, and may the splits be trusted?",
        state="closed",
        sentence="5,572 messages, 13 % of them spam; 66 test messages also stand in the training set.",
        closed_by=("DAT110",),
        seconds=3.1,
        findings=(
            copies(),
            stamped(passed("no value is missing or infinite", numbers={"cells": 11144.0}), "DAT120", "not-finite-values", "data", DATA),
            stamped(
                warned(
                    "the rarest class has 747 of 5,572 items",
                    observed=Observed(value=747 / 5572, n=5572, low=0.125, high=0.143),
                    remedies=["stratify the split", "report recall per class"],
                ),
                "DAT140",
                "rare-class",
                "data",
                DATA,
            ),
            stamped(skipped("the task has no groups"), "DAT150", "groups-across-splits", "data"),
        ),
        figures=(
            Bars(title="Items per class", value_label="items", bars=counts),
            Bars(title="Length of messages", value_label="messages", bars=lengths),
            sheet,
            Text(
                title="Three messages",
                lines=("ham   Ok lar... Joking wif u oni...", "spam  WINNER!! You have been selected", "ham   <b>not bold</b> & not a tag"),
            ),
        ),
    )


def skeleton_stage() -> StageRecord:
    """Passed by a written reason."""
    split = Table(
        title="Split",
        columns=("part", "items", "spam", "share"),
        rows=(("train", 4458, 598, 0.1341), ("val", 557, 75, 0.1346), ("test", 557, 74, None)),
    )
    losses = Lines(
        title="The first run",
        x_label="step",
        y_label="loss",
        series=(curve("training", 2.31, 0.41, wave=0.05), curve("validation", 2.3, 0.62, wave=0.03, dashed=True)),
        rules=(Rule(label="best constant", value=0.39), Rule(label="uniform guess", value=0.42)),
    )
    zeroed = stamped(
        unsure(
            "real inputs beat zeroed inputs by 0.02, within noise",
            expected="above 0",
            observed=Observed(value=0.02, n=3, low=-0.03, high=0.07),
            remedies=["repeat with 10 seeds (about 40 s)"],
        ),
        "SKE210",
        "inputs-ignored",
        "skeleton",
        SKELETON,
    )
    accepted = stamped(
        broken("the check itself broke: ZeroDivisionError in judge"),
        "SKE330",
        "seed-not-fixed",
        "skeleton",
        ignored="known fault, the seed was checked by hand",
    )
    good = tuple(
        stamped(
            passed(f"part {i} is as it should be", expected="at most 0.05", observed=Observed(value=0.01 * i, n=64)),
            f"SKE4{i}0",
            "sound-part",
            "skeleton",
            SKELETON,
        )
        for i in range(5)
    )
    return StageRecord(
        name="skeleton",
        question="Does the dullest training and evaluation loop do what it says?",
        state="passed",
        sentence="The loop trains; the loss starts too high.",
        passed_by={"SKE120": "inputs will be scaled tomorrow"},
        seconds=65.2,
        left_out=("SKE220 batch-mates: needs about 12 s, 3 s were left",),
        findings=(initial_loss(), zeroed, accepted, *good),
        figures=(losses, split),
    )


def overfit_stage() -> StageRecord:
    """Still running, with every kind of curve."""
    steps = 5000
    spiked = tuple(3 * math.exp(-i / 900) + 0.02 + (2.5 if i == 2345 else 0) for i in range(steps))
    gapped = tuple(math.nan if 15 < i < 20 else math.inf if i == 30 else 1 / (1 + i) for i in range(40))
    long = Lines(
        title="Memorising one batch",
        x_label="step",
        y_label="loss",
        log_y=True,
        series=(Series(name="loss", x=tuple(map(float, range(steps))), y=spiked),),
    )
    gaps = Lines(
        title="Gradient norm", x_label="step", y_label="norm", series=(Series(name="norm", x=tuple(map(float, range(40))), y=gapped),)
    )
    banded = curve("validation", 0.9, 0.3)
    band = Series(name="validation", x=banded.x, y=banded.y, low=tuple(y * 0.85 for y in banded.y), high=tuple(y * 1.15 for y in banded.y))
    widths = Lines(
        title="Width and loss",
        x_label="width",
        y_label="loss",
        log_x=True,
        series=(band, *(curve(f"layer {i}", 0.5 + i / 5, 0.1 + i / 20) for i in range(6))),
    )
    points = Lines(
        title="Learning rate and accuracy",
        x_label="learning rate",
        y_label="accuracy",
        log_x=True,
        points=True,
        series=(
            Series(
                name="trial",
                x=tuple(10 ** (-5 + i / 20) for i in range(80)),
                y=tuple(0.9 - ((i - 40) / 50) ** 2 + 0.05 * math.sin(i * 9) for i in range(80)),
            ),
        ),
    )
    plateau = stamped(
        failed(
            "one batch of 8 is not memorised after 400 steps",
            expected="below 0.01",
            observed=Observed(value=0.31, unit="nats", n=8),
            figure=gaps,
            remedies=["raise the learning rate"],
        ),
        "OVF110",
        "batch-not-memorised",
        "overfit",
        OVERFIT,
    )
    return StageRecord(
        name="overfit",
        question="Can the model memorise?",
        state="running",
        sentence="",
        seconds=0.42,
        findings=(plateau,),
        figures=(long, widths, points, gaps),
    )


def ladder() -> Bars:
    """From the constant to the human, near the top of the scale."""
    bars = (
        Bar(label="best constant", value=0.866, low=0.838, high=0.894, role="baseline"),
        Bar(
            label="linear model on counts of words and pairs of words, the dullest that could work",
            value=0.957,
            low=0.94,
            high=0.974,
            role="baseline",
        ),
        Bar(label="first network", value=0.9731, low=0.9605, high=0.9857, role="plain"),
        Bar(label="this run", value=0.984, low=0.974, high=0.994, role="ours", note="validation, 3 seeds"),
        Bar(label="two people", value=0.99, role="muted"),
    )
    return Bars(title="Ladder", value_label="accuracy", bars=bars, rules=(Rule(label="wanted", value=0.98),), start=None)


def example() -> Record:
    """The run."""
    rest = tuple(StageRecord(name=name, question=f"What would {name} bring?") for name in ("regularise", "tune", "squeeze", "final"))
    return Record(
        name="0012-sms",
        source="sms.tsv",
        task="text classification",
        command="nohero run sms.tsv --target label --budget 2m --seed 17",
        seed=17,
        budget=120.0,
        started=1_790_000_000.0,
        seconds=68.7,
        headline="98.4 % of messages are sorted rightly (97.4 to 99.4 %), against 86.6 % by always saying ham.",
        next_step="remove the 66 copies, then the initial loss decides.",
        facts={"items": "5,572", "fields": "label, text", "target": "label"},
        environment={"nohero": "0.1.0", "python": "3.11.7", "torch": "2.6.0", "device": "cpu"},
        ladder=ladder(),
        stages=(data_stage(), skeleton_stage(), overfit_stage(), *rest),
    )


def sound() -> Record:
    """A run in which nothing is wrong."""
    stages = tuple(
        StageRecord(
            name=name,
            state="open",
            seconds=1.0,
            sentence="as it should be",
            findings=(stamped(passed("fine"), f"{code}110", "sound-part", name),),
        )
        for name, code in (("data", "DAT"), ("skeleton", "SKE"))
    )
    return Record(name="0001-toy", source="toy", stages=stages, finished=True, seconds=2.0)
