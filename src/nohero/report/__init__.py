"""Rendering a run's record; imports nothing but `nohero.run`."""
