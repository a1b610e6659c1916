"""Figures of a file beside those that stand: their units, and how far they lie from them."""
