"""Checks of data alone: items."""
