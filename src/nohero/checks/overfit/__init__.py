"""Checks of the stage overfit: Is the network large enough to fit?"""
