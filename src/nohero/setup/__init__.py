"""The user's own training set-up, as nohero handles it: what was handed over, how it is called, and how it is put back."""
