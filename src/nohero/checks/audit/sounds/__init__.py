"""Checks of data alone: sounds."""
