"""Checks of data alone: texts."""
