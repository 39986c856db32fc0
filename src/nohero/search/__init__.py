"""Many trainings for one question: which settings are best."""
