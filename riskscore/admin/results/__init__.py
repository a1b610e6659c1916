"""Scores and their explanation."""
