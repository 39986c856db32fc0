"""Checks of the second door: silent faults in a training set-up that a user already has, a folder a component."""
