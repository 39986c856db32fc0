"""What `nohero.watch` costs: a step watched beside the same step alone, and beside torch's anomaly mode, shuffled, in one process.

    python bench/watch_cost.py [--device cuda] [--rounds 200]

Each visit is one training step of one variant on its own copy of the model; the 25th percentile over the visits is compared, of the process's CPU
time (`cpu`) and of the wall clock (`wall`). `null` is the plain step once more: what it differs from 1 is the noise of the table.
"""

from __future__ import annotations

import argparse
import copy
import random
import statistics
import time
from typing import Any

import torch
from torch import nn

import nohero


def mlp() -> tuple[nn.Module, Any]:
    return nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10)), (torch.randn(128, 64), torch.randint(0, 10, (128,)))


def cnn() -> tuple[nn.Module, Any]:
    layers = [nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Dropout(0.1), nn.Linear(512, 10)), (torch.randn(64, 1, 28, 28), torch.randint(0, 10, (64,)))


def transformer() -> tuple[nn.Module, Any]:
    layer = nn.TransformerEncoderLayer(128, 4, 512, batch_first=True)
    return nn.Sequential(nn.Embedding(65, 128), nn.TransformerEncoder(layer, 4, enable_nested_tensor=False), nn.Linear(128, 65), nn.Flatten(0, 1)), (torch.randint(0, 65, (8, 64)), torch.randint(0, 65, (512,)))


class Variant:
    """A model of its own, its optimizer, and who looks on."""

    def __init__(self, name: str, model: nn.Module, batch: Any) -> None:
        self.name, self.model, self.batch = name, copy.deepcopy(model), batch
        self.optimizer = torch.optim.Adam(self.model.parameters(), fused=True)
        self.watch = nohero.watch(self.model, self.optimizer, loss=nn.CrossEntropyLoss()) if name.startswith("watched") else None
        self.cpu: list[float] = []
        self.wall: list[float] = []

    def visit(self) -> None:
        """One step, timed."""
        device = self.batch[0].device
        if device.type == "cuda":
            torch.cuda.synchronize()
        cpu, wall = time.process_time(), time.perf_counter()
        x, y = self.batch
        with torch.autograd.set_detect_anomaly(self.name == "anomaly mode"):
            self.optimizer.zero_grad()
            loss = nn.functional.cross_entropy(self.model(x), y)
            loss.backward()
            self.optimizer.step()
        if self.watch is not None:
            self.watch.step(loss, batch=self.batch if self.name == "watched, with batches" else None)
        if device.type == "cuda":
            torch.cuda.synchronize()
        self.cpu.append(time.process_time() - cpu)
        self.wall.append(time.perf_counter() - wall)


def quarter(values: list[float]) -> float:
    return statistics.quantiles(values, n=4)[0]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--rounds", type=int, default=200)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    print("| model | way | cpu | wall |\n|---|---|---|---|")
    for make in (mlp, cnn, transformer):
        torch.manual_seed(0)
        model, batch = make()
        batch = tuple(t.to(asked.device) for t in batch)
        variants = [Variant(n, model.to(asked.device), batch) for n in ("plain", "null", "watched", "watched, with batches", "anomaly mode")]
        order = random.Random(0)
        for number in range(asked.rounds + 10):
            for variant in order.sample(variants, len(variants)):
                variant.visit()
            if number == 9:  # what is made once is not counted
                for variant in variants:
                    variant.cpu.clear(), variant.wall.clear()
        plain = variants[0]
        for variant in variants[1:]:
            print(f"| {make.__name__} | {variant.name} | {quarter(variant.cpu) / quarter(plain.cpu):.3f} | {quarter(variant.wall) / quarter(plain.wall):.3f} |", flush=True)


if __name__ == "__main__":
    main()
