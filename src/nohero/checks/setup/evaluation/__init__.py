"""Checks of a user's set-up: the evaluation."""
