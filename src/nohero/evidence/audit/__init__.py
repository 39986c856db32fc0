"""What is measured of a collection of data alone; the audit's checks judge it."""
