"""Checks of data alone: tables."""
