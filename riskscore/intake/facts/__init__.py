"""Statuses, capacities and off-take of files."""
