"""Checks of the stage skeleton: Does the dullest network train, and is every part of the loop right?"""
