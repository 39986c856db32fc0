"""Checks of the stage regularise: What trades training fit for validation score?"""
