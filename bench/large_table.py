"""A large table read, profiled and checked, beside polars reading it: CPU seconds and greatest memory, each in a process of its own, in one run.

  python bench/large_table.py                     1,000,000 rows of 20 columns: read by polars, audited whole, audited in parts
  python bench/large_table.py --gigabytes 5       a csv of 5 GB, audited in parts within --memory (2GB)
  python bench/large_table.py --steps             where the time of the first goes

One thread is used throughout, so that CPU seconds are those of the work and not of waiting; of several times the least is told, as others may use
the machine. Bytecode is kept between the processes, as that of an installed package is.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

PART = 100_000  # rows that are made at a time
HIGHEST = "print(json.dumps([time.process_time(), int(next(l for l in open('/proc/self/status') if l.startswith('VmHWM')).split()[1]) / 1e3, told]))"
READ = f"import json, time, sys, polars as pl; told = pl.read_csv(sys.argv[1]).shape; {HIGHEST}"
AUDIT = f"""
import json, time, sys, nohero
report = nohero.audit(sys.argv[1], memory=sys.argv[2], budget=None, progress=False, select=sys.argv[3])
told = [report.checked.parts[0], {{f.name: f.message for f in report.findings}}, dict(report.checked.costs), report.checked.notes]
{HIGHEST}
"""
ROWS = "tables,copies,items,splits"  # the checks of rows; those of labels train small models on 5,000 rows whatever the size


def write(path: Path, *, rows: int = 0, gigabytes: float = 0.0) -> int:
    """Nine columns of floats, five of whole numbers, a row number, four of categories and a name; with marks, gaps and copies. Rows are counted."""
    draw, done = np.random.default_rng(0), 0
    with path.open("wb") as file:
        while done < rows or file.tell() < gigabytes * 1e9:
            frame = part(draw, done, min(PART, rows - done) if rows else PART)
            frame.write_csv(file, include_header=not done)
            done += frame.height
    return done


def part(draw: np.random.Generator, first: int, size: int) -> pl.DataFrame:
    columns: dict[str, object] = {"id": np.arange(first, first + size)}
    for k in range(9):
        columns[f"f{k}"] = np.round(draw.normal(size=size) * 10 ** (k % 3), 4)
    for k in range(5):
        columns[f"i{k}"] = draw.integers(0, 10 ** (k + 1), size)
    for k in range(3):
        columns[f"c{k}"] = np.array(["red", "green", "blue", "grey"])[draw.integers(0, 4, size)]
    columns["name"] = np.char.add("person ", draw.integers(0, 50_000, size).astype(str))
    columns["label"] = np.array(["yes", "no"])[draw.integers(0, 2, size)]
    frame = pl.DataFrame(columns)
    copied = frame[:5].with_columns(frame["id"][-5:]) if size > 10 else frame  # copies but for the number
    odd = pl.int_range(pl.len()) == size // 2
    frame = frame.with_columns(pl.when(odd).then(-999.0).otherwise(pl.col("f3")).alias("f3"), pl.when(odd).then(pl.lit("?")).otherwise(pl.col("c1")).alias("c1"))
    return pl.concat([frame[:-5], copied]) if size > 10 else frame


def ran(code: str, *words: str, kept: str, times: int = 1) -> tuple[float, float, float, object]:
    """(CPU seconds, greatest memory in MB, seconds, what it told) of the quickest; `kept` is a folder for bytecode."""
    if times > 1:
        return min((ran(code, *words, kept=kept) for _ in range(times)), key=lambda one: one[0])
    env = {**os.environ, "POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore", "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": kept}
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True, env=env)
    cpu, memory, told = json.loads(done.stdout.splitlines()[-1])
    return cpu, memory, time.monotonic() - began, told


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rows", type=int, default=1_000_000)
    words.add_argument("--gigabytes", type=float, default=0.0)
    words.add_argument("--memory", default="")
    words.add_argument("--steps", action="store_true")
    words.add_argument("--times", type=int, default=3)
    words.add_argument("--select", default=ROWS, help="ALL for every check")
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.csv")
        rows = write(path, gigabytes=asked.gigabytes) if asked.gigabytes else write(path, rows=asked.rows)
        print(f"{rows:,} rows, 20 columns, {path.stat().st_size / 1e6:,.0f} MB")
        base = None
        for name, code, *rest in ((("polars reads it", READ),) if not asked.gigabytes else ()) + (
            *((("nohero audits it whole", AUDIT, "100GB", asked.select),) if not asked.gigabytes else ()),
            ("nohero audits it in parts", AUDIT, asked.memory or ("2GB" if asked.gigabytes else "200MB"), asked.select),
        ):
            cpu, memory, seconds, told = ran(code, str(path), *rest, kept=str(Path(folder, "bytecode")), times=1 if asked.gigabytes else asked.times)
            base = base or cpu
            print(f"{name:26} {cpu:8.1f} CPU s  {seconds:8.1f} s  {memory:8,.0f} MB at most" + (f"  {cpu / base:5.1f} times" if not asked.gigabytes else f"  {path.stat().st_size / 1e6 / cpu:5.1f} MB a CPU s"))
            if code == AUDIT and (asked.steps or asked.gigabytes):
                print(json.dumps(told, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
