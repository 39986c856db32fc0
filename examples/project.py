"""The recipe on your own factories: `nohero run examples/project.py`."""

import torch
from sklearn.datasets import load_iris

import nohero


def net(width: int = 32, dropout: float = 0.0) -> torch.nn.Module:
    return torch.nn.Sequential(
        torch.nn.Linear(4, width), torch.nn.ReLU(), torch.nn.Dropout(dropout), torch.nn.Linear(width, 3)
    )


def project() -> nohero.Project:
    iris = load_iris()
    x = torch.tensor(iris.data, dtype=torch.float32)
    return nohero.Project(model=net, train=((x - x.mean(0)) / x.std(0), torch.tensor(iris.target)), classes=tuple(iris.target_names))
