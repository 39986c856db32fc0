"""Checks of the stage data: Do we know the data, and does its split let a score mean something?"""
