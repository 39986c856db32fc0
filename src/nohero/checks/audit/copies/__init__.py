"""Checks of data alone: copies."""
