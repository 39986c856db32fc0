"""What is kept of a run: findings, figures, scores, journal, gates, errors. Nothing here imports torch."""
