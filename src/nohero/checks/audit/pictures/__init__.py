"""Checks of data alone: pictures."""
