"""Measurements on a user's own set-up (`nohero.check`): each names `Setup` among what it needs."""
