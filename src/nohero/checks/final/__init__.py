"""Checks of the stage final: What does the test set say, opened once?"""
