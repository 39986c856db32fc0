"""Anything that holds data, opened as a collection: a row an item, whatever the items are."""
