"""Other packages, each imported in one file."""
