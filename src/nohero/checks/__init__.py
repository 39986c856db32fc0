"""Judging: a folder is a stage, a file is a check. A judge is pure: frozen evidence in, a finding out, no torch."""
