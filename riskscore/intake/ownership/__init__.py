"""Owners and companies of files."""
