"""For those who write checks: healthy toys to plant faults in, and the proof that a check fires and stays quiet."""
