"""Checks of the stage tune: Which settings are best, and was that searched well enough to say so?"""
