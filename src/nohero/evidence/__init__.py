"""Measuring: a file is one measurement, a frozen value and the function that makes it. Nothing here judges.

A `measure` function names what it needs by type: `Problem`, `Runs`, `Allowance`, or other evidence; the engine orders them.
A value may draw itself: `sentence` says it in one breath, `figures` gives its pictures as plain data. Torch stands inside the
functions, so that stored evidence is read, judged and drawn without it.
"""
