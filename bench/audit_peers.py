"""The audit beside other tools: the same data, one thread, CPU seconds, what each names of planted defects, and how flipped labels are ranked.

    for tool in cleanlab cleanvision imagededup ydata-profiling; do python -m venv PEERS/$tool; PEERS/$tool/bin/pip install -c constraints.txt $tool; done
    python -m venv PEERS/deepchecks; PEERS/deepchecks/bin/pip install -c constraints.txt deepchecks "scikit-learn<1.6" "setuptools<81" "category_encoders<2.7" "numpy<2"
    python bench/audit_peers.py ../shared/data PEERS

A virtual environment a tool: they do not agree on their requirements (deepchecks 0.19.1 asks scikit-learn for a score that 1.6 no longer has).
`constraints.txt` keeps torch at a build for CPUs, beside which the wheel of torchvision does not import: imagededup, which imports it for its
networks, is given an empty one, as hashes need none. cleanvision ends at the first truncated file: it is asked again without these. Each tool works in a process of its own, so that one that fails stops nothing; what it
printed last is then its row. Its seconds do not hold the start of Python and the imports, nor do ours. Others may use the machine: the
least CPU time of TIMES runs is told.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from PIL import Image
from planted_pictures import CHANGES, arrays
from planted_tables import of_columns, plants, some
from planting import flipped
from sklearn.metrics import roc_auc_score

from nohero.sources.collection import Collection
from nohero.sources.opening import open_source

LIMIT = 1200  # seconds a tool may take
TIMES = 3
TOOLS = Path(__file__).with_name("audit_peers_tools.py")


def run(python: Path | str, task: str, *arguments: str) -> dict[str, Any]:
    """What the tool says, or `error`; of the quickest run."""
    told = [_once(python, task, *arguments) for _ in range(TIMES)]
    return next((one for one in told if "error" in one), None) or min(told, key=lambda one: one["seconds"])


def _once(python: Path | str, task: str, *arguments: str) -> dict[str, Any]:
    settings = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    try:
        done = subprocess.run([str(python), str(TOOLS), task, *arguments], capture_output=True, text=True, check=False, timeout=LIMIT, env=settings)
    except subprocess.TimeoutExpired:
        return {"error": f"not done after {LIMIT} s"}
    except OSError as error:
        return {"error": f"does not install: {error.strerror}"}
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    return json.loads(lines[-1]) if lines and not done.returncode else {"error": (done.stderr.strip().splitlines() or ["?"])[-1][:120]}


def labels(data: Path, work: Path, peers: Path) -> None:
    """3 % of the labels flipped: our ranking beside cleanlab's usual route."""
    fashion = open_source(str(data / "fashion-mnist"))
    first = slice(0, 10_000)
    sets: dict[str, Collection] = {
        "adult, train": open_source(str(data / "adult/adult-train.csv"), target="c14"), "wine-quality, white": open_source(str(data / "wine-quality/winequality-white.csv"), target="c11"),
        "rt-polarity": open_source(str(data / "rt-polarity")), "fashion-mnist, 10,000": arrays(fashion.pictures[first], fashion.labels.to_numpy().astype(str)[first], "fashion", 8000),
    }  # fmt: skip
    print("| set, 3 % of the labels flipped | tool | AUROC | flips within the lowest 5 % | CPU s | flagged |\n|---|---|---|---|---|---|")
    for name, base in sets.items():
        planted, wrong = flipped(base)
        held = work / f"{name.split(',')[0]}.csv"
        if base.pictures is not None:
            np.savez(held.with_suffix(".npz"), x=base.pictures, y=planted.labels.to_numpy().astype(str))
        else:
            planted.frame.with_columns(pl.col(planted.label).cast(str).alias("given label")).drop(planted.label).write_csv(held)
        source = held.with_suffix(".npz") if base.pictures is not None else held
        for tool, python in (("nohero", sys.executable), ("cleanlab, logistic regression in 5 folds", peers / "cleanlab/bin/python")):
            print(f"| {name} | {tool} | {_ranked(run(python, 'labels-' + tool.split(',')[0], str(source)), wrong)} |", flush=True)


