"""Scores, ranks and explanations."""
