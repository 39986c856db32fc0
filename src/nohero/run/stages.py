"""The seven stages of the recipe by name, with the three letters their codes begin with."""

from __future__ import annotations

LETTERS = {
    "data": "DAT",
    "skeleton": "SKE",
    "overfit": "OVF",
    "regularise": "REG",
    "tune": "TUN",
    "squeeze": "SQZ",
    "final": "FIN",
}
STAGES = tuple(LETTERS)
