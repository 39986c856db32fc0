"""Checks of data alone: labels."""
