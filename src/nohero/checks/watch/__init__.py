"""Checks of a real training while it runs (`nohero.watch`): faults that show only in its course."""
