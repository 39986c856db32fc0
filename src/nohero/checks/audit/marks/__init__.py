"""Checks of data alone: marks."""
