"""Checks of data alone: splits."""
