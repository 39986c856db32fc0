"""A classifier whose soft-max is applied twice: `python examples/check_own.py` says so."""

import torch
from torch import nn

import nohero

x = torch.randn(400, 8)
y = (x[:, 0] + x[:, 1] * x[:, 2] > 0).long()
model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 2), nn.Softmax(dim=1))  # cross-entropy applies it again
report = nohero.check(model, nn.CrossEntropyLoss(), (x, y), optimizer=torch.optim.Adam(model.parameters(), 3e-3))
print(report)
report.save("check.html")
