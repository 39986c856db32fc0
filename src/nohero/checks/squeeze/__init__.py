"""Checks of the stage squeeze: What do longer training and an ensemble still give?"""
