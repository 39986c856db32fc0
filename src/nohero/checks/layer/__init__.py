"""Checks of one layer or function of the user's own (`nohero.check_layer`)."""
