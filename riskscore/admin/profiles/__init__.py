"""Profiles of places and minerals, and the matrix of both."""
