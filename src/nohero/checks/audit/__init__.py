"""Checks of the audit: what is wrong with data, before any model; a folder a family."""