def _ranked(told: dict[str, Any], wrong: Any) -> str:
    if "error" in told:
        return f"{told['error']} | | | "
    quality = np.array(told["quality"])
    lowest = np.argsort(quality, kind="stable")[: len(wrong) // 20]
    flagged = np.zeros(len(wrong), dtype=bool)
    flagged[told["flagged"]] = True
    named = f"{flagged.sum():,}: recall {flagged[wrong].mean():.2f}, precision {wrong[flagged].mean():.2f}" if flagged.any() else "none"
    return f"{roc_auc_score(wrong, -quality):.4f} | {wrong[lowest].sum() / wrong.sum():.2f} | {told['seconds']:.1f} | {named}"


def pictures(data: Path, work: Path, peers: Path) -> None:
    """CIFAR-10's 3,000 training pictures with defects of six kinds in one folder."""
    folder, names = work / "pictures", {}
    sources = sorted((data / "cifar10-small/train").glob("*/*.jpg"))
    for path in sources:
        (folder / path.parent.name).mkdir(parents=True, exist_ok=True)
        (folder / path.parent.name / path.name).write_bytes(path.read_bytes())
    kinds = {"exact copies": None, "near copies, JPEG of 50 %": 1, "near copies, shifted by a pixel": 1, "near copies, darker by a quarter": 1, "near copies, mirrored": 1}
    order = np.random.default_rng(0).permutation(len(sources))
    for k, kind in enumerate(kinds):
        for i in order[30 * k : 30 * k + 30]:
            target = folder / sources[i].parent.name / f"9{k}{i:05d}.jpg"
            if kinds[kind] is None:
                target.write_bytes(sources[i].read_bytes())
            else:
                CHANGES[kind](Image.open(sources[i])).save(target, quality=95)
            names.setdefault(kind, {})[_place(target)] = _place(folder / sources[i].parent.name / sources[i].name)
    for k, (kind, change) in enumerate({"of one colour": lambda i: Image.new("RGB", i.size, (90, 120, 200)), "nearly black": lambda i: i.point(lambda v: v * 0.03), "of another shape": lambda i: i.resize((96, 32))}.items()):
        for i in order[200 + 30 * k : 230 + 30 * k]:
            path = folder / sources[i].parent.name / sources[i].name
            change(Image.open(path)).save(path, quality=95)
            names.setdefault(kind, {})[_place(path)] = ""
    for i in order[300:330]:
        path = folder / sources[i].parent.name / sources[i].name
        path.write_bytes(path.read_bytes()[:400])
        names.setdefault("truncated", {})[_place(path)] = ""
    (work / "pictures.json").write_text(json.dumps(names), encoding="utf-8")
    print("\n| pictures: defect | planted | tool | recall | other items named | CPU s of all |\n|---|---|---|---|---|---|")
    for tool, python in (("nohero", sys.executable), ("cleanvision", peers / "cleanvision/bin/python"), ("imagededup", peers / "imagededup/bin/python")):  # nohero first, as files go
        told = run(python, f"pictures-{tool}", str(folder))
        if "error" in told:
            print(f"| any | | {tool}, truncated files among them | {told['error']} | | |", flush=True)
            told = run(python, f"pictures-{tool}", str(_without(folder, names["truncated"])))
        if "error" in told:
            print(f"| any | | {tool} | {told['error']} | | |", flush=True)
            continue
        for kind, wanted in names.items():
            print(f"| {kind} | {len(wanted)} | {tool} | {_named(told, wanted, kind, names)} |", flush=True)


def _without(folder: Path, names: dict[str, str]) -> Path:
    for name in names:
        (folder / name).unlink(missing_ok=True)
    return folder


def _place(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


GROUPS = {"exact copies": "copies", "of one colour": "light", "nearly black": "light", "of another shape": "shape", "truncated": "unreadable"}


def _named(told: dict[str, Any], wanted: dict[str, str], kind: str, names: dict[str, dict[str, str]]) -> str:
    """Of the items that the tool names for defects of this family, those planted, and those planted nowhere."""
    if "error" in told:
        return f"{told['error']} | | "
    family = GROUPS.get(kind, "copies")
    said = set(told["named"].get(family, ()))
    if family not in told["named"]:
        return f"not looked for | | {told['seconds']:.1f}"
    hit = sum(name in said or (partner and partner in said) for name, partner in wanted.items())
    all_ = {n for group in names.values() for pair in group.items() for n in pair}
    return f"{hit / len(wanted):.2f} | {len(said - all_):,} | {told['seconds']:.1f}"


def tables(data: Path, work: Path, peers: Path) -> None:
    """Adult with one defect after another in copies of its fields, so that all can stand in one table."""
    base = open_source(str(data / "adult/adult-train.csv"), target="c14")
    columns = {f"c{i}": base.written(f"c{i}").to_list() for i in range(15)}
    made = plants("c2", "c5", "c14")
    names: dict[str, str] = {}
    for kind, number in (("sentinel-numbers", "c4"), ("mixed-cells", "c12"), ("gross-outliers", "c2")):
        plants(number, "c5", "c14")[kind](columns, len(base))
        names[kind] = number
    for kind, word in (("hidden-missing", "c7"), ("garbled-cells", "c6"), ("spelling-variants", "c3")):
        plants("c2", word, "c14")[kind](columns, len(base))
        names[kind] = word
    for kind in ("idle-fields", "twin-fields", "identifier-fields", "label-leak"):
        made[kind](columns, len(base))
        columns[f"planted {kind}"] = columns.pop("planted")
        names[kind] = f"planted {kind}"
    rows = some(len(base), 0.01, 8)
    table = {k: [*v, *(v[i] for i in rows)] for k, v in columns.items()}
    for kind in ("identifier-fields",):  # else no row would be a copy
        table[f"planted {kind}"][len(base) :] = [f"new{i}" for i in rows]
    of_columns(table, "c14").cells.write_csv(work / "table.csv")
    names["repeated-rows"] = ""
    print("\n| table (33k x 19): defect | tool | named | CPU s of all |\n|---|---|---|---|")
    ours = (("nohero, the whole audit", sys.executable), ("nohero, these checks alone", sys.executable))
    for tool, python in (*ours, ("deepchecks", peers / "deepchecks/bin/python"), ("ydata-profiling", peers / "ydata-profiling/bin/python")):
        told = run(python, f"tables-{tool.split(',')[0]}", str(work / "table.csv"), "c14", *([",".join(names)] if "alone" in tool else []))
        for kind, field in names.items():
            if "error" in told:
                print(f"| {kind} | {tool} | {told['error']} | |", flush=True)
                break
            said = told["named"].get(kind)
            print(f"| {kind} | {tool} | {'not looked for' if said is None else 'yes' if (field in said or (not field and said)) else 'no'} | {told['seconds']:.1f} |", flush=True)


def main() -> None:
    """Print the three tables."""
    with tempfile.TemporaryDirectory() as work:
        for part in (labels, pictures, tables):
            part(Path(sys.argv[1]), Path(work), Path(sys.argv[2]))


if __name__ == "__main__":
    main()
