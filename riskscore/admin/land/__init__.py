"""Mapped lands."""
