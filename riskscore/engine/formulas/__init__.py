"""Formulas on arrays: means, weights, concentration, supply risk."""
